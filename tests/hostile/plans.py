"""Saved plans that somebody has edited, with a digest that fits again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model.value import Json, digest_of


def with_new_digest(document: Mapping[str, Any]) -> dict[str, Json]:
    """The document with the digest of what it holds; ValueError where there can be none."""
    rest = {name: value for name, value in document.items() if name != "digest"}
    return rest | {"digest": digest_of(rest)}
