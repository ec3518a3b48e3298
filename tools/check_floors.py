#!/usr/bin/python3
"""Reads every include and every link below src/ and refuses an arrow that points up or sideways.

The floors are ARCHITECTURE.md's. A room may use rooms of lower floors; on its own floor only the
arrows in SIDEWAYS; and `wire`, `http` and `tls` (bytes) only if it is a face or stands above one.
Usage: check_floors.py [SRC]
"""

import pathlib
import re
import sys

FLOORS = [
    ["base", "io", "wire"],
    ["log", "http", "tls", "keys"],
    ["state", "catalog"],
    ["query", "sql"],
    ["kinesis", "timestream", "streaming"],
    ["aws", "postgres", "console", "connect"],
    ["server", "cli", "load"],
]
BYTES = {"wire", "http", "tls"}
SIDEWAYS = {("io", "base"), ("wire", "base"), ("http", "tls"), ("catalog", "state"), ("sql", "query")}
KNOWS_BYTES = {"wire", "http", "tls", "aws", "postgres", "console", "connect", "server", "cli", "load"}

FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
ROOM_CALL = re.compile(r"levada_room\(([^)]*)\)")
LINK = re.compile(r"\blevada_(\w+)")


def complaint(room, other):
    """Why `room` may not use `other`; None if it may."""
    if room == other:
        return None
    if other not in FLOOR_OF:
        return f"'{other}' is no room"
    if other in BYTES and room not in KNOWS_BYTES:
        return f"only faces and what stands above them know {other}"
    if FLOOR_OF[other] < FLOOR_OF[room] or (room, other) in SIDEWAYS:
        return None
    direction = "sideways" if FLOOR_OF[other] == FLOOR_OF[room] else "up"
    return f"the arrow {room} -> {other} points {direction}"


def room_arrows(path, text):
    """The rooms that a file names, each with the line it does so on."""
    if path.name == "CMakeLists.txt":
        for call in ROOM_CALL.finditer(text):
            for link in LINK.finditer(call.group(1)):
                yield text.count("\n", 0, call.start(1) + link.start()) + 1, link.group(1)
    else:
        for include in INCLUDE.finditer(text):
            yield text.count("\n", 0, include.start(1)) + 1, include.group(1).split("/")[0]


def check(src):
    """All complaints, as lines 'file:line: why'."""
    complaints = []
    for path in sorted(src.rglob("*")):
        if path.suffix not in {".h", ".cc"} and path.name != "CMakeLists.txt":
            continue
        parts = path.relative_to(src).parts
        if len(parts) == 1:  # src/main.cc and src/CMakeLists.txt stand above every floor
            continue
        room = parts[0]
        if room not in FLOOR_OF:
            complaints.append(f"{path}:1: '{room}' is on no floor; add it to tools/check_floors.py")
            continue
        for line, other in room_arrows(path, path.read_text()):
            why = complaint(room, other)
            if why:
                complaints.append(f"{path}:{line}: {why}")
    return complaints


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "src"
    src = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    complaints = check(src)
    for line in complaints:
        print(line)
    print("floors: " + (f"{len(complaints)} wrong arrows" if complaints else "all arrows point down"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
