"""Proves that the view is what its inputs say and that each sink's stream, folded back, is the view.

    prove.py VIEW PACKAGES FED     the view's rows as JSON lines, the table as CSV, the changes as JSON lines
"""

import csv
import json
import sys
from collections import defaultdict

from streams import client, read


def prove(condition, text):
    if not condition:
        raise SystemExit(f"NOT SO: {text}")
    print(f"proven: {text}")


def differences(found, wanted):
    for key in sorted(set(found) | set(wanted)):
        if found.get(key) != wanted.get(key):
            yield f"\n  {key}: {found.get(key)}\n  should be {wanted.get(key)}"


def same(found, wanted, text):
    different = list(differences(found, wanted))
    prove(not different, text + "".join(different[:3]))


def computed(packages, changes):
    """The view's query, in Python."""
    of_package = defaultdict(list)
    for change in changes:
        of_package[change["package"]].append(change)
    rows = {}
    for name, section, version, size in packages:
        mine = of_package.get(name)
        if not mine:
            continue
        rows[name] = {
            "name": name, "section": section or None, "version": version, "size": int(size),
            "changes": len(mine), "actions": len({c["action"] for c in mine}),
            "first": min(c["at"] for c in mine), "last": max(c["at"] for c in mine),
            "newest": max(c["version"] for c in mine),
        }  # fmt: skip
        rows[name] = row(rows[name])
    return rows


def row(value):
    """The moments to the second, which is what the log has; a sink writes six digits behind the point."""
    return {name: v[:19] if name in ("first", "last") else v for name, v in value.items()}


def fold_upsert(records):
    rows = {}
    for record in records:
        key = json.loads(record["PartitionKey"])["name"]
        if record["Data"]:
            rows[key] = row(json.loads(record["Data"]))
        else:
            rows.pop(key, None)
    return rows


def fold_debezium(records):
    """Every `before` is the row that the fold has, but for records that were sent a second time."""
    rows, seen, resent = {}, defaultdict(set), 0
    for record in records:
        key = json.loads(record["PartitionKey"])["payload"]["name"]
        data = record["Data"]
        if not data:  # the tombstone behind a delete
            continue
        payload = json.loads(data)["payload"]
        before = row(payload["before"]) if payload["before"] else None
        if data in seen[key]:
            resent += 1
        else:
            prove_quietly(rows.get(key) == before, f"what {payload['op']} of {key} says was there, was there")
        seen[key].add(data)
        if payload["after"]:
            rows[key] = row(payload["after"])
        else:
            rows.pop(key, None)
    return rows, resent


def prove_quietly(condition, text):
    if not condition:
        raise SystemExit(f"NOT SO: {text}")


def fold_plain(records):
    """What was inserted or changed last. A PLAIN stream says nothing of deletes."""
    rows = {}
    for record in records:
        value = row(json.loads(record["Data"]))
        rows[value["name"]] = value
    return rows


def main():
    view_file, packages_file, fed_file = sys.argv[1:]
    with open(view_file) as lines:
        listed = [row(json.loads(line)) for line in lines]
    view = {one["name"]: one for one in listed}
    prove(len(view) == len(listed), f"the view has {len(listed)} rows, one a package")
    with open(packages_file) as lines, open(fed_file) as fed:
        same(view, computed(csv.reader(lines), map(json.loads, fed)), "they are what the inputs say")

    kinesis = client()
    records = {name: read(kinesis, f"activity_{name}") for name in ("plain", "upsert", "debezium")}
    upsert = fold_upsert(records["upsert"])
    same(upsert, view, f"{len(records['upsert'])} UPSERT records fold to the view")
    debezium, resent = fold_debezium(records["debezium"])
    same(debezium, view, f"{len(records['debezium'])} DEBEZIUM records fold to the view ({resent} came twice)")
    plain = fold_plain(records["plain"])
    deleted = {json.loads(r["PartitionKey"])["name"] for r in records["upsert"] if not r["Data"]} - set(view)
    prove(deleted, f"{len(deleted)} rows went away on the way")
    prove(deleted <= set(plain), "the PLAIN stream still has them, since it says nothing of deletes")
    same({name: value for name, value in plain.items() if name not in deleted}, view,
         f"{len(records['plain'])} PLAIN records fold to the view and these")  # fmt: skip


if __name__ == "__main__":
    main()
