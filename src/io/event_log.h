#pragma once
// The event log: what the server tells its operator, as events with fields instead of sentences
// with numbers in them. Handed to constructors by reference; there is no global one.
//
//   log.info("segment recovered", {{"segment", 12}, {"bytes", size}, {"torn", true}});
//
// Not for what a client did wrong (that is the client's answer), nor for what can be counted (that
// is a metric). An event of level error means that somebody has to do something.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"

namespace levada::io {

enum class EventLevel : std::uint8_t { debug, info, warning, error };

class EventValue {
 public:
  using Variant = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  EventValue(bool value) : value_(value) {}
  template <std::signed_integral T>
  EventValue(T value) : value_(std::int64_t{value}) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) EventValue(T value) : value_(std::uint64_t{value}) {}
  EventValue(double value) : value_(value) {}
  EventValue(std::string_view value) : value_(value) {}
  EventValue(const std::string& value) : value_(std::string_view(value)) {}
  EventValue(const char* value) : value_(std::string_view(value)) {}
  EventValue(Bytes value) : value_(count(value)) {}
  EventValue(const Error& error) : value_(std::string_view(error.message)) {}
  template <class Tag, class Rep>
  EventValue(Id<Tag, Rep> id) : EventValue(id.value()) {}

  const Variant& get() const { return value_; }

 private:
  Variant value_;  // looks at text it does not own; used inside the call only
};

struct EventField {
  std::string_view name;  // snake_case, never from outside
  EventValue value;
};
using EventFields = std::initializer_list<EventField>;

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Any thread. `what` is a constant sentence without a full stop.
  virtual void event(EventLevel level, std::string_view what, EventFields fields) = 0;

  void debug(std::string_view what, EventFields fields = {}) {
    event(EventLevel::debug, what, fields);
  }
  void info(std::string_view what, EventFields fields = {}) {
    event(EventLevel::info, what, fields);
  }
  void warning(std::string_view what, EventFields fields = {}) {
    event(EventLevel::warning, what, fields);
  }
  void error(std::string_view what, EventFields fields = {}) {
    event(EventLevel::error, what, fields);
  }
};

enum class EventFormat : std::uint8_t { text, json };

struct EventLogOptions {
  EventLevel level = EventLevel::info;
  EventFormat format = EventFormat::text;  // text is coloured on a terminal
};

// Writes to standard error, one line an event.
std::unique_ptr<EventLog> open_event_log(EventLogOptions options);

// Tells nobody.
class SilentEventLog final : public EventLog {
 public:
  void event(EventLevel, std::string_view, EventFields) override {}
};

// Keeps lines of text, for tests and the simulator; one thread.
class KeptEventLog final : public EventLog {
 public:
  void event(EventLevel level, std::string_view what, EventFields fields) override;
  const std::vector<std::string>& lines() const { return lines_; }  // "info what name=value"

 private:
  std::vector<std::string> lines_;
};

// ` name=value name="with spaces"`; control characters are escaped: an event stays on its line.
std::string event_text(std::string_view what, EventFields fields);
// `"event":"what","name":value`, without braces.
std::string event_json(std::string_view what, EventFields fields);

}  // namespace levada::io
