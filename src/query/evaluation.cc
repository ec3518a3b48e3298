#include "query/evaluation.h"

#include <algorithm>

namespace levada::query {

namespace {

constexpr std::size_t block_bytes = 16 * 1024;

}  // namespace

void Evaluation::grow(std::size_t bytes) {
  if (block_ != nullptr) spare_.push_back(std::move(block_));
  const std::size_t size = std::max(bytes, block_bytes);
  block_.reset(new char[size]);
  begin_ = next_ = block_.get();
  end_ = begin_ + size;
}

void Evaluation::rewind() {
  spare_.clear();
  next_ = begin_;
}

void Evaluation::draw_breath() {
  until_breath_ = steps_a_breath;
  if (mode_ == Mode::strict && error_.has_value()) throw Stopped{*error_};
  if (auto why = facts_.breath->draw()) throw Stopped{std::move(*why)};
}

Datum Evaluation::text(std::string_view text) {
  char* copy = allocate(text.size());
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  return Datum::of(std::string_view(copy, text.size()));
}

Datum Evaluation::decimal(const Decimal& value) {
  Int128 wide = 0;
  Datum datum = decimal_datum(value, wide);
  if (datum.form == Form::wide) datum.wide = new (allocate(sizeof wide)) Int128(wide);
  return datum;
}

Datum Evaluation::interval(const Interval& value) {
  return Datum::of(new (allocate(sizeof value)) Interval(value));
}

Datum Evaluation::list(std::span<const Datum> elements) {
  auto* copy = reinterpret_cast<Datum*>(allocate(elements.size_bytes()));
  std::uninitialized_copy(elements.begin(), elements.end(), copy);
  return Datum::of(std::span<const Datum>(copy, elements.size()));
}

Datum Evaluation::copy(const Value& value) {
  const Datum& datum = value.datum();
  switch (datum.form) {
    case Form::wide:
      return decimal(Decimal::of(datum));
    case Form::interval:
      return interval(*datum.interval);
    case Form::bytes:
      return text(datum.text());
    case Form::int256: {
      Datum copy = datum;
      copy.bytes = text({datum.bytes, 32}).bytes;
      return copy;
    }
    case Form::elements: {
      std::vector<Datum> elements;
      for (const Datum& element : datum.list()) elements.push_back(copy(Value(element)));
      return list(elements);
    }
    default:
      return datum;
  }
}

Datum Evaluation::fail(std::string_view sqlstate, std::string message) {
  SqlError error;
  error.sqlstate = sqlstate;
  error.message = std::move(message);
  return fail(std::move(error));
}

Datum Evaluation::fail(SqlError error) {
  if (!error_.has_value()) error_ = std::move(error);
  return Datum::null();
}

std::uint64_t Evaluation::random() {  // splitmix64
  if (random_state_ == 0) random_state_ = facts_.seed;
  std::uint64_t z = (random_state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

SqlResult<Value> evaluate_constant(const ExpressionRef& expression, const SessionFacts& facts) {
  Evaluation evaluation(facts);
  const Datum result = Program(expression).evaluate(evaluation, nullptr);
  if (evaluation.failed()) return tl::make_unexpected(evaluation.error());
  return Value(result);
}

}  // namespace levada::query
