"""Event-stream frames of SubscribeToShard, each checksum checked."""

import struct
import zlib


class FrameError(ValueError):
    pass


def decode(data):
    """(headers, payload, bytes used), or None while the frame is not complete."""
    if len(data) < 12:
        return None
    total, header_length, prelude = struct.unpack(">III", data[:12])
    if zlib.crc32(data[:8]) != prelude:
        raise FrameError("the prelude's checksum is wrong")
    if len(data) < total:
        return None
    frame = data[:total]
    if zlib.crc32(frame[:-4]) != struct.unpack(">I", frame[-4:])[0]:
        raise FrameError("the message's checksum is wrong")
    headers, at = {}, 12
    while at < 12 + header_length:
        size = frame[at]
        name = frame[at + 1 : at + 1 + size].decode()
        kind, length = struct.unpack(">BH", frame[at + 1 + size : at + 4 + size])
        if kind != 7:
            raise FrameError(f"header {name} has type {kind}")
        headers[name] = frame[at + 4 + size : at + 4 + size + length].decode()
        at += 4 + size + length
    return headers, frame[12 + header_length : -4], total
