"""A reading of the account as JSON, and back, so that a plan can be previewed without a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.node import Node
from reconciler.model.resource import LiveResource, Marker
from reconciler.model.value import Json

FORMAT = 1
"""The version of the form; another one is as good as none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All live resources that were read, by kind, and the addresses that were looked for."""

    live: Mapping[str, tuple[LiveResource, ...]]
    sought: frozenset[Address]


def snapshot_document(reading: Reading) -> dict[str, Json]:
    """The reading as JSON."""
    return {
        "format": FORMAT,
        "live": {kind: [_live(each) for each in found] for kind, found in reading.live.items()},
        "sought": [str(each) for each in sorted(reading.sought)],
    }


def reading_from(document: Json) -> Reading | None:
    """The reading that `snapshot_document` wrote; None where another version wrote it.

    StateError when it was changed from outside.
    """
    try:
        node = Node(document)
        if node.whole("format") != FORMAT:
            return None
        live = node.node("live")
        found = {kind: tuple(_resource(kind, each) for each in live.nodes(kind)) for kind in live.members}
        return Reading(found, frozenset(Address.parse(each) for each in node.texts("sought")))
    except (KeyError, ValueError, TypeError):
        raise StateError("the snapshot in the state is not as it was written: plan once with calls") from None


def with_later(
    reading: Reading, later: Mapping[str, Iterable[LiveResource]], gone: Mapping[str, frozenset[int]]
) -> Reading:
    """`reading` with what was read again since, by kind and id, and without what is `gone`."""
    live: dict[str, tuple[LiveResource, ...]] = dict(reading.live)
    for kind in {*later, *gone}:
        known = {each.id: each for each in live.get(kind, ()) if each.id not in gone.get(kind, frozenset())}
        known |= {each.id: each for each in later.get(kind, ())}
        live[kind] = tuple(known[id] for id in sorted(known))
    return Reading(live, reading.sought)


def _live(each: LiveResource) -> Json:
    marker = each.marker
    return {
        "id": each.id,
        "number": each.number,
        "marker": None if marker is None else [marker.project, marker.name],
        "attributes": dict(each.attributes),
    }


def _resource(kind: str, node: Node) -> LiveResource:
    marker = node.members["marker"]
    if isinstance(marker, list):
        project, name = node.texts("marker")
        return LiveResource(
            kind,
            node.whole("id"),
            node.maybe_text("number"),
            Marker(project, name),
            node.node("attributes").members,
        )
    return LiveResource(
        kind, node.whole("id"), node.maybe_text("number"), None, node.node("attributes").members
    )
