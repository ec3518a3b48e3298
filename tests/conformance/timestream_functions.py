"""Timestream's SQL function by function: tests/golden/timestream_functions.txt says what each answers; none of the tables' lacks an answer."""

import pathlib
import re

from timestream_query import QueryCase, plain

ROOT = pathlib.Path(__file__).parents[2]
ROWS = "FROM (VALUES ('a', 1, 2.0), ('a', 2, 4.0), ('a', 4, 3.0), ('b', 3, NULL)) AS t(g, x, y)"
POINTS = ("FROM (SELECT create_time_series(t, v) AS s, create_time_series(t, w) AS r, create_time_series(t, u) AS d FROM (VALUES "
          "(timestamp '2022-01-01 00:01', 10.0, 2.0, 10.0), (timestamp '2022-01-01 00:00', 0.0, 1.0, 0.0), "
          "(timestamp '2022-01-01 00:03', 40.0, 4.0, 5.0)) AS p(t, v, w, u))")


def shown(datum):
    """A Datum as one text: [a, b] of arrays, (a, b) of rows, {time=value} of series."""
    value = plain(datum)
    if value is None:
        return "null"
    if "ScalarValue" in datum:
        return value
    if "ArrayValue" in datum:
        return "[" + ", ".join(shown(each) for each in datum["ArrayValue"]) + "]"
    if "RowValue" in datum:
        return "(" + ", ".join(shown(each) for each in datum["RowValue"]["Data"]) + ")"
    return "{" + ", ".join(f"{p['Time']}={shown(p['Value'])}" for p in datum["TimeSeriesValue"]) + "}"


def goldens():
    """(part, function, expression, answer) of each line; a part is named by the first word above it."""
    part = ""
    for line in (ROOT / "tests/golden/timestream_functions.txt").read_text().splitlines():
        if line.startswith("#"):
            part = line.split()[1]
        elif line:
            yield (part, *line.split("\t"))


class Functions(QueryCase):
    def test_every_function_answers_what_others_compute(self):
        sources = {"Time": POINTS, "Aggregates": ROWS, "Windows": ROWS + " ORDER BY x"}
        for part, function, expression, answer in goldens():
            if part == "Times":
                part = ""
            with self.subTest(f"{function}: {expression}"):
                rows = self.query.query(QueryString=f"SELECT {expression} {sources.get(part, '')}")["Rows"]
                self.assertEqual(" ".join(shown(row["Data"][0]) for row in rows), answer)

    def test_no_function_of_the_tables_lacks_an_answer(self):
        page = (ROOT / "docs/guide/timestream-functions.md").read_text()
        named = set(re.findall(r"`([a-z_0-9]+)[(`]", page))
        self.assertGreater(len(named), 180)
        answered = {function.removeprefix("window ") for _, function, _, _ in goldens()}
        self.assertEqual(named - answered, set())
        windows = {function.removeprefix("window ") for part, function, _, _ in goldens() if part == "Windows"}
        functions = re.search(r"## Windows\n\n(.*?)\n\n", page, re.S)[1]
        self.assertEqual(set(re.findall(r"`([a-z_]+)`", functions)) - windows, set())
