#pragma once
// WatermarkFilter: the watermark of one table or source: the highest value that its term ever had.
// Rows below it come too late and are not taken; with a time to live a stored row below it has
// ended: nobody sees it change or go any more.

#include "query/evaluation.h"
#include "query/relation.h"
#include "streaming/decision.h"

namespace levada::streaming {

class WatermarkFilter {
 public:
  explicit WatermarkFilter(const query::Relation& relation)
      : term_(relation.watermark_term),
        column_(relation.watermark_column),
        rows_expire_(relation.rows_expire) {}

  const query::Value& now() const { return now_; }
  void restore(query::Value value) { now_ = std::move(value); }

  bool is_late(const query::Row& row) const;
  bool has_expired(const query::Row& row) const { return rows_expire_ && is_late(row); }
  // Behind a batch: it is judged by what was before it.
  void rise(const Input& input);

 private:
  query::Program term_;
  std::size_t column_;
  bool rows_expire_;
  query::Value now_;
};

}  // namespace levada::streaming
