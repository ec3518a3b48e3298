#!/usr/bin/python3
"""Refuses what a reader would have to point out again and again: see CONTRIBUTING.md.

Each rule is a function of one file's path and text that yields 'line: why'.
Usage: check_style.py [SRC]
"""

import pathlib
import re
import sys

FILE_LINES_MAX = 600
LINE_COLUMNS_MAX = 100
DRAWERS = {"util", "utils", "common", "helper", "helpers", "manager", "types", "misc"}


def size(path, lines):
    if len(lines) > FILE_LINES_MAX:
        yield f"{len(lines)}: over {FILE_LINES_MAX} lines; split it by its nouns"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and "http" not in line and 'R"' not in line:
            yield f"{number}: over {LINE_COLUMNS_MAX} columns"


def name(path, lines):
    for word in re.split(r"[_.]", path.name):
        if word in DRAWERS:
            yield f"1: '{word}' is a drawer, not a noun"


def header(path, lines):
    if path.suffix != ".h":
        return
    if not lines or lines[0] != "#pragma once":
        yield "1: a header begins with #pragma once"
    elif len(lines) < 2 or not lines[1].startswith("// "):
        yield "2: a header says what it is for before anything else"


def promises(path, lines):
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield f"{number}: unfinished work belongs into an issue"
        if re.match(r"\s*using namespace std;", line):
            yield f"{number}: names of std keep their std::"


RULES = [size, name, header, promises]


def check(src):
    complaints = []
    for path in sorted(src.rglob("*")):
        if path.suffix in {".h", ".cc"}:
            lines = path.read_text().splitlines()
            for rule in RULES:
                complaints += [f"{path}:{complaint}" for complaint in rule(path, lines)]
    return complaints


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "src"
    complaints = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default)
    for line in complaints:
        print(line)
    print(f"style: {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
