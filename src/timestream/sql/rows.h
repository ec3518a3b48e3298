#pragma once
// What statements do with whole rows, and which names and conditions an expression is made of.

#include <set>
#include <string>
#include <vector>

#include "timestream/sql/pausing_sort.h"
#include "timestream/sql/syntax.h"

namespace levada::timestream::sql {

// By the cells at `keys`, one for each item of the order. Rows that are alike keep their order.
void sort_rows(std::vector<std::vector<Value>>& rows, const std::vector<OrderItem>& order,
               const std::vector<std::size_t>& keys);
Task<Unit> sort_rows(std::vector<std::vector<Value>>& rows, const std::vector<OrderItem>& order,
                     const std::vector<std::size_t>& keys, Pause pause);
// Below 0: a comes first.
int compare_for_order(const Value& a, const Value& b, const OrderItem& item);
Task<Unit> distinct_rows(std::vector<std::vector<Value>>& rows, Pause pause);

// The parts that an AND joins.
void conjuncts_of(const Node* node, std::vector<const Node*>& all);

// Every column and qualifier that is written somewhere in it, in lower case, those of subqueries
// too.
void add_names(const Node* node, std::set<std::string>& names);
void add_names(const Source* source, std::set<std::string>& names);
void add_names(const Select& select, std::set<std::string>& names);

// Whether a NATURAL JOIN is in it, whose columns nobody names.
bool joins_naturally(const Source& source);

}  // namespace levada::timestream::sql
