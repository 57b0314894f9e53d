"""Sheets to what the configuration wants, if they agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter

from msgspec import Struct

from reconciler.config.agreement import agree
from reconciler.config.resource_files import ResourceFiles
from reconciler.config.sheet import Sheet
from reconciler.model.address import Address
from reconciler.model.resource import DesiredResource


class Combined(Struct, frozen=True):
    """`resources` in address order, `moved` from old addresses to new ones."""

    resources: Mapping[Address, DesiredResource]
    moved: Mapping[Address, Address]


def combine(files: ResourceFiles, sheets: Mapping[str, Sheet]) -> Combined | None:
    """What all sheets say together; None when they do not agree."""
    resources = _resources(files, sheets)
    if resources is None:
        return None
    names: dict[str, set[str]] = {}
    for address in resources:
        names.setdefault(address.kind, set()).add(address.name)
    moved = _moves(files, sheets, resources)
    if moved is None or not agree([sheet.facts for sheet in sheets.values()], names):
        return None
    return Combined(resources, moved)


def _resources(files: ResourceFiles, sheets: Mapping[str, Sheet]) -> dict[Address, DesiredResource] | None:
    """In address order; None when a name is written twice."""
    found = [each for name, sheet in sheets.items() for each in sheet.resources(files.source(name))]
    found.sort(key=attrgetter("address"))
    resources = {each.address: each for each in found}
    return resources if len(resources) == len(found) else None


def _moves(
    files: ResourceFiles, sheets: Mapping[str, Sheet], resources: Mapping[Address, DesiredResource]
) -> Mapping[Address, Address] | None:
    """Old addresses to new ones; None when one of them has a fault."""
    written = [(name, old, new) for name, sheet in sheets.items() for old, new in sheet.moves.items()]
    if not written:
        return {}
    from reconciler.config.moves import read_moves  # few configurations move anything
    from reconciler.config.resources import WrittenMove

    places = {address: each.origin for address, each in resources.items()}
    moves = [WrittenMove(old, new, files.source(name)) for name, old, new in written]
    moved, faults = read_moves(moves, places, is_whole=True)
    return None if faults or len({old for _, old, _ in written}) < len(written) else moved
