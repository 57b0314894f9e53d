"""The colours of a screenshot, without a library: PNG as Chromium writes it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """Pixels from the top left."""

    width: int
    height: int
    rows: tuple[bytes, ...]
    channels: int

    def at(self, across: float, down: float) -> tuple[int, int, int]:
        """The colour at a place, each between 0 and 1."""
        row = self.rows[min(int(down * self.height), self.height - 1)]
        start = min(int(across * self.width), self.width - 1) * self.channels
        return row[start], row[start + 1], row[start + 2]


def read_png(png: bytes) -> Picture:
    """A picture with eight bits a channel, not interlaced."""
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert depth == 8 and color in (2, 6) and not interlaced
    channels = 3 if color == 2 else 4
    packed = zlib.decompress(b"".join(_chunks(png)))
    rows: list[bytes] = []
    former = bytes(width * channels)
    for start in range(0, len(packed), width * channels + 1):
        former = _row(packed[start], packed[start + 1 : start + 1 + width * channels], former, channels)
        rows.append(former)
    assert len(rows) == height
    return Picture(width, height, tuple(rows), channels)


def _chunks(png: bytes) -> list[bytes]:
    place, found = 8, []
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        if name == b"IDAT":
            found.append(png[place + 8 : place + 8 + length])
        place += length + 12
    return found


def _row(sort: int, packed: bytes, above: bytes, channels: int) -> bytes:
    """One row, each byte told from those to its left, above, and above to the left."""
    row = bytearray(packed)
    for place in range(len(row)):
        left = row[place - channels] if place >= channels else 0
        corner = above[place - channels] if place >= channels else 0
        row[place] = (row[place] + _guess(sort, left, above[place], corner)) & 255
    return bytes(row)


def _guess(sort: int, left: int, above: int, corner: int) -> int:
    if sort == 4:
        near = min((abs(above - corner), 0, left), (abs(left - corner), 1, above))
        return min(near, (abs(left + above - 2 * corner), 2, corner))[2]
    return (0, left, above, (left + above) // 2)[sort]
