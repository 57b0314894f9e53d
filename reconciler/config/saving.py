"""Writing files of a configuration so that each is at every moment the old one or the new one."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.errors import ReconcilerError

_ORDINARY = 0o644


def save_texts(root: Path, texts: Mapping[str, str]) -> None:
    """Writes every text to its name below `root`; `ReconcilerError` names the first that cannot be."""
    for name in sorted(texts):
        save_text(root / name, texts[name])


def save_text(path: Path, text: str) -> None:
    """Writes `text` in place of the file, which keeps its mode; behind a link, what it leads to."""
    path = path.resolve()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else _ORDINARY
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                draft.chmod(mode)
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise ReconcilerError(f"{path} cannot be written: {error.strerror}") from None
