"""Timestream's SQL beside PostgreSQL's: the same random questions over the same rows, and both must answer alike.

Only what both mean the same by is asked: joins, groups and sets of groups, windows and frames, subqueries that look outside, set operations.
TIMESTREAM_SEED=N asks the questions of that seed."""

import os
import pathlib
import random
import sys

from timestream_query import QueryCase

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "oracle"))
from databases import Postgres  # noqa: E402

QUESTIONS = 400
COLUMNS = {"t": ["a", "b", "n", "m"], "u": ["a", "k", "v"]}


class Asker:
    """Random questions; `r` is the only source of chance."""

    def __init__(self, r):
        self.r = r
        self.rows = {
            "t": [(r.choice("xyz"), r.choice([None, "p", "q"]), r.randint(-3, 9), r.choice([None, *range(5)])) for _ in range(14)],
            "u": [(r.choice("xyw"), r.randint(-3, 9), r.choice([None, *range(6)])) for _ in range(9)],
        }

    def tables(self):
        def values(rows):
            return ", ".join("(" + ", ".join("NULL" if v is None else f"'{v}'" if isinstance(v, str) else str(v) for v in row) + ")" for row in rows)

        # The first row has no nulls, so that both know the types.
        return "WITH " + ", ".join(
            f"{name} AS (SELECT * FROM (VALUES {values([self.full(name), *rows])}) AS x({', '.join(COLUMNS[name])}))"
            for name, rows in self.rows.items()) + " "

    def full(self, name):
        return {"t": ("x", "p", 0, 0), "u": ("x", 0, 0)}[name]

    def number(self, of="t"):
        column = self.r.choice(["n", "m"] if of == "t" else ["k", "v"])
        return self.r.choice([f"{of}.{column}", f"{of}.{column}", f"{of}.{column} + {self.r.randint(1, 3)}", f"coalesce({of}.{column}, 7)",
                              f"CASE WHEN {of}.{column} > 2 THEN {of}.{column} ELSE -1 END", f"{of}.{column} * 2", f"abs({of}.{column})"])

    def condition(self, of="t"):
        text = self.r.choice(["a"] + (["b"] if of == "t" else []))
        return self.r.choice([
            f"{self.number(of)} {self.r.choice(['<', '<=', '=', '<>', '>', '>='])} {self.r.randint(-2, 6)}", f"{of}.{text} = '{self.r.choice('xpq')}'",
            f"{of}.{text} IS NOT NULL", f"{self.number(of)} BETWEEN {self.r.randint(-3, 1)} AND {self.r.randint(2, 8)}",
            f"{of}.{text} IN ('x', 'q')", f"NOT {of}.{text} LIKE 'x%'", f"({self.number(of)} > 1 OR {of}.{text} = 'y')"])

    def aggregate(self):
        number = self.number()
        return self.r.choice(["count(*)", f"count({number})", f"sum({number})", f"min({number})", f"max({number})", f"count(DISTINCT {number})",
                              f"sum({number}) FILTER (WHERE {self.condition()})", "min(t.b)", f"bool_and({number} > 0)", f"bool_or({number} > 4)"])

    def subquery(self):
        inner = f"u.a = t.a AND {self.condition('u')}" if self.r.random() < 0.8 else self.condition("u")
        return self.r.choice([
            f"EXISTS (SELECT 1 FROM u WHERE {inner})", f"NOT EXISTS (SELECT 1 FROM u WHERE {inner} AND u.k > t.n)",
            f"t.n IN (SELECT k FROM u WHERE {inner})", f"t.n NOT IN (SELECT k FROM u WHERE {inner})",
            f"t.n > (SELECT min(k) FROM u WHERE {inner})", f"t.n >= ALL (SELECT k FROM u WHERE {inner})", f"t.n < ANY (SELECT v FROM u WHERE {inner})"])

    def window(self):
        order = "t.n, t.a, t.b NULLS LAST, t.m NULLS LAST"
        partition = self.r.choice(["", "PARTITION BY t.a ", "PARTITION BY t.b "])
        low, high = sorted((self.r.randint(-2, 2), self.r.randint(-2, 2)))

        def edge(n):
            return "CURRENT ROW" if n == 0 else f"{abs(n)} {'PRECEDING' if n < 0 else 'FOLLOWING'}"

        rows = self.r.choice([f"ROWS BETWEEN {edge(low)} AND {edge(high)}", f"ROWS BETWEEN UNBOUNDED PRECEDING AND {edge(high)}", ""])
        ranged = f"{partition}ORDER BY t.n {self.r.choice(['', 'DESC '])}" + self.r.choice(
            [f"RANGE BETWEEN {edge(low)} AND {edge(high)}", f"GROUPS BETWEEN {edge(low)} AND {edge(high)}", ""])
        return self.r.choice([
            f"row_number() OVER ({partition}ORDER BY {order})", f"rank() OVER ({partition}ORDER BY t.n)", f"dense_rank() OVER ({partition}ORDER BY t.n DESC)",
            f"ntile({self.r.randint(1, 5)}) OVER ({partition}ORDER BY {order})", f"lag(t.m, {self.r.randint(0, 2)}) OVER ({partition}ORDER BY {order})",
            f"lead(t.n) OVER ({partition}ORDER BY {order})", f"sum(t.n) OVER ({partition}ORDER BY {order} {rows})",
            f"max(t.m) OVER ({partition}ORDER BY {order} {rows})", f"count(t.m) OVER ({ranged})", f"sum(t.m) OVER ({ranged})", f"min(t.n) OVER ({ranged})",
            f"first_value(t.m) OVER ({partition}ORDER BY {order} {rows})", f"last_value(t.n) OVER ({partition}ORDER BY {order} {rows})",
            f"nth_value(t.n, 2) OVER ({partition}ORDER BY {order} {rows})", f"count(*) OVER ({partition.strip()})"])

    def question(self):
        r = self.r
        where = " AND ".join([self.condition() for _ in range(r.randint(0, 2))] + ([self.subquery()] if r.random() < 0.5 else []))
        where = f" WHERE {where}" if where else ""
        kind = r.randrange(6)
        if kind == 0:
            return f"SELECT t.a, t.b, {self.number()}, {self.number()} FROM t{where}"
        if kind == 1:
            keys = r.choice(["t.a", "t.b", "t.a, t.b", "ROLLUP (t.a, t.b)", "CUBE (t.a, t.b)", "GROUPING SETS ((t.a, t.b), (t.b), ())"])
            shown = "t.a" if keys == "t.a" else "t.b" if keys == "t.b" else "t.a, t.b"
            having = f" HAVING {r.choice(['count(*) > 1', 'sum(t.n) > 3', 'max(t.n) <> 2'])}" if r.random() < 0.4 else ""
            return f"SELECT {shown}, {self.aggregate()}, {self.aggregate()} FROM t{where} GROUP BY {keys}{having}"
        if kind == 2:
            return f"SELECT t.a, t.n, t.m, {self.window()}, {self.window()} FROM t{where}"
        if kind == 3:
            join = r.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            # PostgreSQL joins FULL by equalities only.
            on = "t.a = u.a" if join == "FULL JOIN" else r.choice(["t.a = u.a", "t.a = u.a AND t.n > u.k", "t.n = u.k", "t.n < u.k AND u.v > 2"])
            return f"SELECT t.a, u.a, t.n, u.v FROM t {join} u ON {on}"
        if kind == 4:
            words = r.choice(["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"])
            return f"SELECT a, n FROM t {words} SELECT a, k FROM u"
        return f"SELECT t.a, t.n, (SELECT {r.choice(['max(u.v)', 'count(*)', 'sum(u.k)'])} FROM u WHERE u.a = t.a AND {self.condition('u')}) FROM t{where}"


class Oracle(QueryCase):
    def test_random_questions_are_answered_as_postgresql_does(self):
        postgres = Postgres()
        self.addCleanup(postgres.stop)
        connection = postgres.connect()
        self.addCleanup(connection.close)
        connection.autocommit = True
        seed = int(os.environ.get("TIMESTREAM_SEED", "1"))
        asker = Asker(random.Random(seed))
        for number in range(QUESTIONS):
            text = asker.tables() + asker.question()
            with connection.cursor() as cursor, self.subTest(seed=seed, number=number):
                cursor.execute(text)
                wanted = [[None if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row] for row in cursor.fetchall()]
                ordered = [sorted(rows, key=str) for rows in (self.rows(text), wanted)]
                self.assertEqual(ordered[0], ordered[1], text)
