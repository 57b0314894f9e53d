"""Faults of what may be written once and stands there twice."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from reconciler.config.resources import Written
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path

Key = TypeVar("Key", bound=Hashable)


def repeated_faults(
    places: Iterable[tuple[Key, Written, Path]], say: Callable[[Key, Written], tuple[str, str]]
) -> list[Diagnostic]:
    """A fault for every key that was met before; `say` gives its words for the key and the first place."""
    first: dict[Key, tuple[Written, Path]] = {}
    faults: list[Diagnostic] = []
    for key, written, path in places:
        if key not in first:
            first[key] = (written, path)
            continue
        earlier, earlier_path = first[key]
        summary, detail = say(key, earlier)
        place = earlier.source.place((earlier.address.kind, earlier.address.name, *earlier_path))
        origin = earlier.source.origin(place.value)
        faults.append(
            written.fault(path, summary, detail=f"{detail} ({origin.file}:{origin.line})", also=(origin,))
        )
    return faults
