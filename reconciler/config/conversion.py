"""Validated values to their types, or to the JSON that stands for them, as the schema says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.config.schemas import Schema, resolved, schema
from reconciler.model.value import Json, Path, Value, decimal_text


class TooPrecise(Struct, frozen=True):
    """A number with more decimals than Komet keeps."""

    path: Path
    number: Decimal
    allowed: int


Found: TypeAlias = list[TooPrecise]
Converter: TypeAlias = Callable[[Any, Path, Found], Any]


class _Leaves(Struct, frozen=True):
    """What becomes of the scalars that a schema gives a type: an amount with so many decimals, a date."""

    amount: Callable[[int | None], Converter]
    date: Converter | None


def convert(name: str, value: Any) -> tuple[Value, Found]:
    """The typed value of a resource of the kind `name`, or of the `project` file, and the numbers that are
    too precise. `value` stays as it is; what `simplify` made of it becomes the same."""
    found: Found = []
    return _typed(name)(value, (), found), found


def simplify(name: str, value: Any) -> tuple[Json, Found]:
    """The same as `plain` of what `convert` gives, at once, and the numbers that are too precise."""
    found: Found = []
    return _simple(name)(value, (), found), found


@cache
def _typed(name: str) -> Converter:
    root = schema(name)
    return _conversion(root, root, _Leaves(_decimal, _date)) or _unchanged


@cache
def _simple(name: str) -> Converter:
    root = schema(name)
    return _conversion(root, root, _Leaves(_decimal_text, None)) or _unchanged


def _unchanged(value: Any, path: Path, found: Found) -> Any:
    return value


def _conversion(part: Schema, root: Schema, leaves: _Leaves) -> Converter | None:
    """What to do with a value of `part`; None when it stays as it is."""
    part = resolved(part, root)
    if "oneOf" in part:
        return _by_shape(part, root, leaves)
    types = part.get("type")
    names = types if isinstance(types, list) else [types]
    if "object" in names:
        return _mapping(part, root, leaves)
    if "array" in names:
        return _list(part, root, leaves)
    if "number" in names:
        return leaves.amount(part.get("x-decimals"))
    if "integer" in names:
        return _integer
    if part.get("format") == "date":
        return leaves.date
    return None


def _by_shape(part: Schema, root: Schema, leaves: _Leaves) -> Converter | None:
    shapes = {branch.get("type") == "object": _conversion(branch, root, leaves) for branch in part["oneOf"]}
    if not any(shapes.values()):
        return None

    def convert_by_shape(value: Any, path: Path, found: Found) -> Any:
        conversion = shapes.get(isinstance(value, dict))
        return value if conversion is None else conversion(value, path, found)

    return convert_by_shape


def _mapping(part: Schema, root: Schema, leaves: _Leaves) -> Converter | None:
    below = {key: _conversion(inner, root, leaves) for key, inner in part.get("properties", {}).items()}
    others = part.get("additionalProperties")
    other = _conversion(others, root, leaves) if isinstance(others, dict) else None
    if other is None and not any(below.values()):
        return None
    conversion_of = below.get

    def convert_mapping(value: Any, path: Path, found: Found) -> Any:
        if not isinstance(value, dict):
            return value
        converted = value.copy()
        for key, inner in value.items():
            conversion = conversion_of(key, other)
            if conversion is not None and (conversion is not _integer or type(inner) is not int):
                converted[key] = conversion(inner, (*path, key), found)
        return converted

    return convert_mapping


def _list(part: Schema, root: Schema, leaves: _Leaves) -> Converter | None:
    conversion = _conversion(part["items"], root, leaves)
    if conversion is None:
        return None

    def convert_list(value: Any, path: Path, found: Found) -> Any:
        if not isinstance(value, list):
            return value
        return [conversion(inner, (*path, index), found) for index, inner in enumerate(value)]

    return convert_list


def _decimal(allowed: int | None) -> Converter:
    def convert_decimal(value: Any, path: Path, found: Found) -> Any:
        if value is None:
            return None
        number = Decimal(value)
        if allowed is not None and decimal_places(number) > allowed:
            found.append(TooPrecise(path, number, allowed))
        return number

    return convert_decimal


def _decimal_text(allowed: int | None) -> Converter:
    def simplify_decimal(value: Any, path: Path, found: Found) -> Any:
        if value is None:
            return None
        if type(value) is int:
            return str(value)
        text = decimal_text(value)
        if allowed is not None and len(text.partition(".")[2]) > allowed:
            found.append(TooPrecise(path, value, allowed))
        return text

    return simplify_decimal


def decimal_places(number: Decimal) -> int:
    """How many digits after the point `number` needs."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    return max(-int(number.normalize().as_tuple().exponent), 0)


def _integer(value: Any, path: Path, found: Found) -> Any:
    return value if value is None or type(value) is int else int(value)


def _date(value: Any, path: Path, found: Found) -> Any:
    return None if value is None else date.fromisoformat(value)
