"""What a person did to a prebook in Komet, taken over into what the configuration says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.gathering import gather_added
from reconciler.kinds.orders.lines import ItemLines
from reconciler.kinds.prebooks.describing import (
    LONGEST_CODE,
    LONGEST_PRODUCT,
    item_names,
    item_of,
    part_of,
    shared_content,
    ship_to_name,
)
from reconciler.kinds.prebooks.picture import Picture, PrebookLine, picture_of
from reconciler.kinds.prebooks.prebook import BOX, SHIP_VIA, LivePrebook, PrebookContent, PrebookItem
from reconciler.kinds.writing import Accepted, Drifted, plain_code, reference
from reconciler.model.value import Value

_WAY_OUT = "the configuration has no name for that, so write it first, or apply"
_UNSEEN = ("cost", "notes", "order_source")
"""What an item keeps when it becomes one of units, or of boxes: it goes with both, and nobody sees it."""


def accept_prebook(
    subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
) -> Accepted:
    """`written` with header and lines as they stand in Komet, as far as they moved there.

    A line that a person added becomes an item named after what it is, an item whose lines are gone goes. What
    Komet does not show stays as it is written. A prebook that is gone is gone from the configuration too.
    """
    picture = picture_of(subject, scope)
    if picture.live is not None:
        return _Accepting(picture, picture.live, written, drifted, scope).run()
    was_made = subject.applied is not None and str(subject.applied.attributes["ship_date"]) >= scope.today
    if picture.vanished is None or not was_made or (picture.wanted and picture.wanted.recreate):
        return Accepted(written, left=("it does not exist in Komet yet",))
    return Accepted(None, gone=f"{picture.vanished.number} was cancelled or deleted in Komet")


class _Accepting(Struct):
    """One acceptance under way; `left` gathers what no configuration can say."""

    picture: Picture
    live: LivePrebook
    written: Mapping[str, Value]
    drifted: Drifted
    scope: Scope
    left: list[str] = field(default_factory=list)

    def run(self) -> Accepted:
        items = dict(self.items())
        items |= self.added(items)
        header = dict(self.header())
        after = {**self.written, **header, "items": items}
        if not items:
            del after["items"]
        if after.get("ship_to", "") is None:
            del after["ship_to"]  # no word says that it goes to none
        return Accepted(after, left=tuple(self.left))

    def header(self) -> Iterator[tuple[str, Value]]:
        """The header attributes that moved; None where one was emptied."""
        for change in self.picture.header:
            if (change.name,) not in self.drifted:
                continue
            value = self.header_value(change.name)
            if value is None and change.before:
                self.left.append(f"{change.name.replace('_', ' ')} is {change.before} in Komet: {_WAY_OUT}")
            elif value is None and change.name not in ("ship_to", "customer_po", "comments"):
                self.left.append(f"{change.name.replace('_', ' ')} is none in Komet: {_WAY_OUT}")
            else:
                yield change.name, value
        if self.picture.found is None and not self.picture.is_marked and ("marker",) in self.drifted:
            yield "number", self.live.number  # what is known by its number needs no marker

    def header_value(self, name: str) -> Value:
        """A live header attribute as it is written; None where it is none, or cannot be."""
        live = self.live
        match name:
            case "customer":
                return self.customer()
            case "ship_date":
                return date.fromisoformat(live.ship_date) if live.ship_date else None
            case "location":
                return self.code("locations", live.location_id)
            case "carrier":
                return self.code("carriers", live.carrier_id)
            case "ship_to":
                return ship_to_name(self.customer() or "", live.ship_name, self.scope)
            case "ship_via":
                return live.ship_via if live.ship_via in SHIP_VIA else None
            case "customer_po":
                return live.customer_po or None
        return live.comments or None

    def customer(self) -> str | None:
        found = self.scope.ids.address_of("customers", self.live.customer_id or 0)
        return found.name if found else None

    def code(self, name: str, id: int | None) -> str | None:
        return None if id is None else plain_code(self.scope.catalogue, name, id, LONGEST_CODE)

    def items(self) -> Iterator[tuple[str, Value]]:
        """The items that are still there, each as its lines are."""
        section = self.written.get("items")
        wanted = {item.name: item for item in self.picture.wanted.items} if self.picture.wanted else {}
        for name, each in (section if isinstance(section, Mapping) else {}).items():
            assert isinstance(each, Mapping)
            lines = self.picture.assignment.items[name]
            if lines.shown:
                yield name, self.item(wanted[name], each, lines)
            elif ("items", name) not in self.drifted:
                yield name, each

    def item(
        self, item: PrebookItem, written: Mapping[str, Value], lines: ItemLines[PrebookContent]
    ) -> Value:
        content = self.content(lines)
        count = sum(line.boxes for line in lines.shown)
        counted = "boxes" if content.item_type == BOX else "units"
        if content.item_type != item.content.item_type:
            if ("items", item.name, counted) not in self.drifted:
                return written
            kept = {name: value for name, value in written.items() if name in _UNSEEN}
            return item_of(content, count, self.scope) | kept
        moved = dict(self.moved(item.content, content, written))
        if count != item.count:
            moved[counted] = count
        after = {
            **written,
            **{name: value for name, value in moved.items() if ("items", item.name, name) in self.drifted},
        }
        return {name: value for name, value in after.items() if value is not None}

    def content(self, lines: ItemLines[PrebookContent]) -> PrebookContent:
        """What the lines of an item sell today: the picture has them with a price that waits for a person."""
        first = lines.shown[0].id
        return next(line.content for line in self.live.lines if line.id == first)

    def moved(
        self, wanted: PrebookContent, live: PrebookContent, written: Mapping[str, Value]
    ) -> Iterator[tuple[str, Value]]:
        """The attributes in which the lines of an item differ from it, as they are written."""
        lists = self.scope.catalogue
        if live.product_id != wanted.product_id:
            yield "product", reference(lists, "products", live.product_id, LONGEST_PRODUCT)
        for name in ("box_type", "unit", "bunches", "stems"):
            if getattr(live, name) != getattr(wanted, name):
                yield name, getattr(live, name) or None
        if wanted.price is not None and live.price != wanted.price:
            yield "price", live.price
        if wanted.vendor_id is not None and live.vendor_id != wanted.vendor_id:
            id = live.vendor_id
            yield "vendor", None if id is None else reference(lists, "vendors", id, LONGEST_CODE)
        if live.mark_code != wanted.mark_code:
            yield "mark_code", live.mark_code or None
        breakdown = self.breakdown(wanted, live, written.get("breakdown"))
        if breakdown != written.get("breakdown"):
            yield "breakdown", breakdown

    def breakdown(self, wanted: PrebookContent, live: PrebookContent, written: Value) -> Value:
        """What is in a mixed box now; the costs inside, which nobody sees, stay with their products."""
        if live.serves(replace(live, price=None, vendor_id=None, breakdown=wanted.breakdown)):
            return written
        rows = written if isinstance(written, Sequence) and not isinstance(written, str) else ()
        known = dict(zip((part.product_id for part in wanted.breakdown), rows, strict=True))
        after: list[Value] = []
        for part in live.breakdown:
            before, described = known.get(part.product_id), part_of(part, self.scope)
            after.append(_part_anew(before, described) if isinstance(before, Mapping) else described)
        return after or None

    def added(self, items: Mapping[str, Value]) -> dict[str, Value]:
        """Items for the lines that a person added."""
        found = gather_added(self.picture.assignment, items, self.is_new, shared_content)
        for ids in found.alike:
            self.left.append(f"line {ids} differs from another one in nothing but price, vendor or breakdown")
        names = item_names([content for content, _ in found.contents], self.scope, items)
        return {
            name: item_of(content, count, self.scope)
            for name, (content, count) in zip(names, found.contents, strict=True)
        }

    def is_new(self, line: PrebookLine) -> bool:
        return ("items", f"line {line.id}") in self.drifted


def _part_anew(written: Mapping[str, Value], shown: Mapping[str, Value]) -> Mapping[str, Value]:
    """A product of a mixed box as it is written, with what Komet shows of it now."""
    return {key: shown.get(key, each) if key != "product" else each for key, each in written.items()}
