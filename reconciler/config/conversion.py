"""Validated values to their types: dates, decimals and whole numbers, as the schema says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

from reconciler.config.schemas import Schema, resolved, schema
from reconciler.model.value import Path, Value


@dataclass(frozen=True, slots=True)
class TooPrecise:
    """A number with more decimals than Komet keeps."""

    path: Path
    number: Decimal
    allowed: int


Found: TypeAlias = list[TooPrecise]
Converter: TypeAlias = Callable[[Any, Path, Found], Any]


@cache
def converter(name: str) -> Converter:
    """The conversion of a resource of a kind, or of the `project` file. It copies and never changes."""
    root = schema(name)
    return _conversion(root, root) or _unchanged


def convert(name: str, value: Any) -> tuple[Value, Found]:
    """The typed value, and the numbers that are too precise."""
    found: Found = []
    return converter(name)(value, (), found), found


def _unchanged(value: Any, path: Path, found: Found) -> Any:
    return value


def _conversion(part: Schema, root: Schema) -> Converter | None:
    """What to do with a value of `part`; None when it stays as it is."""
    part = resolved(part, root)
    if "oneOf" in part:
        return _by_shape(part, root)
    types = part.get("type")
    names = types if isinstance(types, list) else [types]
    if "object" in names:
        return _mapping(part, root)
    if "array" in names:
        return _list(part, root)
    if "number" in names:
        return _decimal(part.get("x-decimals"))
    if "integer" in names:
        return _integer
    if part.get("format") == "date":
        return _date
    return None


def _by_shape(part: Schema, root: Schema) -> Converter:
    shapes = {branch.get("type") == "object": _conversion(branch, root) for branch in part["oneOf"]}

    def convert_by_shape(value: Any, path: Path, found: Found) -> Any:
        conversion = shapes.get(isinstance(value, dict))
        return value if conversion is None else conversion(value, path, found)

    return convert_by_shape


def _mapping(part: Schema, root: Schema) -> Converter:
    known = {key: _conversion(below, root) for key, below in part.get("properties", {}).items()}
    others = part.get("additionalProperties")
    other = _conversion(others, root) if isinstance(others, dict) else None

    def convert_mapping(value: Any, path: Path, found: Found) -> Any:
        if not isinstance(value, dict):
            return value
        converted = {}
        for key, inner in value.items():
            conversion = known.get(key, other)
            converted[key] = inner if conversion is None else conversion(inner, (*path, key), found)
        return converted

    return convert_mapping


def _list(part: Schema, root: Schema) -> Converter:
    conversion = _conversion(part["items"], root) or _unchanged

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


def decimal_places(number: Decimal) -> int:
    """How many digits after the point `number` needs."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    return max(-int(number.normalize().as_tuple().exponent), 0)


def _integer(value: Any, path: Path, found: Found) -> Any:
    return None if value is None else int(value)


def _date(value: Any, path: Path, found: Found) -> Any:
    return None if value is None else date.fromisoformat(value)
