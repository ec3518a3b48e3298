#include "aws/timestream_query/pages_ahead.h"

#include <algorithm>
#include <utility>

namespace levada::aws::timestream_query_api {
namespace {

constexpr std::size_t pages_max = 4;          // about a megabyte each
constexpr std::size_t rows_at_once = 1 << 8;  // others wait for that long

}  // namespace

void PagesAhead::write(OutputWriter& out, const timestream::QueryAnswer& answer) {
  if (out.coding() != Coding::json || answer.begin == answer.end)
    return write_column_rows(out, answer);
  wire::JsonWriter& json = out.json();
  const std::size_t room = json.room();
  std::unique_ptr<JsonRows> rows = take(answer, room);
  if (rows == nullptr) rows = begin({answer.result, answer.begin, answer.end}, room);
  rows->write(answer.end - answer.begin);  // what is left of them
  spare_ = json.raw_in_place(rows->take());
  if (answer.next_end > answer.end) begin_next(answer, room);
}

std::unique_ptr<JsonRows> PagesAhead::begin(JsonRows::Span rows, std::size_t room) {
  return std::make_unique<JsonRows>(std::move(rows), room, std::exchange(spare_, {}));
}

std::unique_ptr<JsonRows> PagesAhead::take(const timestream::QueryAnswer& answer,
                                           std::size_t room) {
  std::erase_if(pages_, [](const PagePointer& page) { return page->result.expired(); });
  const auto at = std::ranges::find_if(pages_, [&](const PagePointer& page) {
    return page->begin == answer.begin && page->end == answer.end && page->rows->room() == room &&
           page->result.lock() == answer.result;
  });
  if (at == pages_.end()) return nullptr;
  const PagePointer page = *at;
  pages_.erase(at);
  return std::move(page->rows);
}

void PagesAhead::begin_next(const timestream::QueryAnswer& answer, std::size_t room) {
  if (gate_.stopping()) return;
  if (pages_.size() == pages_max) {
    pages_.front()->rows.reset();
    pages_.pop_front();
  }
  const auto page = std::make_shared<Page>();
  page->result = answer.result;
  page->begin = answer.end;
  page->end = answer.next_end;
  page->rows = begin({answer.result, page->begin, page->end}, room);
  pages_.push_back(page);
  gate_.spawn(work(page));
}

Task<Unit> PagesAhead::work(PagePointer page) {
  co_await io::yield(here_);  // first of all the kernel gets the answer
  for (;;) {
    co_await io::yield(here_);
    if (page->rows == nullptr || page->rows->done() || gate_.stopping()) co_return Unit{};
    page->rows->write(rows_at_once);
  }
}

}  // namespace levada::aws::timestream_query_api
