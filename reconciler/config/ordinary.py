"""Reading a file that somebody else named: never a pipe, a device or more than was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Not blocking: opening a named pipe would wait for its writer forever."""


class NotOrdinary(Exception):
    """A folder, a pipe, a socket or a device."""


class TooLarge(Exception):
    """More bytes than are read."""


def read_ordinary(path: Path, limit: int) -> bytes:
    """The bytes of the file at `path`, at most `limit`; OSError or ValueError when it cannot be opened."""
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotOrdinary
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise TooLarge
    return content
