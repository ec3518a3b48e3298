"""Timestream's SQL over tables: subqueries that look outside, groups of groups, windows, joins, set operations, and what is refused."""

import threading
import time

from timestream_query import QueryCase

HOSTS = ("WITH hosts AS (SELECT * FROM (VALUES ('a', 'eu', 1), ('b', 'eu', 2), ('c', 'us', 4)) AS h(host, region, size)), "
         "loads AS (SELECT * FROM (VALUES ('a', 10), ('a', 30), ('b', 20), ('d', 5)) AS l(host, load)) ")


class Subqueries(QueryCase):
    def test_exists_looks_at_the_row_around_it(self):
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts WHERE EXISTS (SELECT 1 FROM loads WHERE loads.host = hosts.host) ORDER BY 1"),
                         [["a"], ["b"]])
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts h WHERE NOT EXISTS (SELECT 1 FROM loads l WHERE l.host = h.host AND load > 15)"),
                         [["c"]])

    def test_a_scalar_subquery_is_asked_for_every_row(self):
        self.assertEqual(self.rows(HOSTS + "SELECT host, (SELECT max(load) FROM loads l WHERE l.host = h.host) AS top FROM hosts h ORDER BY host"),
                         [["a", "30"], ["b", "20"], ["c", None]])
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts h WHERE size * 15 > (SELECT sum(load) FROM loads l WHERE l.host = h.host)"),
                         [["b"]])

    def test_in_and_quantified_subqueries_look_outside(self):
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts h WHERE 20 IN (SELECT load FROM loads l WHERE l.host = h.host)"), [["b"]])
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts h WHERE size * 10 <= ALL (SELECT load FROM loads l WHERE l.host = h.host) ORDER BY 1"),
                         [["a"], ["b"], ["c"]])
        self.assertEqual(self.rows(HOSTS + "SELECT host FROM hosts h WHERE size * 20 < ANY (SELECT load FROM loads l WHERE l.host = h.host)"), [["a"]])

    def test_a_subquery_in_a_subquery_looks_two_levels_up(self):
        text = (HOSTS + "SELECT host FROM hosts h WHERE EXISTS (SELECT 1 FROM loads l WHERE l.host = h.host AND l.load = "
                "(SELECT max(load) FROM loads m WHERE m.host = l.host AND m.load >= h.size * 10)) ORDER BY 1")
        self.assertEqual(self.rows(text), [["a"], ["b"]])

    def test_groups_and_their_subqueries(self):
        text = (HOSTS + "SELECT region, count(*), (SELECT count(*) FROM hosts i WHERE i.region <> h.region) FROM hosts h GROUP BY h.region "
                "HAVING count(*) > (SELECT count(*) FROM hosts j WHERE j.region = h.region AND j.size > 100) ORDER BY 1")
        self.assertEqual(self.rows(text), [["eu", "2", "1"], ["us", "1", "2"]])

    def test_lateral_and_unnest_see_the_left_side(self):
        text = HOSTS + "SELECT h.host, t.load FROM hosts h CROSS JOIN LATERAL (SELECT load FROM loads l WHERE l.host = h.host) AS t ORDER BY 1, 2"
        self.assertEqual(self.rows(text), [["a", "10"], ["a", "30"], ["b", "20"]])
        text = HOSTS + "SELECT h.host, t.top FROM hosts h LEFT JOIN LATERAL (SELECT load AS top FROM loads l WHERE l.host = h.host AND load > 15) AS t ON TRUE ORDER BY 1"
        self.assertEqual(self.rows(text), [["a", "30"], ["b", "20"], ["c", None]])
        text = "SELECT x, y, n FROM (VALUES 2, 3) AS v(x) CROSS JOIN UNNEST(sequence(1, x), ARRAY['p']) WITH ORDINALITY AS u(z, y, n) ORDER BY 1, 3"
        self.assertEqual(self.rows(text), [["2", "p", "1"], ["2", None, "2"], ["3", "p", "1"], ["3", None, "2"], ["3", None, "3"]])


