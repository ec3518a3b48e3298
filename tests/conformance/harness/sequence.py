"""Kinesis sequence numbers of version 2: 47 hex digits written in decimal (56 digits)."""

from dataclasses import dataclass

SHARD_START_INDEX = 0
SHARD_END_INDEX = 0x7FFFFFFFFFFFFFFF


@dataclass(frozen=True)
class Sequence:
    created: int  # the shard's creation, epoch seconds
    index: int  # grows within a shard
    time: int  # the record's, epoch seconds
    shard: int

    def __str__(self):
        shard = self.shard & 0xFFFFFFFF
        return str(int(f"2{self.created:09x}{shard & 0xF:x}{self.index:016x}00{self.time:09x}{shard:08x}2", 16))


def parse(text):
    digits = f"{int(text):x}"
    assert len(text) == 56 and len(digits) == 47, f"not a version 2 sequence number: {text}"
    assert digits[0] == "2" and digits[-1] == "2", f"not a version 2 sequence number: {text}"
    shard = int(digits[38:46], 16)
    assert int(digits[10], 16) == shard & 0xF, f"shard nibble differs from the shard index: {text}"
    return Sequence(int(digits[1:10], 16), int(digits[11:27], 16), int(digits[29:38], 16), shard)
