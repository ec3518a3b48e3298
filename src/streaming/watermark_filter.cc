#include "streaming/watermark_filter.h"

namespace levada::streaming {

bool WatermarkFilter::is_late(const query::Row& row) const {
  if (now_.is_null()) return false;
  const query::Datum& at = row[column_];
  return at.is_null() || query::compare(at, now_.datum()) < 0;
}

void WatermarkFilter::rise(const Input& input) {
  static const query::SessionFacts no_facts;
  query::Evaluation evaluation(no_facts, query::Evaluation::Mode::lenient);
  for (const query::Change& change : input.changes) {
    if (change.weight < 0) continue;
    const query::Datum value = term_.evaluate(evaluation, change.row.data());
    if (!value.is_null() && (now_.is_null() || query::compare(value, now_.datum()) > 0))
      now_ = query::Value(value);
    evaluation.reset();
  }
}

}  // namespace levada::streaming
