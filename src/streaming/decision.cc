#include "streaming/decision.h"

#include <utility>

#include <span>

#include "query/row_codec.h"

namespace levada::streaming {

namespace {

using query::append_row;
using query::append_text;
using query::append_varint;
using query::take_row;
using query::take_text;
using query::take_varint;

constexpr std::uint64_t version = 5, oldest_version = 4;

constexpr std::uint64_t has_definition = 1, has_more = 2, has_sealed = 4;  // flags

void append_input(const Input& input, std::string& out) {
  append_varint(input.relation.value(), out);
  append_varint(input.made_from ? 1 : 0, out);
  if (input.made_from) append_varint(static_cast<std::uint64_t>(*input.made_from), out);
  const std::span<const query::Change> changes =
      input.made_from ? std::span<const query::Change>() : std::span(input.changes);
  append_varint(changes.size(), out);
  for (const query::Change& change : changes) {
    out += change.weight > 0 ? '+' : '-';
    append_row(change.row.span(), out);
  }
  append_varint(input.positions.size(), out);
  for (const auto& [split, position] : input.positions) {
    append_text(split, out);
    append_text(position, out);
  }
  append_varint(input.skipped_rows, out);
  append_varint(input.errors.size(), out);
  for (const std::string& error : input.errors) append_text(error, out);
}

bool take_input(std::string_view& in, Input& input) {
  const auto relation = take_varint(in);
  const auto made = relation ? take_varint(in) : std::nullopt;
  if (!made || *made > 1) return false;
  if (*made == 1) {
    const auto first = take_varint(in);
    if (!first) return false;
    input.made_from = static_cast<std::int64_t>(*first);
  }
  const auto count = take_varint(in);
  if (!count || *count > in.size()) return false;
  input.relation = query::RelationId(static_cast<std::uint32_t>(*relation));
  input.changes.reserve(*count);
  for (std::uint64_t i = 0; i < *count; ++i) {
    if (in.empty()) return false;
    const std::int64_t weight = in.front() == '+' ? 1 : -1;
    in.remove_prefix(1);
    auto row = take_row(in);
    if (!row) return false;
    input.changes.push_back({std::move(*row), weight});
  }
  const auto positions = take_varint(in);
  if (!positions || *positions > in.size()) return false;
  for (std::uint64_t i = 0; i < *positions; ++i) {
    const auto split = take_text(in);
    const auto position = split ? take_text(in) : std::nullopt;
    if (!position) return false;
    input.positions.emplace(*split, *position);
  }
  const auto skipped = take_varint(in);
  const auto errors = skipped ? take_varint(in) : std::nullopt;
  if (!errors || *errors > in.size()) return false;
  input.skipped_rows = *skipped;
  for (std::uint64_t i = 0; i < *errors; ++i) {
    const auto error = take_text(in);
    if (!error) return false;
    input.errors.emplace_back(*error);
  }
  return true;
}

}  // namespace

Buffer encoded(const Decision& decision) {
  std::string out;
  append_varint(version, out);
  append_varint(decision.epoch, out);
  append_varint(static_cast<std::uint64_t>(decision.time), out);
  const bool sealed = decision.definition && !decision.definition->sealed.empty();
  append_varint((decision.definition ? has_definition : 0) | (decision.more ? has_more : 0) |
                    (sealed ? has_sealed : 0),
                out);
  if (decision.definition) {
    append_varint(decision.definition->id, out);
    append_text(sealed ? decision.definition->sealed : decision.definition->text, out);
    append_text(decision.definition->schema, out);
    append_text(decision.definition->user, out);
    append_text(decision.definition->database, out);
  }
  append_varint(decision.inputs.size(), out);
  for (const Input& input : decision.inputs) append_input(input, out);
  append_varint(decision.acknowledgements.size(), out);
  for (const Acknowledgement& acknowledgement : decision.acknowledgements) {
    append_varint(acknowledgement.sink, out);
    append_varint(acknowledgement.epoch, out);
    append_text(acknowledgement.position, out);
  }
  const ByteView bytes = as_bytes(out);
  return {bytes.begin(), bytes.end()};
}

std::optional<Decision> decoded(ByteView bytes) {
  std::string_view in = as_text(bytes);
  const auto written_by = take_varint(in);
  if (!written_by || *written_by < oldest_version || *written_by > version) return std::nullopt;
  Decision decision;
  const auto epoch = take_varint(in), time = take_varint(in), flags = take_varint(in);
  if (!epoch || !time || !flags) return std::nullopt;
  decision.epoch = *epoch;
  decision.time = static_cast<std::int64_t>(*time);
  decision.more = (*flags & has_more) != 0;
  if ((*flags & has_definition) != 0) {
    const auto id = take_varint(in);
    const auto text = take_text(in), schema = take_text(in), user = take_text(in),
               database = take_text(in);
    if (!id || !text || !schema || !user || !database) return std::nullopt;
    decision.definition =
        Definition{static_cast<std::uint32_t>(*id), std::string(*text), std::string(*schema),
                   std::string(*user), std::string(*database)};
    decision.definition->decided = true;
    if ((*flags & has_sealed) != 0)
      decision.definition->sealed = std::exchange(decision.definition->text, {});
  }
  const auto inputs = take_varint(in);
  if (!inputs || *inputs > in.size()) return std::nullopt;
  for (std::uint64_t i = 0; i < *inputs; ++i)
    if (!take_input(in, decision.inputs.emplace_back())) return std::nullopt;
  const auto acknowledgements = take_varint(in);
  if (!acknowledgements || *acknowledgements > in.size()) return std::nullopt;
  for (std::uint64_t i = 0; i < *acknowledgements; ++i) {
    const auto sink = take_varint(in), upto = take_varint(in);
    const auto position = upto ? take_text(in) : std::nullopt;
    if (!sink || !position) return std::nullopt;
    decision.acknowledgements.push_back(
        {static_cast<std::uint32_t>(*sink), *upto, std::string(*position)});
  }
  if (!in.empty()) return std::nullopt;
  return decision;
}

}  // namespace levada::streaming
