"""Our own frozen values as canonical JSON."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from reconciler.model.value import Json, decimal_text, plain


def record_json(record: Struct) -> dict[str, Json]:
    """Every field of `record` by its name: decimals as text, tuples as lists, records within as objects."""
    return {name: _json(getattr(record, name)) for name in record.__struct_fields__}


def _json(value: object) -> Json:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, Struct):
        return record_json(value)
    return plain(value)  # type: ignore[arg-type]
