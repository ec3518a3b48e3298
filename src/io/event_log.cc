#include "io/event_log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/check.h"

namespace levada::io {
namespace {

std::string_view name(EventLevel level) {
  switch (level) {
    case EventLevel::debug:
      return "debug";
    case EventLevel::info:
      return "info";
    case EventLevel::warning:
      return "warning";
    case EventLevel::error:
      return "error";
  }
  CHECK(false);
  return {};
}

spdlog::level::level_enum spdlog_level(EventLevel level) {
  switch (level) {
    case EventLevel::debug:
      return spdlog::level::debug;
    case EventLevel::info:
      return spdlog::level::info;
    case EventLevel::warning:
      return spdlog::level::warn;
    case EventLevel::error:
      return spdlog::level::err;
  }
  CHECK(false);
  return spdlog::level::err;
}

// In double quotes with JSON's escapes, which also serve the text form.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

bool plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != 0x7f && c != '"' && c != '\\' && c != '=';
  });
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

struct AppendText {
  std::string& out;
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(std::uint64_t value) const { out += std::to_string(value); }
  void operator()(double value) const { out += number(value); }
  void operator()(std::string_view value) const {
    plain(value) ? void(out += value) : append_quoted(out, value);
  }
};

struct AppendJson : AppendText {
  using AppendText::operator();
  void operator()(double value) const { out += std::isfinite(value) ? number(value) : "null"; }
  void operator()(std::string_view value) const { append_quoted(out, value); }
};

class StandardErrorLog final : public EventLog {
 public:
  explicit StandardErrorLog(EventLogOptions options)
      : format_(options.format), logger_("levada", sink(options.format)) {
    logger_.set_level(spdlog_level(options.level));
    logger_.flush_on(spdlog::level::debug);
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format_ == EventFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                     : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v",
        spdlog::pattern_time_type::utc));
  }

  void event(EventLevel level, std::string_view what, EventFields fields) override {
    const auto at = spdlog_level(level);
    if (!logger_.should_log(at)) return;
    logger_.log(at, spdlog::string_view_t(format_ == EventFormat::json ? event_json(what, fields)
                                                                       : event_text(what, fields)));
  }

 private:
  static spdlog::sink_ptr sink(EventFormat format) {
    return std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
        format == EventFormat::json ? spdlog::color_mode::never : spdlog::color_mode::automatic);
  }

  EventFormat format_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<EventLog> open_event_log(EventLogOptions options) {
  return std::make_unique<StandardErrorLog>(options);
}

std::string event_text(std::string_view what, EventFields fields) {
  std::string out(what);
  for (const EventField& field : fields) {
    out += ' ';
    out += field.name;
    out += '=';
    std::visit(AppendText{out}, field.value.get());
  }
  return out;
}

std::string event_json(std::string_view what, EventFields fields) {
  std::string out = "\"event\":";
  append_quoted(out, what);
  for (const EventField& field : fields) {
    out += ",\"";
    out += field.name;
    out += "\":";
    std::visit(AppendJson{{out}}, field.value.get());
  }
  return out;
}

void KeptEventLog::event(EventLevel level, std::string_view what, EventFields fields) {
  lines_.push_back(std::string(name(level)) + ' ' + event_text(what, fields));
}

}  // namespace levada::io
