"""What the calls that write orders have in common: names of lines, sizes of requests, numbers of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from reconciler.model.step import Step
from reconciler.model.value import Json, canonical_bytes, digest_of

SAFE_REQUEST = 60_000
"""Bytes of one request: Komet takes 65,536 with the token and the query (A16)."""
_HEADER_ROOM = 2_000


def identifier_of(name: str) -> str:
    """The name of an item in at most 20 characters, which is what an answer gives back (Komet API §7.2)."""
    return name if len(name) <= 20 else f"{name[:13]}-{digest_of(name)[7:13]}"


def batches_of(lines: Sequence[Json]) -> Iterator[list[Json]]:
    """`lines` in as few requests as the size limit allows, in their order."""
    room = SAFE_REQUEST - _HEADER_ROOM
    batch: list[Json] = []
    size = 0
    for line in lines:
        length = len(canonical_bytes(line)) + 2
        if batch and size + length > room:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += length
    if batch:
        yield batch


def numbered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """`steps` with their numbers, from 1."""
    return tuple(replace(step, number=number) for number, step in enumerate(steps, start=1))
