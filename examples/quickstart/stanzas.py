"""The stanzas of this machine's package database, in the order of the file.

    stanzas.py 7     prints the eighth one
"""

import os
import sys
from pathlib import Path

STATUS = Path(os.environ.get("DPKG_STATUS", "/var/lib/dpkg/status"))


def stanzas():
    """[(package name, the stanza's bytes)]; the name is the partition key."""
    texts = [text for text in STATUS.read_bytes().split(b"\n\n") if text.strip()]
    return [(name_of(text), text) for text in texts]


def name_of(stanza):
    first = stanza.lstrip(b"\n").split(b"\n", 1)[0]
    assert first.startswith(b"Package: "), first
    return first.removeprefix(b"Package: ").decode()


if __name__ == "__main__":
    sys.stdout.buffer.write(stanzas()[int(sys.argv[1])][1])