class Groups(QueryCase):
    FROM = "FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 4)) AS t(p, q, n) "

    def test_grouping_sets_rollup_and_cube(self):
        rollup = [["a", "x", "1"], ["a", "y", "2"], ["a", None, "3"], ["b", "x", "4"], ["b", None, "4"], [None, None, "7"]]
        order = "ORDER BY p NULLS LAST, q NULLS LAST"
        self.assertEqual(self.rows(f"SELECT p, q, sum(n) {self.FROM} GROUP BY ROLLUP (p, q) {order}"), rollup)
        self.assertEqual(self.rows(f"SELECT p, q, sum(n) {self.FROM} GROUP BY GROUPING SETS ((p, q), (p), ()) {order}"), rollup)
        self.assertEqual(self.rows(f"SELECT p, q, sum(n) {self.FROM} GROUP BY CUBE (p, q) {order}"),
                         rollup[:5] + [[None, "x", "5"], [None, "y", "2"], [None, None, "7"]])
        self.assertEqual(self.rows(f"SELECT grouping(p, q), p, q, sum(n) {self.FROM} GROUP BY GROUPING SETS (p, q) ORDER BY 1, 2, 3"),
                         [["1", "a", None, "3"], ["1", "b", None, "4"], ["2", None, "x", "5"], ["2", None, "y", "2"]])
        self.assertEqual(self.rows("SELECT count(*) FROM (VALUES 1) AS t(x) WHERE x > 1 GROUP BY GROUPING SETS ((x), ())"), [["0"]])

    def test_a_key_is_the_same_with_and_without_its_table(self):
        self.assertEqual(self.rows(f"SELECT t.p, p, count(*) {self.FROM} GROUP BY p ORDER BY t.p"), [["a", "a", "2"], ["b", "b", "1"]])

    def test_windows_come_after_groups(self):
        self.assertEqual(self.rows(f"SELECT p, sum(n), rank() OVER (ORDER BY sum(n) DESC), sum(sum(n)) OVER () {self.FROM} GROUP BY p ORDER BY p"),
                         [["a", "3", "2", "7"], ["b", "4", "1", "7"]])
        self.assertEqual(self.rows(f"SELECT n, n * 1.0 / sum(n) OVER (PARTITION BY p) {self.FROM} WHERE q = 'x' ORDER BY n"), [["1", "1.0"], ["4", "1.0"]])


class Relations(QueryCase):
    def test_joins_of_every_kind(self):
        left, right = "(VALUES (1, 'a'), (2, 'b')) AS l(k, x)", "(VALUES (2, 'B'), (3, 'C')) AS r(k, y)"
        ordered = "ORDER BY 1 NULLS LAST, 2 NULLS LAST"
        for join, answer in {
            f"{left} JOIN {right} ON l.k = r.k": [["b", "B"]],
            f"{left} LEFT JOIN {right} ON l.k = r.k": [["a", None], ["b", "B"]],
            f"{left} RIGHT OUTER JOIN {right} USING (k)": [["b", "B"], [None, "C"]],
            f"{left} FULL JOIN {right} ON l.k = r.k": [["a", None], ["b", "B"], [None, "C"]],
            f"{left} NATURAL JOIN {right}": [["b", "B"]],
            f"{left} CROSS JOIN {right}": [["a", "B"], ["a", "C"], ["b", "B"], ["b", "C"]],
            f"{left}, {right} WHERE l.k < r.k": [["a", "B"], ["a", "C"], ["b", "C"]],
            f"{left} JOIN {right} ON l.k < r.k AND r.y <> 'B'": [["a", "C"], ["b", "C"]],
        }.items():
            with self.subTest(join):
                self.assertEqual(self.rows(f"SELECT x, y FROM {join} {ordered}"), answer)

    def test_set_operations_count_or_do_not(self):
        a, b = "VALUES 1, 1, 2, 3", "VALUES 1, 3, 3, 4"
        for text, answer in {
            f"{a} UNION {b}": "1 2 3 4", f"{a} UNION ALL {b}": "1 1 1 2 3 3 3 4", f"{a} INTERSECT {b}": "1 3", f"{a} INTERSECT ALL {b}": "1 3",
            f"{a} EXCEPT {b}": "2", f"{a} EXCEPT ALL {b}": "1 2", f"{a} UNION {b} EXCEPT VALUES 2": "1 3 4", f"VALUES 9 UNION {a} INTERSECT {b}": "1 3 9",
        }.items():
            with self.subTest(text):
                self.assertEqual(" ".join(row[0] for row in self.rows(f"SELECT * FROM ({text}) AS t(x) ORDER BY x")), answer)
        self.assertEqual(self.rows("SELECT 2 AS x UNION SELECT 1 ORDER BY x + 0 DESC LIMIT 1"), [["2"]])

    def test_order_by_takes_expressions_aliases_and_places(self):
        values = "FROM (VALUES (1, 'b'), (2, 'a'), (3, NULL)) AS t(n, s)"
        self.assertEqual(self.rows(f"SELECT n {values} ORDER BY s"), [["2"], ["1"], ["3"]])
        self.assertEqual(self.rows(f"SELECT n {values} ORDER BY s NULLS FIRST, 1"), [["3"], ["2"], ["1"]])
        self.assertEqual(self.rows(f"SELECT n AS m {values} ORDER BY m * -1"), [["3"], ["2"], ["1"]])
        self.assertEqual(self.rows(f"SELECT DISTINCT n % 2 {values} ORDER BY n % 2"), [["0"], ["1"]])


