"""Values as columns: JSON and moments as text, and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from msgspec.json import Decoder

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.value import Value, plain

_DECODE = Decoder().decode
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def json_text(value: Value) -> str:
    """`value` as canonical JSON text; decimals and dates become strings."""
    try:
        return _ENCODE(value)  # usually it is JSON already
    except TypeError:
        return _ENCODE(plain(value))


def json_value(text: str) -> Any:
    """What `json_text` wrote; StateError when it is no JSON."""
    try:
        return _DECODE(text)
    except (ValueError, RecursionError):
        raise StateError("the state holds a value that is no JSON: it was changed from outside") from None


def json_object(text: str) -> dict[str, Any]:
    """The mapping that `text` is."""
    value = json_value(text)
    if not isinstance(value, dict):
        raise StateError(
            "the state holds something else where a mapping belongs: it was changed from outside"
        )
    return value


def moment_text(moment: datetime) -> str:
    """An aware moment as ISO text in UTC, always of one width, so that texts sort as the moments do."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be remembered")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """What `moment_text` wrote."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    """`moment`, of a column that may be empty."""
    return None if text is None else moment(text)


@cache
def address(text: str) -> Address:
    """The address that a column holds; its kind is not judged: a later version may know more of them."""
    kind, _, name = text.partition(".")
    return Address(kind, name)
