"""A small CBOR codec (RFC 8949), written apart from Levada's own so that one can prove the other.

Byte strings are `bytes`, text is `str`, tags are `Tag`. `encode` writes definite lengths unless asked for
the indefinite ones that Java's generator emits.
"""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Tag:
    number: int
    value: object


class CborError(ValueError):
    pass


def _head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | code]) + argument.to_bytes(size, "big")
    raise CborError("argument does not fit 64 bits")


def encode(value, indefinite=False):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        if indefinite:
            middle = len(value) // 2
            return b"\x5f" + encode(value[:middle]) + encode(value[middle:]) + b"\xff"
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        if indefinite:  # an indefinite string's pieces end between characters
            first, rest = value[:1].encode(), value[1:].encode()
            return b"\x7f" + _head(3, len(first)) + first + _head(3, len(rest)) + rest + b"\xff"
        return _head(3, len(text)) + text
    if isinstance(value, Tag):
        return _head(6, value.number) + encode(value.value)
    if isinstance(value, (list, tuple)):
        items = b"".join(encode(item, indefinite) for item in value)
        return b"\x9f" + items + b"\xff" if indefinite else _head(4, len(value)) + items
    if isinstance(value, dict):
        pairs = b"".join(encode(k) + encode(v, indefinite) for k, v in value.items())
        return b"\xbf" + pairs + b"\xff" if indefinite else _head(5, len(value)) + pairs
    raise CborError(f"no CBOR form for {type(value).__name__}")


_BREAK = object()


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise CborError("truncated")
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece

    def argument(self, info):
        if info < 24:
            return info
        if info <= 27:
            return int.from_bytes(self.take(1 << (info - 24)), "big")
        raise CborError(f"reserved argument {info}")

    def value(self):
        initial = self.take(1)[0]
        major, info = initial >> 5, initial & 31
        if initial == 0xFF:
            return _BREAK
        if major == 7:
            return self.simple(info)
        if info == 31:
            return self.indefinite(major)
        argument = self.argument(info)
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major == 2:
            return self.take(argument)
        if major == 3:
            return self.take(argument).decode()
        if major == 4:
            return [self.value() for _ in range(argument)]
        if major == 5:
            return {self.value(): self.value() for _ in range(argument)}
        return Tag(argument, self.value())

    def simple(self, info):
        if info in (20, 21, 22, 23):
            return {20: False, 21: True, 22: None, 23: None}[info]
        if info in (25, 26, 27):
            layout = {25: ">e", 26: ">f", 27: ">d"}[info]
            return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]
        raise CborError(f"simple value {info}")

    def indefinite(self, major):
        items = []
        while (item := self.value()) is not _BREAK:
            items.append(item)
        if major == 2:
            return b"".join(items)
        if major == 3:
            return "".join(items)
        if major == 4:
            return items
        if major == 5:
            return dict(zip(items[::2], items[1::2]))
        raise CborError(f"major type {major} has no indefinite form")


def decode(data):
    reader = _Reader(bytes(data))
    value = reader.value()
    if value is _BREAK or reader.at != len(reader.data):
        raise CborError("bytes after the value" if value is not _BREAK else "stray break")
    return value