class Mistakes(QueryCase):
    def test_each_names_its_place_and_reason(self):
        for text, message in {
            "SELECT x FROM (VALUES 1) AS t(y)": "line 1:8: Column 'x' does not exist",
            "SELECT t.x FROM (VALUES 1) AS t(y)": "line 1:8: Column 't.x' does not exist",
            "SELECT y, count(*) FROM (VALUES 1) AS t(y)": "line 1:8: 'y' must be an aggregate expression or appear in GROUP BY clause",
            "SELECT 1\nFROM (VALUES 1) AS t(y)\nWHERE count(*) > 1":
                "line 3:7: WHERE clause cannot contain aggregations, window functions or grouping operations: [count]",
            "SELECT nothing(1)": "line 1:8: Function nothing not registered",
            "SELECT abs('x')": "line 1:8: Unexpected parameters (varchar) for function abs",
            "SELECT rank()": "line 1:8: Window function rank requires an OVER clause",
            "SELECT 1 UNION SELECT 1, 2": "line 1:10: union query has different number of fields: 1, 2",
            "SELECT 1 + 'a'": "line 1:10: Cannot apply operator: integer + varchar",
            "SELECT DISTINCT x FROM (VALUES (1, 2)) AS t(x, y) ORDER BY y":
                "line 1:60: For SELECT DISTINCT, ORDER BY expressions must appear in select list",
            "SELECT x FROM (VALUES 1) AS t(x) ORDER BY 2": "line 1:43: ORDER BY position 2 is not in select list",
            "SELECT x AS z FROM (VALUES 1) AS t(x) GROUP BY z": "line 1:48: Column 'z' does not exist",
            "SELECT * FROM UNNEST(ARRAY[1, 2]) AS t(a, b)": "line 1:15: Column alias list has 2 entries but 't' has 1 columns available",
            "SELECT timestamp 'soon'": "line 1:8: 'soon' is not a valid timestamp literal",
            "SELECT timestamp '2300-01-01'": "line 1:8: '2300-01-01' is not a valid timestamp literal",
            "SELECT 1,\n date '2020-02-30'": "line 2:2: '2020-02-30' is not a valid date literal",
            "SELECT time '25:00'": "line 1:8: '25:00' is not a valid time literal",
            "SELECT @wanted": "line 1:8: Parameter '@wanted' has no value",
            "SELECT (SELECT 1, 2)":
                "line 1:8: Multiple columns returned by subquery are not yet supported. Found 2",
        }.items():
            with self.subTest(text):
                self.assertEqual(self.refusal(text), ("ValidationException", message))

    def test_what_fails_while_it_runs_is_an_execution_error(self):
        for text, message in {
            "SELECT 1 / x FROM (VALUES 0) AS t(x)": "Division by zero",
            "SELECT (SELECT x FROM (VALUES 1, 2) AS t(x))": "Scalar sub-query has returned multiple rows",
            "SELECT CAST(x AS BIGINT) FROM (VALUES 'a') AS t(x)": "Cannot cast 'a' to bigint",
            "SELECT nth_value(x, 0) OVER () FROM (VALUES 1) AS t(x)": "Offset must be at least 1",
            "SELECT ARRAY[1, 2][x] FROM (VALUES 3) AS t(x)": "Array subscript out of bounds",
            "SELECT 'a' LIKE 'a%' ESCAPE '%'": "Escape character must be followed by '%', '_' or the escape character itself",
            "SELECT 'a' LIKE 'a' ESCAPE 'xy'": "Escape string must be a single character",
            "SELECT rand(0)": "bound must be positive",
            "SELECT bit_count(7, 1)": "Bits specified in bit_count must be between 2 and 64, got 1",
            "SELECT bit_count(7, 2)": "Number must be representable with the bits specified. 7 cannot be represented with 2 bits",
        }.items():
            with self.subTest(text):
                self.assertEqual(self.refusal(text), ("QueryExecutionException", message))


