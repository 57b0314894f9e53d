"""Renames: which address a resource had before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.config.nearest import nearest
from reconciler.config.resources import WrittenMove
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.origin import Origin


def read_moves(
    moves: Iterable[WrittenMove], places: Mapping[Address, Origin], is_whole: bool
) -> tuple[dict[Address, Address], list[Diagnostic]]:
    """Old address to new, in order. `places` are of resources; `is_whole` says that all are known."""
    moved: dict[Address, Address] = {}
    faults: list[Diagnostic] = []
    sources: dict[Address, WrittenMove] = {}
    for move in moves:
        try:
            old, new = Address.parse(move.old), Address.parse(str(move.new))
        except ValueError as error:
            faults.append(move.fault(str(error)))
            continue
        moved[old] = new
        sources[old] = move
    for old in sorted(moved):
        faults += _move_faults(old, moved, sources[old], places, is_whole)
    return {old: moved[old] for old in sorted(moved)}, faults


def _move_faults(
    old: Address,
    moved: dict[Address, Address],
    move: WrittenMove,
    places: Mapping[Address, Origin],
    is_whole: bool,
) -> list[Diagnostic]:
    new = moved[old]
    if old == new:
        return [move.fault(f"{old} is moved to itself")]
    if old.kind != new.kind:
        return [move.fault(f"{old} cannot become {new}: a resource keeps its kind")]
    faults = []
    if old in places:
        origin = places[old]
        faults.append(
            move.fault(
                f"{old} is said to have moved, and still stands in the configuration",
                detail=f"at {origin.file}:{origin.line}; rename it there, or take this line out",
                also=(origin,),
            )
        )
    if new in moved:
        faults.append(
            move.fault(
                f"{old} moves to {new}, which itself moves to {moved[new]}",
                detail=f"write {old}: {_end(new, moved)}"
                if _end(new, moved)
                else "the moves go round in a circle",
            )
        )
    elif new not in places and is_whole:
        names = [str(address) for address in places if address.kind == new.kind]
        faults.append(
            move.fault(f"{old} moves to {new}, which does not exist", suggestion=nearest(str(new), names))
        )
    others = [str(other) for other in sorted(moved) if other != old and moved[other] == new]
    if others and str(old) > others[0]:
        faults.append(move.fault(f"{old} moves to {new}, and so does {others[0]}"))
    return faults


def _end(start: Address, moved: dict[Address, Address]) -> Address | None:
    """Where following the moves from `start` ends; None when it does not."""
    seen = {start}
    here = start
    while here in moved:
        here = moved[here]
        if here in seen:
            return None
        seen.add(here)
    return here
