#!/usr/bin/python3
"""Writes docs/guide/timestream-functions.md from the tables that the engine compiles calls with, or says that it is out of date.

Usage: timestream_reference.py [--check]
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SQL = ROOT / "src/timestream/sql"
PAGE = ROOT / "docs/guide/timestream-functions.md"
TITLES = {"math": "Numbers", "text": "Texts", "regex": "Regular expressions", "time": "Times and intervals",
          "list": "Arrays", "series": "Time series"}


def signatures(text):
    # A row is {"name(types) type", what runs it}; long ones are split into adjacent literals.
    for first, rest in re.findall(r'\{\s*"([a-z_0-9$]+\([^"]*)"((?:\s*"[^"]*")*)', text):
        whole = first + "".join(re.findall(r'"([^"]*)"', rest))
        if not whole.startswith("$"):
            yield whole


def aggregates():
    text = (SQL / "aggregate.cc").read_text()
    block = re.search(r"\bnames\[\] = \{(.*?)\};", text, re.S)
    return sorted(set(re.findall(r'"([a-z_0-9]+)"', block[1])))


def forms():
    text = (SQL / "call_compiler.cc").read_text()
    return sorted({name for name in re.findall(r'name == "([a-z_0-9]+)"', text)})


def windows():
    return re.findall(r'\{"([a-z_]+)", \d', (SQL / "windows.cc").read_text())


def page():
    out = ["# Timestream's functions", "",
           "Made by `tools/timestream_reference.py` from the engine's own tables. `T` and `U` are any types, `...` repeats the last argument.",
           "A function of a null is null, but for those that say otherwise by their nature (`coalesce`, `count`).", ""]
    for part, title in TITLES.items():
        out += [f"## {title}", ""]
        out += [f"- `{each}`" for each in sorted(signatures((SQL / f"functions_{part}.cc").read_text()))] + [""]
    out += ["## Aggregates", "", ", ".join(f"`{name}`" for name in aggregates()) + ". Each takes DISTINCT, ORDER BY and FILTER (WHERE …).", ""]
    out += ["## Windows", "", ", ".join(f"`{name}`" for name in windows()) + ", and every aggregate; PARTITION BY, ORDER BY, frames of "
            "ROWS, RANGE and GROUPS, IGNORE NULLS.", ""]
    out += ["## With rules of their own", "", ", ".join(f"`{name}`" for name in forms()) + "; CAST, TRY_CAST, EXTRACT, CASE, "
            "BETWEEN, IN, LIKE, EXISTS, ALL, ANY, SOME, GROUPING, IS [NOT] DISTINCT FROM.", ""]
    return "\n".join(out)


def main():
    made = page()
    if "--check" not in sys.argv:
        PAGE.write_text(made)
        return 0
    if PAGE.read_text() == made:
        print("timestream reference: as the tables say")
        return 0
    print(f"{PAGE.relative_to(ROOT)} is out of date: run tools/timestream_reference.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