class Control(QueryCase):
    LONG = ("SELECT count(*) FROM UNNEST(sequence(1, 300000)) AS a(x) "
            "WHERE (SELECT count(*) FROM UNNEST(sequence(1, 5000)) AS b(x) WHERE b.x > a.x) < 0")

    def test_a_long_query_answers_without_rows_and_ends_when_cancelled(self):
        text = self.LONG
        first = self.query.query(QueryString=text)
        self.assertEqual((first["Rows"], first["QueryStatus"]["ProgressPercentage"]), ([], 0.0))
        self.assertEqual([column["Name"] for column in first["ColumnInfo"]], ["_col0"])
        self.assertIn("CancellationMessage", self.query.cancel_query(QueryId=first["QueryId"]))
        code, _ = self.refused(self.query.query, QueryString=text, NextToken=first["NextToken"])
        self.assertEqual(code, "ConflictException")

    def test_memory_has_a_limit(self):
        parts = ", ".join(f"UNNEST(sequence(1, 1000)) AS {name}(x)" for name in "abc")
        text = f"SELECT * FROM {parts} ORDER BY a.x + b.x + c.x"
        answer = {"NextToken": None}
        with self.assertRaises(self.query.exceptions.QueryExecutionException) as caught:
            while "NextToken" in answer:
                token = {"NextToken": answer["NextToken"]} if answer["NextToken"] else {}
                answer = self.query.query(QueryString=text, **token)
        self.assertIn("more memory", caught.exception.response["Error"]["Message"])
        self.assertEqual(self.one("SELECT 1"), "1")

    def test_sorting_lets_writers_through(self):
        self.table()
        text = ("SELECT count(*), max(n) FROM (SELECT row_number() OVER (ORDER BY a.x * 7919 % 1009, b.x DESC) AS n "
                "FROM UNNEST(sequence(1, 1000)) AS a(x), UNNEST(sequence(1, 700)) AS b(x) ORDER BY a.x * 104729 % 1013, b.x) AS t")
        answers = []
        asking = threading.Thread(target=lambda: answers.append(self.one(text)))
        began = time.monotonic()
        asking.start()
        longest = written = 0
        while asking.is_alive():
            sent = time.monotonic()
            self.put({"Dimensions": [{"Name": "host", "Value": "h"}], "MeasureName": "m", "MeasureValue": "1", "Time": str(self.now - written)})
            longest, written = max(longest, time.monotonic() - sent), written + 1
        asking.join()
        took = time.monotonic() - began
        self.assertEqual(answers, [["700000", "700000"]])
        self.assertLess(longest, max(took / 5, 0.5), f"of {took:.1f} s, {written} writes")

    def test_an_expression_cannot_hold_the_server(self):
        million = "sequence(1, 1000000)"
        for text in (
            f"SELECT reduce({million}, 0, (s, x) -> s + reduce({million}, 0, (a, b) -> a + b, a -> a), s -> s)",
            "SELECT length(reduce(sequence(1, 60), 'x', (s, x) -> s || s, s -> s))",
            "SELECT cardinality(reduce(sequence(1, 60), ARRAY[1], (s, x) -> s || s, s -> s))",
            "SELECT length(reduce(sequence(1, 60), 'aa', (s, x) -> replace(s, 'a', s), s -> s))",
            f"SELECT repeat({million}, 10000)",
        ):
            with self.subTest(text):
                began = time.monotonic()
                code, _ = self.refusal(text)
                self.assertIn(code, ("QueryExecutionException", "ValidationException"))
                self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(self.one(f"SELECT cardinality(array_distinct({million}))"), "1000000")
        self.assertEqual(self.one("SELECT 1"), "1")
