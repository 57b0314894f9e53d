"""What one sound file says, in a form that can be kept: its resources, its moves, what others must know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

from msgspec import Struct
from msgspec.json import Decoder, encode

from reconciler.config.attributes import Attributes
from reconciler.config.source import Mark, SourceFile
from reconciler.model.address import Address
from reconciler.model.resource import DesiredResource

Row: TypeAlias = tuple[str, str, int, int, str, int]
"""Kind, name, line, column, digest, and how many bytes its attributes take."""


class Facts(Struct, frozen=True):
    """What a file says that other files may contradict.

    `needs` are names that must be written somewhere, by the kind that refers to them and the kind that they
    are of; `claims` are what nobody else may claim; `standing` are customers of standing orders, `reserving`
    those that stock is reserved for; `ship_tos` are the names of a customer's ship-tos, `shipping` the
    customer and ship-to of prebooks.
    """

    needs: Mapping[str, Mapping[str, Sequence[str]]]
    claims: Sequence[str]
    standing: Sequence[str]
    reserving: Sequence[str]
    ship_tos: Mapping[str, Sequence[str]]
    shipping: Sequence[Sequence[str]]


class Sheet(Struct, frozen=True):
    """A file without a fault. `bodies` are the attributes of its `rows`, one behind the other; `moves` lead
    from old addresses to new ones as they are written."""

    rows: Sequence[Row]
    bodies: bytes
    moves: Mapping[str, object]
    facts: Facts

    def resources(self, source: SourceFile) -> Iterator[DesiredResource]:
        """Its resources, written in `source`; their attributes are read when somebody asks for them."""
        end = 0
        for kind, name, line, column, digest, size in self.rows:
            start, end = end, end + size
            origin = source.origin(Mark(line, column))
            attributes = Attributes(kind, self.bodies, start, end)
            yield DesiredResource(Address(kind, name), attributes, origin, digest)


class _Index(Struct, frozen=True):
    """What stands before the bodies."""

    rows: Sequence[Row]
    moves: Mapping[str, object]
    facts: Facts


_DECODE = Decoder(_Index).decode


def sheet_bytes(sheet: Sheet) -> bytes:
    """`sheet` as one line of JSON, and its bodies behind it."""
    return encode(_Index(sheet.rows, sheet.moves, sheet.facts)) + b"\n" + sheet.bodies


def sheet_from(kept: bytes) -> Sheet:
    """What `sheet_bytes` gave; ValueError for anything else."""
    line, _, bodies = kept.partition(b"\n")
    index = _DECODE(line)
    if sum(map(itemgetter(5), index.rows)) != len(bodies):
        raise ValueError("the attributes are not all there")
    return Sheet(index.rows, bodies, index.moves, index.facts)
