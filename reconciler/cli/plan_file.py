"""Saved plans: where they may be written, and how they are read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.cli.screen import json_text
from reconciler.config.ordinary import NotOrdinary, TooLarge, read_ordinary
from reconciler.errors import PlanUnusable, UsageError
from reconciler.model.value import Json, canonical_bytes

MAX_BYTES = 100_000_000
"""A plan of ten thousand changes has thirty million."""


def raise_if_no_place(path: Path) -> None:
    """Says before any call is spent that nothing can be written to `path`."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent} to write {path.name} into")


def read_plan_file(path: Path) -> Mapping[str, Json]:
    """The document in `path`. UsageError when there is no such file, PlanUnusable when it holds no plan."""
    try:
        text = read_ordinary(path, MAX_BYTES).decode("utf-8")
    except UnicodeDecodeError:
        raise PlanUnusable(f"{path} is no plan file: it is not text") from None
    except (NotOrdinary, TooLarge):
        raise PlanUnusable(f"{path} is no plan file: it is no ordinary file of at most 100 MB") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise UsageError(f"the plan file {path} cannot be read: {reason}") from None
    try:
        document = json.loads(text, object_pairs_hook=_members, parse_float=_refuse, parse_constant=_refuse)
        canonical_bytes(document)
    except (ValueError, RecursionError):
        raise PlanUnusable(
            f"{path} is no plan file, or it was altered: it is not JSON as we write it"
        ) from None
    if not isinstance(document, dict):
        raise PlanUnusable(f"{path} is no plan file")
    if text != json_text(document):
        raise PlanUnusable(f"{path} was altered after it was written: it is laid out in another way")
    return document


@contextmanager
def drawing() -> Iterator[None]:
    """While a saved plan is drawn: its digest fits, and still it may hold anything."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise PlanUnusable(
            f"the plan file cannot be shown: it holds what no plan does ({type(error).__name__}: {error})"
        ) from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is nothing that a plan holds")
