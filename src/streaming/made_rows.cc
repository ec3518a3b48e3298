// Sources whose rows are functions of their numbers: the journal has positions alone, and the rows
// are made when an epoch is applied, now and at replay alike. Most of them are looked at by one
// projection, so that no row is made at all.

#include "streaming/completion.h"
#include "streaming/engine.h"
#include "streaming/generator_source.h"

namespace levada::streaming {

using query::Datum;
using query::Row;

// Whether the position of a source is enough to make its rows again: all of them, nothing else.
bool Engine::is_made(Object& object) {
  SourceFeed& feed = *object.source;
  if (feed.rows_made) return feed.generator != nullptr;
  feed.rows_made = true;
  for (const query::RelationColumn& column : object.relation->columns)
    if (column.generated != nullptr) return false;  // it may look at the clock
  for (const auto& [option, value] : feed.definition.options)
    if (option == "connector")
      if (const SourceConnector* connector = source_connector(value))
        feed.generator = connector->generator(feed.definition);
  return feed.generator != nullptr;
}

// A row id is set aside for each number up to those positions.
Input Engine::to_be_made(const Object& object,
                         const std::map<std::string, std::string>& positions) {
  Input input;
  input.relation = object.relation->id;
  input.made_from = next_row_id_;
  next_row_id_ += static_cast<std::int64_t>(generator_position(positions) -
                                            generator_position(object.source->positions));
  return input;
}

// Rows for the only reader go into its circuit; for a table they become changes of the input.
void Engine::make_rows(Object& object, Input& input, std::int64_t time) {
  CHECK(is_made(object), "its connector made rows from numbers");
  Object* reader =
      object.is_hidden() && object.watermark == nullptr ? catalog_.find(object.reader) : nullptr;
  query::SessionFacts facts;
  facts.now = time;
  facts.seed = epoch_;
  query::Evaluation evaluation(facts, query::Evaluation::Mode::lenient);
  Completion completion(*this, *object.relation, facts);
  const std::uint64_t begin = generator_position(object.source->positions),
                      end = generator_position(input.positions);
  const std::int64_t next = std::exchange(next_row_id_, *input.made_from);
  for (std::uint64_t number = begin; number < end; ++number) {
    const std::span<const Datum> data = object.source->generator->make(number);
    if (data.empty()) continue;
    const auto row = completion.complete(data);
    if (!row) {
      ++input.skipped_rows;
      if (input.errors.size() < Input::errors_kept) input.errors.push_back(row.error().message);
    } else if (reader != nullptr && reader->circuit != nullptr) {
      reader->circuit->push(input.relation, *row, 1, evaluation);
      ++object.source->rows;
    } else {
      input.changes.push_back({Row::of(*row), 1});
    }
  }
  next_row_id_ = std::max(next, *input.made_from + static_cast<std::int64_t>(end - begin));
  input.made_from.reset();
}

}  // namespace levada::streaming
