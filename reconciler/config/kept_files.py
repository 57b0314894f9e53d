"""A folder of what was worked out before: used where nobody but its owner can have written it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
SPARE = 16 * 1024 * 1024
"""Bytes of what the last run did not use that are kept all the same: another environment may need it."""


class KeptFiles:
    """What is kept in `folder`, by keys that no two contents share; losing any of it costs time alone.

    Whatever is not to the letter what was put there is as if it were not there, and so is a folder that
    cannot be used: nothing is ever raised.
    """

    def __init__(self, folder: Path, spare: int = SPARE) -> None:
        self._spare = spare
        self._folder = os.fspath(folder)
        self._is_ours = _is_ours(self._folder) and _is_ours(os.fspath(folder.parent))
        self._used: set[str] = set()
        self._has_grown = False

    def get(self, key: str) -> bytes | None:
        """What was put under `key`."""
        if not self._is_ours:
            return None
        with suppress(OSError):
            seal, content = _read(f"{self._folder}/{key}")
            if compare_digest(seal, _seal(key, content)):
                self._used.add(key)
                return content
        return None

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`: whole or not at all, whoever else writes there at the same time."""
        with suppress(OSError):
            if not self._is_ours:
                self._is_ours = _make_ours(Path(self._folder))
            if self._is_ours:
                self._write(key, content)
                self._used.add(key)
                self._has_grown = True

    def tidy(self) -> None:
        """Forget what was neither got nor put by this object, the oldest first, but for a little."""
        if not self._has_grown:
            return
        left = self._spare
        with suppress(OSError):
            for _, size, place in sorted(self._others(), reverse=True):
                left -= size
                if left < 0:
                    Path(place).unlink(missing_ok=True)

    def _others(self) -> Iterator[tuple[int, int, str]]:
        """When it was written, how large it is and where, of everything that this object has not used."""
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name not in self._used:
                    found = entry.stat(follow_symlinks=False)
                    yield found.st_mtime_ns, found.st_size, entry.path

    def _write(self, key: str, content: bytes) -> None:
        place = f"{self._folder}/{key}"
        passing = f"{place}.{os.getpid()}"
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(_seal(key, content))
                stream.write(content)
            Path(passing).replace(place)
        except OSError:
            Path(passing).unlink()
            raise


def _seal(key: str, content: bytes) -> bytes:
    """What tells that `content` is whole and was put under `key`."""
    seal = hashlib.sha256(key.encode())
    seal.update(content)
    return seal.digest()


def _read(place: str) -> tuple[bytes, bytes]:
    """The seal and the content of an ordinary file of ours; OSError for anything else."""
    descriptor = os.open(place, os.O_RDONLY | _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or not _is_only_ours(found):
            raise OSError(errno.EPERM, "this is none of ours")
        return stream.read(hashlib.sha256().digest_size), stream.read()


def _is_ours(folder: str) -> bool:
    """Whether `folder` is one that only its owner, this user, can have written in."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_only_ours(found)


def _is_only_ours(found: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):
        return True  # where there are no such users, the folder has the rights of the one above it
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE


def _make_ours(folder: Path) -> bool:
    """The folder and the one above it, closed to others and kept out of git; False where one is not ours."""
    if not folder.parent.exists() and not folder.parent.is_symlink():
        folder.parent.mkdir(mode=0o700)
        (folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    if not _is_ours(os.fspath(folder.parent)):
        return False
    folder.mkdir(mode=0o700, exist_ok=True)
    return _is_ours(os.fspath(folder))
