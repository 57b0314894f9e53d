"""Writing files so that each is at every moment the old one or the new one."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.errors import ReconcilerError

OWNER_ONLY = 0o600
"""The permissions of what may hold what is nobody's business: a plan, a report."""
_ORDINARY = 0o644


def save_texts(root: Path, texts: Mapping[str, str]) -> None:
    """Writes every text to its name below `root`; `ReconcilerError` names the first that cannot be.

    A file keeps its permissions; behind a link, what it leads to is written.
    """
    for name in sorted(texts):
        save_text((root / name).resolve(), texts[name])


def save_text(path: Path, text: str, mode: int | None = None) -> None:
    """Writes `text` in place of the file, or of the link; `mode` are its permissions, else they stay as they
    are. `ReconcilerError` when it cannot be."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        kept = stat.S_IMODE(path.stat().st_mode) if mode is None and path.exists() else None
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode or kept or _ORDINARY)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if kept is not None:
                draft.chmod(kept)  # whatever the process masks
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise ReconcilerError(f"{path} cannot be written: {error.strerror}") from None
