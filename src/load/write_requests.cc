#include "load/write_requests.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace levada::load {
namespace {

constexpr std::int64_t step = 10;  // seconds
constexpr std::size_t lines_a_request = 5000;
constexpr std::uint32_t records_a_request = 100;  // what WriteRecords takes
constexpr std::array<const char*, metrics_a_host> metrics = {
    "usage_user", "usage_system",  "usage_idle",  "usage_nice",  "usage_iowait",
    "usage_irq",  "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"};
constexpr std::array<const char*, 9> tags = {
    "region",          "datacenter",         "rack", "os", "arch", "team", "service",
    "service_version", "service_environment"};

void end_singles(WriteBodies& to) {
  for (std::string& body : to.begun) to.all.push_back(std::move(body) + "]}");
  to.begun.clear();
  to.moments_in_begun = 0;
}

}  // namespace

class WriteLoad::Host {
 public:
  Host(std::uint32_t number, io::Random& random) {
    dimensions_ =
        R"("Dimensions": [{"Name": "hostname", "Value": "host_)" + std::to_string(number) + "\"}";
    for (const char* tag : tags)
      dimensions_ += std::string(R"(, {"Name": ")") + tag + R"(", "Value": ")" + tag + "-" +
                     std::to_string(number * 7 % 11) + "\"}";
    dimensions_ += "]";
    line_tags_ = "cpu,hostname=host_" + std::to_string(number);
    for (const char* tag : tags)
      line_tags_ += std::string(",") + tag + "=" + tag + "-" + std::to_string(number * 7 % 11);
    for (double& value : values_) value = static_cast<double>(random.next() % 10'000) / 100;
  }

  // A walk of steps that are about normal, between 0 and 100.
  void walk(io::Random& random) {
    for (double& value : values_) {
      double by = -6;
      const std::uint64_t bits = random.next();
      for (int i = 0; i < 12; ++i) by += static_cast<double>(bits >> (i * 5) & 31) / 31;
      value = std::clamp(value + by, 0.0, 100.0);
    }
  }

  const std::string& dimensions() const { return dimensions_; }
  const std::string& line_tags() const { return line_tags_; }
  std::string text(std::size_t metric, bool real) const {
    std::array<char, 32> to;
    const int size =
        real ? std::snprintf(to.data(), to.size(), "%.2f", values_[metric])
             : std::snprintf(to.data(), to.size(), "%d", static_cast<int>(values_[metric]));
    return {to.data(), static_cast<std::size_t>(size)};
  }

 private:
  std::string dimensions_, line_tags_;
  std::array<double, metrics_a_host> values_{};
};

struct WriteLoad::Moment {
  const WriteShape& shape;
  std::int64_t seconds;
  std::uint32_t version = 1;

  std::string head(const std::string& common) const {
    return R"({"DatabaseName": ")" + shape.database + R"(", "TableName": ")" + shape.table +
           R"(", "CommonAttributes": {)" + common + time() +
           R"(, "TimeUnit": "SECONDS", "Version": )" + std::to_string(version) +
           R"(}, "Records": [)";
  }
  std::string time() const { return R"(, "Time": ")" + std::to_string(seconds) + "\""; }

  std::string multi(std::span<const Host> hosts) const {
    std::string body = head(R"("MeasureName": "cpu", "MeasureValueType": "MULTI")");
    for (const Host& host : hosts) {
      if (&host != hosts.data()) body += ", ";
      body += "{" + host.dimensions() + R"(, "MeasureValues": [)";
      for (std::size_t m = 0; m < metrics.size(); ++m) {
        if (m > 0) body += ", ";
        body += std::string(R"({"Name": ")") + metrics[m] + R"(", "Value": ")" +
                host.text(m, shape.reals) +
                (shape.reals ? R"(", "Type": "DOUBLE"})" : R"(", "Type": "BIGINT"})");
      }
      body += "]}";
    }
    return body + "]}";
  }

  void add_line(const Host& host, std::string& body) const {
    body += host.line_tags();
    for (std::size_t m = 0; m < metrics.size(); ++m)
      body += std::string(m == 0 ? " " : ",") + metrics[m] + "=" + host.text(m, shape.reals) +
              (shape.reals ? "" : "i");
    body += " " + std::to_string(seconds) + "\n";
  }

  // The records of a host's metrics; more of the same may follow.
  void add_singles(const Host& host, std::string& body) const {
    if (body.empty())
      body = head(host.dimensions() + R"(, "MeasureValueType": ")" +
                  (shape.reals ? "DOUBLE" : "BIGINT") + "\"");
    else
      body += ", ";
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      if (m > 0) body += ", ";
      body += std::string(R"({"MeasureName": ")") + metrics[m] + R"(", "MeasureValue": ")" +
              host.text(m, shape.reals) + "\"" + (shape.moments > 1 ? time() : "") + "}";
    }
  }
};

void WriteLoad::add(WriteBodies& to, const Moment& moment, const std::vector<Host>& all) {
  std::span<const Host> hosts(all);
  to.points += hosts.size() * metrics_a_host;
  if (moment.shape.lines) {
    for (const Host& host : hosts) {
      if (to.all.empty() || to.lines_in_last == lines_a_request) {
        to.all.emplace_back();
        to.lines_in_last = 0;
      }
      moment.add_line(host, to.all.back());
      ++to.lines_in_last;
    }
    return;
  }
  if (moment.shape.single) {
    to.begun.resize(hosts.size());
    for (std::size_t h = 0; h < hosts.size(); ++h) moment.add_singles(hosts[h], to.begun[h]);
    if (++to.moments_in_begun == moment.shape.moments) end_singles(to);
    return;
  }
  for (; !hosts.empty(); hosts = hosts.subspan(std::min<std::size_t>(hosts.size(), 100)))
    to.all.push_back(
        moment.multi(hosts.first(std::min<std::size_t>(hosts.size(), records_a_request))));
}

WriteLoad::WriteLoad(const WriteShape& shape, UnixMillis now, io::Random& random)
    : shape_(shape), random_(random), end_(now.count() / 1000 / step * step) {
  for (std::uint32_t h = 0; h < shape_.hosts; ++h) hosts_.emplace_back(h, random_);
  at_ = end_ - static_cast<std::int64_t>(std::round(shape_.hours * 3600)) / step * step;
}

WriteLoad::~WriteLoad() = default;

WriteBodies WriteLoad::next(double hours) {
  WriteBodies bodies;
  const std::int64_t until =
      std::min(end_, at_ + static_cast<std::int64_t>(hours * 3600) / step * step);
  for (; at_ < until; at_ += step) {
    for (Host& host : hosts_) host.walk(random_);
    add(bodies, {shape_, at_}, hosts_);
    if (static_cast<std::uint32_t>(random_.next() % 100) >= shape_.versions) continue;
    for (Host& host : hosts_) host.walk(random_);
    add(bodies, {shape_, at_, 2}, hosts_);
  }
  if (bodies.moments_in_begun > 0) end_singles(bodies);
  return bodies;
}

}  // namespace levada::load
