"""What Komet does not show of a prebook, as it was last recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Subject
from reconciler.kinds.orders.line import Line
from reconciler.kinds.prebooks.prebook import PrebookContent, PrebookItem, WantedPrebook, wanted_prebook
from reconciler.model.change import Action, Change
from reconciler.model.node import Node
from reconciler.model.resource import PENDING, Applied
from reconciler.model.step import KNOWN_AFTER_APPLY
from reconciler.model.value import Json, Path, decimal_text

DRAWN = "drawn"
"""Under which it is recorded from which order's number each item has drawn."""
SHIP_TO = "ship_to_sent"
"""Under which it is recorded which ship-to the calls have named."""
PURCHASES = "purchases"
"""Under which a plan writes down what the lines that are to go were bought with."""
UNKNOWN = "unknown"
"""Under which a record lists what nobody could compare."""
UNSEEN = "(not known)"
"""Stands for a value that nobody can see and that is to be written."""

HEADER = ("status", "ecommerce", "created_by")
"""What a header says to prebook.create alone: no call changes it and no read shows it (Komet API §9.4)."""


class Record(Struct, frozen=True):
    """What was last agreed on: `wanted` then, from which orders its items drew, and what nobody could see.

    `outgoing` are lines that an apply was about to delete when it died: what stands beside them came later
    and is as it wanted, and where nothing does, they are still as the `former` record says.
    """

    wanted: WantedPrebook
    attributes: Mapping[str, Json]
    drawn: Mapping[str, Json]
    unknown: frozenset[Path]
    outgoing: frozenset[int] = frozenset()
    former: Record | None = None

    def of(self, lines: Iterable[Line[PrebookContent]]) -> Record:
        """The record that speaks of these lines of one item."""
        ids = {line.id for line in lines}
        return self.former if self.former is not None and ids and ids <= self.outgoing else self

    def item_like(self, item: PrebookItem) -> PrebookItem | None:
        """The recorded item with the identity of `item`, under whatever name, else the one with its name."""
        by_identity = {each.content.identity: each for each in self.wanted.items}
        by_name = {each.name: each for each in self.wanted.items}
        return by_identity.get(item.content.identity) or by_name.get(item.name)


def record_of(subject: Subject) -> Record | None:
    """The record of `subject`; None when nothing is known.

    An apply that died while it wrote has left what it was about: lines that it did not mean to delete are as
    it wanted them, and so is a prebook that took the place of the one it meant to replace.
    """
    if subject.applied is None:
        return None
    attributes = subject.applied.attributes
    pending = attributes.get(PENDING)
    if not isinstance(pending, Mapping):
        return _record(attributes)
    node = Node(pending)
    live = subject.match.live
    replaced = node.maybe_whole("replaces")
    if replaced is not None and (live is None or live.id == replaced):
        return _record(attributes)
    outgoing = frozenset(int(str(id)) for id in node.array("outgoing"))
    return replace(_record(node.node("wanted").members), outgoing=outgoing, former=_record(attributes))


def unsettled_record(former: Applied, change: Change) -> Applied:
    """`former` with what `change` is about, for the case that nobody lives to tell how it ended."""
    binding = change.binding
    deleted = [step.params["prebookItemId"] for step in change.api_steps if "prebookItemId" in step.params]
    pending: dict[str, Json] = {
        "wanted": dict(change.wanted or {}),
        "outgoing": [id for id in deleted if isinstance(id, int)],
        "replaces": binding.id if binding and change.action is Action.REPLACE else None,
    }
    return replace(former, attributes=dict(former.attributes) | {PENDING: pending})


def hidden_of_item(item: PrebookItem, drawn: Mapping[str, Json]) -> dict[str, Json]:
    """What is written of an item and never shown (Komet API §7.5), canonical."""
    shown: dict[str, Json] = {
        "cost": None if item.cost is None else decimal_text(item.cost),
        "notes": item.notes,
        "order_source": item.order_source,
        "from_po": drawn.get(item.name) if item.from_po else None,
        "breakdown_costs": _breakdown_costs(item),
    }
    return {name: value for name, value in shown.items() if value is not None}


def hidden_of_header(wanted: WantedPrebook) -> dict[str, Json]:
    """What is written of a header and never shown."""
    values: dict[str, Json] = {
        "status": wanted.status,
        "ecommerce": wanted.ecommerce,
        "created_by": wanted.created_by,
    }
    return {name: values[name] for name in HEADER if values[name] is not None}


def value_before(value: Json, former: Json, was_known: bool) -> tuple[bool, Json]:
    """Whether a hidden value can be compared, and what it was: `former` is None where none was written.

    What nobody saw and nobody changed since stays incomparable; what was changed is to be written.
    """
    if former is None:
        return True, UNSEEN
    if was_known and _is_settled(former):
        return True, former
    return (False, None) if former == value or not _is_settled(former) else (True, UNSEEN)


def _is_settled(value: Json) -> bool:
    """Whether a value is one, and not a number that an apply was to learn and did not."""
    return not isinstance(value, Mapping) or KNOWN_AFTER_APPLY not in value


def _breakdown_costs(item: PrebookItem) -> Json:
    costs = {
        f"product {part.product_id} ({part.bunches} × {part.stems})": decimal_text(part.cost)
        for part in sorted(
            item.content.breakdown, key=lambda part: (part.product_id, part.bunches, part.stems)
        )
        if part.cost is not None
    }
    return {**costs} or None


def _record(attributes: Mapping[str, Json]) -> Record:
    drawn, unknown = attributes.get(DRAWN), attributes.get(UNKNOWN)
    paths = unknown if isinstance(unknown, list) else []
    return Record(
        wanted_prebook(attributes),
        attributes,
        drawn if isinstance(drawn, Mapping) else {},
        frozenset(tuple(str(part) for part in path) for path in paths if isinstance(path, list)),
    )
