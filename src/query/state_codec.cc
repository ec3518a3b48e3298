#include "query/state_codec.h"

#include <cstring>

namespace levada::query {

namespace {

// How a row begins.
constexpr std::uint64_t no_row = 0;
constexpr std::uint64_t plain_row = 1;
constexpr std::uint64_t numbered_row = 2;  // it gets the next number of its scope
constexpr std::uint64_t first_known = 3;   // 3 + 2n: number n of all; 4 + 2n: of the circuit

constexpr std::uint32_t rows_a_breath = 512;
constexpr std::size_t slots_first = 1024;

}  // namespace

StateWriter::Numbers::Slot& StateWriter::Numbers::slot(const void* object) {
  const auto address = reinterpret_cast<std::uintptr_t>(object);
  std::size_t at = (address * 0x9e3779b97f4a7c15 >> 20) & (slots_.size() - 1);
  while (slots_[at].object != nullptr && slots_[at].object != object)
    at = (at + 1) & (slots_.size() - 1);
  return slots_[at];
}

std::uint64_t StateWriter::Numbers::of(const void* object, bool& fresh) {
  if (count_ * 2 >= slots_.size()) grow();
  Slot& found = slot(object);
  fresh = found.object == nullptr;
  if (fresh) found = {object, count_++};
  return found.number;
}

const std::uint64_t* StateWriter::Numbers::find(const void* object) const {
  if (slots_.empty()) return nullptr;
  const Slot& found = const_cast<Numbers*>(this)->slot(object);
  return found.object == nullptr ? nullptr : &found.number;
}

void StateWriter::Numbers::clear() {
  count_memory(-static_cast<std::int64_t>(slots_.size() * sizeof(Slot)));
  slots_ = {};
  count_ = 0;
}

void StateWriter::Numbers::grow() {
  std::vector<Slot> old(slots_.empty() ? slots_first : slots_.size() * 2);
  old.swap(slots_);
  count_memory(static_cast<std::int64_t>((slots_.size() - old.size()) * sizeof(Slot)));
  for (const Slot& one : old)
    if (one.object != nullptr) slot(one.object) = one;
}

void StateWriter::one(const Row& row) {
  if (breath_ != nullptr && ++rows_ % rows_a_breath == 0) {
    const std::size_t before = out_.size();
    (void)breath_->draw();
    taken_away_ += before - out_.size();
  }
  if (!row) return append_varint(no_row, out_);
  if (row.is_shared()) {
    if (const std::uint64_t* known = inside_ ? shared_.find(row.object()) : nullptr)
      return append_varint(first_known + 2 * *known, out_);
    bool fresh = false;
    const std::uint64_t number = (inside_ ? own_ : shared_).of(row.object(), fresh);
    if (!fresh) return append_varint(first_known + 2 * number + (inside_ ? 1 : 0), out_);
  }
  append_varint(row.is_shared() ? numbered_row : plain_row, out_);
  append_row(row.span(), out_);
}

void StateWriter::begin_circuit() {
  begun_ = taken_away_ + out_.size();
  inside_ = true;
}

void StateWriter::end_circuit() {
  circuits_.push_back(taken_away_ + out_.size() - begun_);
  own_.clear();
  inside_ = false;
}

void StateWriter::end() {
  for (const std::uint64_t size : circuits_) raw(&size, sizeof size);
  const std::uint64_t count = circuits_.size();
  raw(&count, sizeof count);
}

StateReader::StateReader(std::string_view in) : in_(in) {
  std::uint64_t count = 0;
  const bool ends = in_.size() >= sizeof count;
  if (ends) {
    std::memcpy(&count, in_.data() + in_.size() - sizeof count, sizeof count);
    in_.remove_suffix(sizeof count);
  }
  if (ends && count <= in_.size() / sizeof count) {
    circuits_ = in_.substr(in_.size() - count * sizeof count);
    in_.remove_suffix(circuits_.size());
  } else {
    fail();
  }
}

void StateReader::begin_circuit() {
  std::uint64_t size = 0;
  if (circuits_.size() < sizeof size) fail();
  if (!good_) return;
  std::memcpy(&size, circuits_.data(), sizeof size);
  circuits_.remove_prefix(sizeof size);
  if (size > in_.size()) return fail();
  behind_ = in_.substr(size);
  in_ = in_.substr(0, size);
  inside_ = true;
}

void StateReader::end_circuit() {
  if (!inside_) return;
  in_ = std::exchange(behind_, {});
  good_ = true;
  inside_ = false;
  own_.clear();
}

void StateReader::one(Row& row) {
  const std::uint64_t how = varint();
  row = Row();
  if (how == no_row || !good_) return;
  if (how >= first_known) {
    const std::uint64_t number = (how - first_known) / 2;
    const std::vector<Row>& scope = (how - first_known) % 2 != 0 ? own_ : shared_;
    if (number >= scope.size()) return fail();
    row = scope[number];
    return;
  }
  auto read = take_row(in_);
  if (!read) return fail();
  row = std::move(*read);
  if (how == numbered_row) (inside_ ? own_ : shared_).push_back(row);
}

void StateReader::one(Value& value) {
  const auto read = take_row(in_);
  if (!read || read->size() != 1) return fail();
  value = Value((*read)[0]);
}

void StateReader::one(std::string& text) {
  const auto read = take_text(in_);
  if (!read) return fail();
  text = *read;
}

std::uint64_t StateReader::varint() {
  const auto read = take_varint(in_);
  if (!read) fail();
  return read.value_or(0);
}

std::size_t StateReader::elements() {
  const auto size = taken<std::size_t>();
  if (size > in_.size()) fail();
  return good_ ? size : 0;
}

void StateReader::raw(void* to, std::size_t size) {
  if (in_.size() < size) return fail();
  std::memcpy(to, in_.data(), size);
  in_.remove_prefix(size);
}

}  // namespace levada::query
