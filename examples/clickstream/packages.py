"""This machine's package database, and what its package manager did to it.

    packages.py     prints name, section, version, size of every installed package as CSV
"""

import csv
import os
import sys
from pathlib import Path

STATUS = Path(os.environ.get("DPKG_STATUS", "/var/lib/dpkg/status"))
LOG = Path(os.environ.get("DPKG_LOG", "/var/log/dpkg.log"))


def packages():
    """[(name, section, version, size)], each name once."""
    found = {}
    for stanza in STATUS.read_text().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        if "Version" in fields:
            found[fields["Package"]] = (fields.get("Section"), fields["Version"], int(fields.get("Installed-Size", 0)))
    return [(name, *rest) for name, rest in found.items()]


def changes():
    """[{package, action, version, at}] of the package manager's log; without one, of the moments of installation."""
    found = []
    if LOG.exists():
        for line in LOG.read_text().splitlines():
            date, time, *words = line.split()
            if words[0] in ("startup", "conffile"):
                continue
            action, package, version = words[1:4] if words[0] == "status" else (words[0], words[1], words[-1])
            found.append({"package": package.split(":")[0], "action": action, "version": version, "at": f"{date}T{time}Z"})
    if found:
        return found
    from datetime import datetime, timezone

    for name, _, version, _ in packages():
        for file in sorted(Path("/var/lib/dpkg/info").glob(f"{name}[.:]*")):
            at = datetime.fromtimestamp(int(file.stat().st_mtime), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            found.append({"package": name, "action": file.suffix[1:], "version": version, "at": at})
    return found


if __name__ == "__main__":
    csv.writer(sys.stdout).writerows(packages())
