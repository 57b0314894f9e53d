"""Reading a file that somebody else named: never a pipe, a device or more than was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Not blocking: opening a named pipe would wait for its writer forever."""
_PIECE = 65_536


class NotOrdinary(Exception):
    """A folder, a pipe, a socket or a device."""


class TooLarge(Exception):
    """More bytes than are read."""


def read_ordinary(path: Path | str, limit: int) -> bytes:
    """The bytes of the file at `path`, at most `limit`; OSError or ValueError when it cannot be opened."""
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotOrdinary
        content = stream.read(min(found.st_size, limit) + 1)
        while len(content) <= limit and (more := stream.read(_PIECE)):
            content += more  # it has grown, or comes in pieces
    if len(content) > limit:
        raise TooLarge
    return content
