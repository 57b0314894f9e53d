"""Typed values, and their canonical JSON, which is written when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Generic, Protocol, TypeVar

from msgspec import Struct, convert

from reconciler.model.deferred import Deferred
from reconciler.model.value import Json, decimal_text, plain


class Writable(Protocol):
    """A structure that has a canonical form, in which its plain fields stand under their names."""

    __struct_fields__: ClassVar[tuple[str, ...]]

    @property
    def json(self) -> dict[str, Json]:
        """It, as JSON."""


class Record(Struct, frozen=True):
    """A structure whose canonical form is every field by its name."""

    @property
    def json(self) -> dict[str, Json]:
        """It, as JSON: decimals as text, tuples as lists, structures within as objects."""
        return _members(self)


_PLAIN = (str, int)

W = TypeVar("W", bound=Writable)
V = TypeVar("V")


class Canonical(Deferred[Json], Generic[W]):
    """`value` as attributes: JSON for the stages that know no kinds, itself for the kind whose it is.

    So nothing is written in one stage to be read again in the next.
    """

    __slots__ = ("value",)

    def __init__(self, value: W) -> None:
        self.value = value
        self._make = None  # thousands of these are made, and a function for each would cost as much again
        self._made = None

    @property
    def made(self) -> Mapping[str, Json]:
        """The value as JSON."""
        if self._made is None:
            self._made = self.value.json
        return self._made

    def __getitem__(self, key: str) -> Json:
        """What is asked of one field that is JSON already is no reason to write all of them."""
        if self._made is None and key in self.value.__struct_fields__:
            field = getattr(self.value, key)
            if field is None or isinstance(field, _PLAIN):
                return field
        return super().__getitem__(key)


def value_of(attributes: Mapping[str, Json], kind: type[V]) -> V:
    """The value of `kind` that `attributes` are, or that they hold by the names of its fields; ValueError
    when they do not."""
    if isinstance(attributes, Deferred) and not isinstance(attributes, Canonical):
        attributes = attributes.made
    if isinstance(attributes, Canonical) and isinstance(attributes.value, kind):
        return attributes.value
    return convert(attributes, kind)


def _members(structure: Struct) -> dict[str, Json]:
    return {name: _json(getattr(structure, name)) for name in structure.__struct_fields__}


def _json(value: object) -> Json:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, Struct):
        return _members(value)
    return plain(value)  # type: ignore[arg-type]
