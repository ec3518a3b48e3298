"""A reader of Parquet files as far as UNLOAD writes them (PLAIN values, data pages of version 1, no nesting), made from the
format's own description (apache/parquet-format), to read what Levada wrote with other code than its own."""

import gzip
import struct


class Compact:
    """Thrift's compact protocol: structures become dictionaries by field number."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def bytes(self):
        size = self.varint()
        self.at += size
        return self.data[self.at - size:self.at]

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 8:
            return self.bytes()
        if kind == 9:
            head = self.byte()
            size = self.varint() if head >> 4 == 15 else head >> 4
            return [self.value(head & 15) for _ in range(size)]
        if kind == 12:
            return self.structure()
        raise ValueError(f"type {kind}")

    def structure(self):
        members, number = {}, 0
        while (head := self.byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self.zigzag()
            members[number] = self.value(head & 15)
        return members


def levels(data, count):
    """Definition levels of 0 and 1: runs of the hybrid of RLE and bit packing."""
    at, found = Compact(data), []
    while len(found) < count:
        head = at.varint()
        if head & 1:
            for _ in range(head >> 1):
                byte = at.byte()
                found += [byte >> bit & 1 for bit in range(8)]
        else:
            found += [at.byte()] * (head >> 1)
    return found[:count]


def plain_values(kind, data, count):
    if kind == 0:
        return [bool(data[i // 8] >> i % 8 & 1) for i in range(count)]
    if kind in (1, 2, 5):
        return list(struct.unpack(f"<{count}{ {1: 'i', 2: 'q', 5: 'd'}[kind] }".replace(" ", ""), data))
    values, at = [], 0
    for _ in range(count):
        (size,) = struct.unpack_from("<i", data, at)
        values.append(data[at + 4:at + 4 + size].decode())
        at += 4 + size
    if at != len(data):
        raise ValueError("bytes behind the last value")
    return values


def read(data):
    """([(name, physical type, logical type)], [row, …])"""
    if data[:4] != b"PAR1" or data[-4:] != b"PAR1":
        raise ValueError("no Parquet file")
    (size,) = struct.unpack("<i", data[-8:-4])
    footer = Compact(data, len(data) - 8 - size)
    about = footer.structure()
    if footer.at != len(data) - 8:
        raise ValueError("the footer has another length")
    root, *elements = about[2]
    if root[5] != len(elements):
        raise ValueError("the root has other children")
    columns = [(e[4].decode(), e[1], e.get(10)) for e in elements]
    rows = []
    for group in about[4]:
        found = []
        for chunk, (name, kind, _) in zip(group[1], columns):
            meta = chunk[3]
            if (meta[1], meta[3], meta[5]) != (kind, [name.encode()], group[3]):
                raise ValueError(f"the chunk of {name} is of another column")
            page = Compact(data, meta[9])
            header = page.structure()
            body = data[page.at:page.at + header[3]]
            if page.at + header[3] != meta[9] + meta[7]:
                raise ValueError("a chunk has one page")
            body = gzip.decompress(body) if meta[4] == 2 else body
            if len(body) != header[2]:
                raise ValueError("a page has another size")
            (size,) = struct.unpack_from("<i", body)
            present = levels(body[4:4 + size], header[5][1])
            values = iter(plain_values(kind, body[4 + size:], sum(present)))
            found.append([next(values) if there else None for there in present])
        rows += [list(row) for row in zip(*found)]
    if len(rows) != about[3]:
        raise ValueError("the footer counts other rows")
    return columns, rows
