#include "aws/timestream_query/pages_ahead.h"

#include <algorithm>

namespace levada::aws::timestream_query_api {
namespace {

constexpr std::size_t pages_max = 4;          // about a megabyte each
constexpr std::size_t rows_at_once = 1 << 8;  // others wait for that long

}  // namespace

void PagesAhead::write(OutputWriter& out, const timestream::QueryAnswer& answer) {
  if (out.coding() != Coding::json || answer.table_begin == answer.table_end)
    return write_column_rows(out, answer);
  std::unique_ptr<JsonRows> rows = take(answer);
  if (rows == nullptr)
    rows = std::make_unique<JsonRows>(answer.table, answer.columns, answer.table_begin,
                                      answer.table_end);
  rows->write(answer.table_end - answer.table_begin);  // what is left of them
  out.json().raw(rows->text());
  if (answer.next_end > answer.table_end) begin_next(answer);
}

std::unique_ptr<JsonRows> PagesAhead::take(const timestream::QueryAnswer& answer) {
  std::erase_if(pages_, [](const PagePointer& page) { return page->table.expired(); });
  const auto at = std::ranges::find_if(pages_, [&](const PagePointer& page) {
    return page->begin == answer.table_begin && page->end == answer.table_end &&
           page->table.lock() == answer.table;
  });
  if (at == pages_.end()) return nullptr;
  const PagePointer page = *at;
  pages_.erase(at);
  return std::move(page->rows);
}

void PagesAhead::begin_next(const timestream::QueryAnswer& answer) {
  if (gate_.stopping()) return;
  if (pages_.size() == pages_max) {
    pages_.front()->rows.reset();
    pages_.pop_front();
  }
  const auto page = std::make_shared<Page>();
  page->table = answer.table;
  page->begin = answer.table_end;
  page->end = answer.next_end;
  page->rows = std::make_unique<JsonRows>(answer.table, answer.columns, page->begin, page->end);
  pages_.push_back(page);
  gate_.spawn(work(page));
}

Task<Unit> PagesAhead::work(PagePointer page) {
  for (;;) {
    co_await io::yield(here_);  // first of all the answer goes out
    if (page->rows == nullptr || page->rows->done() || gate_.stopping()) co_return Unit{};
    page->rows->write(rows_at_once);
  }
}

}  // namespace levada::aws::timestream_query_api
