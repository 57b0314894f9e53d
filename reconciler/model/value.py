"""Canonical values, and their one form as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from msgspec.json import Encoder

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
"""What a document holds: decimals and dates are strings, so that no float ever carries money."""

Value: TypeAlias = "bool | int | str | Decimal | date | Sequence[Value] | Mapping[str, Value] | None"
"""What a configuration or an answer holds once it has been read."""

Path: TypeAlias = "tuple[str | int, ...]"
"""Where a value stands inside a resource."""

_MOST_DIGITS = 30
_SCALARS = (str, int)
_CANONICAL = Encoder(order="sorted").encode


def decimal_text(number: Decimal) -> str:
    """`number` without exponent or trailing zeros: equal amounts have equal texts."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def check_amounts(*amounts: Decimal | None) -> None:
    """ValueError for what no amount can be: what is no number, and what has far more digits before or behind
    the point than money has."""
    for amount in amounts:
        if amount is not None and not _is_amount(amount):
            raise ValueError(f"{str(amount)[:_MOST_DIGITS]} is no amount")


def _is_amount(number: Decimal) -> bool:
    short = len(str(number)) <= 2 * _MOST_DIGITS
    return number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS and short


def plain(value: Value) -> Json:
    """`value` as JSON: decimals by `decimal_text`, dates as ISO text, mappings and sequences copied."""
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value]


def canonical_bytes(value: Json) -> bytes:
    """The one serialisation of `value` whose bytes are equal exactly when the values are."""
    return _CANONICAL(value)


def digest_of(value: Json) -> str:
    """`sha256:` and 64 hex digits over `canonical_bytes`."""
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()
