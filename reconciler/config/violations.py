"""What breaks a schema, as plain values: the second opinion after the fast gate has said no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError
from msgspec import Struct

from reconciler.config.conversion import decimal_places
from reconciler.config.schemas import Schema, schema
from reconciler.model.value import Path


class Violation(Struct, frozen=True):
    """`value` at `path` breaks `keyword: limit` of the schema `part`.

    `missing` is the key that a `required` misses; `is_name` says that `value` is a key of the mapping at
    `path`; `inner` are the violations of the branches of a `oneOf`, by branch.
    """

    path: Path
    keyword: str
    limit: Any
    value: Any
    part: Schema
    missing: str = ""
    is_name: bool = False
    inner: tuple[tuple[int, Violation], ...] = ()


def violations(name: str, value: object) -> Iterator[Violation]:
    """Every way in which `value` breaks the schema `name`."""
    for error in _validator(name).iter_errors(value):
        yield _violation(error)


def _violation(error: ValidationError) -> Violation:
    keyword = str(error.validator)
    limit: Any = error.validator_value
    missing = ""
    if keyword == "required":
        # jsonschema names the one key that this error is about in its message alone.
        missing = next(key for key in limit if error.message.startswith(f"{key!r} "))
    return Violation(
        path=tuple(error.absolute_path),
        keyword=keyword,
        limit=limit,
        value=error.instance,
        part=dict(error.schema) if isinstance(error.schema, dict) else {},
        missing=missing,
        is_name="propertyNames" in error.relative_schema_path,
        inner=tuple((int(inner.relative_schema_path[0]), _violation(inner)) for inner in error.context or ()),
    )


@cache
def _validator(name: str) -> Any:
    draft: Any = jsonschema.Draft202012Validator
    extend: Any = jsonschema.validators.extend
    formats = jsonschema.FormatChecker(formats=())
    formats.checks("date", raises=ValueError)(_is_date)
    types = draft.TYPE_CHECKER.redefine("integer", _is_integer)
    return extend(draft, {"x-decimals": _decimals}, type_checker=types)(schema(name), format_checker=formats)


def _decimals(validator: object, allowed: int, value: object, part: object) -> Iterator[ValidationError]:
    if isinstance(value, Decimal) and decimal_places(value) > allowed:
        yield ValidationError("too many decimals")


def _is_integer(checker: object, value: object) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return False
        date.fromisoformat(value)
    return True
