#pragma once
// PagesAhead: while a client reads a page, the rows of the next one are written, for it will ask
// for them. A few pages at most; one that nobody asks for gives way to others.

#include <deque>
#include <memory>

#include "aws/timestream_query/column_rows.h"
#include "io/gate.h"
#include "io/reactor.h"

namespace levada::aws::timestream_query_api {

class PagesAhead {
 public:
  explicit PagesAhead(io::Reactor& here) : here_(here) {}

  // The rows of the answer, into a list that was begun; and the next page's soon.
  void write(OutputWriter& out, const timestream::QueryAnswer& answer);
  // Nothing is written after this.
  Task<Unit> stop() { return gate_.close(); }

 private:
  struct Page {
    // Looked at only: the result may go away before the page is asked for.
    std::weak_ptr<const timestream::sql::Relation> result;
    std::size_t begin = 0, end = 0;
    std::unique_ptr<JsonRows> rows;  // null: somebody took them
  };
  using PagePointer = std::shared_ptr<Page>;

  std::unique_ptr<JsonRows> begin(JsonRows::Span rows, std::size_t room);
  std::unique_ptr<JsonRows> take(const timestream::QueryAnswer& answer, std::size_t room);
  void begin_next(const timestream::QueryAnswer& answer, std::size_t room);
  Task<Unit> work(PagePointer page);

  io::Reactor& here_;
  std::deque<PagePointer> pages_;  // the oldest first
  Buffer spare_;                   // of a page that went out, for the next one
  io::Gate gate_;
};

}  // namespace levada::aws::timestream_query_api
