#include "aws/timestream_query/column_rows.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "aws/timestream_query/rows.h"

namespace levada::aws::timestream_query_api {
namespace {

using timestream::sql::ColumnTable;
using timestream::sql::Kind;
using timestream::sql::Scope;
using timestream::sql::Value;

// What the values say when they are written one by one.
std::string by_values(const ColumnTable& table, const Scope& columns, std::size_t begin,
                      std::size_t end) {
  Buffer body;
  OutputWriter out(Coding::json, body);
  out.begin_structure();
  out.begin_list("R", end - begin);
  for (std::size_t row = begin; row < end; ++row) {
    out.begin_structure();
    out.begin_list("Data", columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const ColumnTable::Column& column = table.columns[i];
      Value value;
      const std::size_t place = table.place(column, row);
      if (column.present[place]) {
        const std::int64_t bits = column.bits[place];
        value = column.texts                        ? Value(column.texts->at(bits))
                : columns[i].type.is(Kind::real)    ? Value(std::bit_cast<double>(bits))
                : columns[i].type.is(Kind::boolean) ? Value(bits != 0)
                                                    : Value(bits);
      }
      out.begin_structure();
      write_datum(out, columns[i].type, value);
      out.end_structure();
    }
    out.end_list();
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  out.finish();
  const std::string text(as_text(body));
  return text.substr(6, text.size() - 8);  // without {"R":[ and ]}
}

TEST(JsonRows, are_what_the_values_say_one_by_one) {
  std::mt19937_64 random(11);
  const std::vector<Kind> kinds = {Kind::varchar, Kind::varchar, Kind::timestamp,
                                   Kind::bigint,  Kind::varchar, Kind::real,
                                   Kind::boolean, Kind::varchar, Kind::varchar};
  const std::vector<std::string> texts = {
      "host_1", "host_2", "", "a \"quoted\" \\ one", "\x01\n", std::string(3000, 'x'), "ü"};
  for (int round = 0; round < 50; ++round) {
    const auto table = std::make_shared<ColumnTable>();
    const auto result = std::make_shared<timestream::sql::Relation>();
    result->table = table;
    Scope& columns = result->columns;
    table->rows = 1 + random() % 300;
    const std::size_t series = 1 + random() % 5;
    for (std::size_t row = 0; row < table->rows; ++row)
      table->series.push_back(static_cast<std::int64_t>(random() % series));
    for (const Kind kind : kinds) {
      columns.push_back({"", "c" + std::to_string(columns.size()), {kind}});
      ColumnTable::Column& column = table->columns.emplace_back();
      if (kind == Kind::varchar) column.texts = std::make_unique<timestream::Texts>();
      column.of_series = kind == Kind::varchar && random() % 2 == 0;
      std::int64_t bits = column.texts ? column.texts->place_of(texts.front()) : 0;
      for (std::size_t row = 0; row < (column.of_series ? series : table->rows); ++row) {
        if (random() % 4 == 0 || kind != Kind::varchar) {
          const std::string& text = texts[random() % texts.size()];
          const auto any = static_cast<std::int64_t>(random());
          bits = column.texts            ? column.texts->place_of(text)
                 : kind == Kind::boolean ? any & 1
                 : kind == Kind::real ? std::bit_cast<std::int64_t>(static_cast<double>(any) / 1e9)
                 : kind == Kind::bigint && random() % 2 == 0 ? any % 150
                                                             : any;
        }
        column.bits.push_back(bits);
        column.present.push_back(round % 2 == 0 || random() % 5 != 0);
      }
    }
    const std::size_t begin = random() % table->rows;
    const std::string expected = by_values(*table, columns, begin, table->rows);
    const std::size_t room = random() % 50;
    Buffer memory(random() % 5000);  // whatever it held before
    JsonRows rows({result, begin, table->rows}, room, std::move(memory));
    while (!rows.done()) rows.write(1 + random() % 40);
    const Buffer text = rows.take();
    ASSERT_EQ(as_text(text).substr(room), expected);
  }
}

}  // namespace
}  // namespace levada::aws::timestream_query_api
