"""Our own frozen values as canonical JSON."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from reconciler.model.value import Json, decimal_text, plain

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def record_json(record: DataclassInstance) -> dict[str, Json]:
    """Every field of `record` by its name: decimals as text, tuples as lists, records within as objects."""
    return {each.name: _json(getattr(record, each.name)) for each in fields(record)}


def _json(value: object) -> Json:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [_json(inner) for inner in value]
    if is_dataclass(value) and not isinstance(value, type):
        return record_json(value)
    return plain(value)  # type: ignore[arg-type]
