#include "server/audit_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/utf8.h"
#include "wire/json_writer.h"

namespace levada::server {
namespace {

constexpr mode_t owner_and_group = 0640;
constexpr std::size_t field_max = 2048;  // an ARN has 2,048 characters at most; the rest is ours

Result<int> open_end_of(const std::string& path) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, owner_and_group);
  if (descriptor < 0)
    return fail(ErrorKind::io, "cannot open the audit log " + path + ": " + std::strerror(errno));
  return descriptor;
}

std::string date(UnixMillis moment) {
  const std::time_t seconds = moment.count() / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text;
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + size, text.size() - size, ".%03dZ", int(moment.count() % 1000));
  return text.data();
}

}  // namespace

Result<std::unique_ptr<AuditFile>> AuditFile::open(std::string path, io::EventLog& log) {
  const int descriptor = TRY(open_end_of(path));
  return std::unique_ptr<AuditFile>(new AuditFile(std::move(path), descriptor, log));
}

AuditFile::~AuditFile() { ::close(descriptor_); }

void AuditFile::write(const aws::AuditEntry& entry) {
  Buffer line;
  wire::JsonWriter json(line);
  json.begin_object();
  json.key("time");
  json.string(date(entry.at));
  // What a client claims may be no UTF-8 and of any length; the line stays JSON and short.
  const auto field = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    json.key(name);
    json.string(is_valid_utf8(value.substr(0, field_max)) ? value.substr(0, field_max)
                                                          : "(not UTF-8)");
  };
  field("event", entry.event);
  field("source", entry.source);
  field("access_key", entry.access_key);
  field("principal", entry.principal);
  field("action", entry.action);
  field("region", entry.region);
  field("resource", entry.resource);
  field("request_id", entry.request_id);
  field("outcome", entry.outcome);
  json.end_object();
  json.finish();
  line.push_back(std::byte{'\n'});
  const bool whole = ::write(descriptor_, line.data(), line.size()) == ssize_t(line.size());
  if (whole == !failing_.exchange(!whole)) return;
  if (whole)
    log_.info("the audit log is written again", {{"file", path_}});
  else
    log_.error("the audit log cannot be written", {{"file", path_}, {"why", std::strerror(errno)}});
}

Result<Unit> AuditFile::reopen() {
  const int fresh = TRY(open_end_of(path_));
  const bool moved = ::dup3(fresh, descriptor_, O_CLOEXEC) == descriptor_;
  ::close(fresh);
  if (!moved) return fail(ErrorKind::io, "cannot change to the audit log " + path_);
  return Unit{};
}

}  // namespace levada::server
