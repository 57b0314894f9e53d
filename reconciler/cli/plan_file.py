"""Saved plans: written whole or not at all, for their owner's eyes, and read back."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from reconciler.errors import PlanUnusable, ReconcilerError, UsageError
from reconciler.model.value import Json, canonical_bytes


def raise_if_no_place(path: Path) -> None:
    """Says before any call is spent that nothing can be written to `path`."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent} to write {path.name} into")


def write_whole(path: Path, text: str) -> None:
    """Writes `text` so that at every moment the file is the old one or the new one; mode 0600."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise ReconcilerError(f"{path} cannot be written: {error.strerror}") from None


def read_plan_file(path: Path) -> Mapping[str, Json]:
    """The document in `path`. UsageError when there is no such file, PlanUnusable when it holds no plan."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PlanUnusable(f"{path} is no plan file: it is not text") from None
    except OSError as error:
        raise UsageError(f"the plan file {path} cannot be read: {error.strerror}") from None
    try:
        document = json.loads(text, object_pairs_hook=_members, parse_float=_refuse, parse_constant=_refuse)
        canonical_bytes(document)
    except (ValueError, RecursionError):
        raise PlanUnusable(
            f"{path} is no plan file, or it was altered: it is not JSON as we write it"
        ) from None
    if not isinstance(document, dict):
        raise PlanUnusable(f"{path} is no plan file")
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is nothing that a plan holds")
