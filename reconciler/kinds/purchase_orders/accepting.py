"""What a person did to a purchase order in Komet, taken over into what the configuration says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from reconciler.kinds.catalogue import Catalogue
from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.gathering import gather_added
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import ItemLines
from reconciler.kinds.orders.order import Content, Item, LiveOrder
from reconciler.kinds.purchase_orders.describing import (
    LONGEST_CODE,
    LONGEST_PRODUCT,
    item_names,
    item_of,
    part_of,
)
from reconciler.kinds.purchase_orders.picture import Picture, picture_of
from reconciler.kinds.writing import Accepted, Drifted, plain_code, reference
from reconciler.model.value import Value

_WAY_OUT = "the configuration has no name for that, so write it first, or apply"


def accept_order(subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope) -> Accepted:
    """`written` with header and lines as they stand in Komet, as far as they moved there.

    A line that a person added becomes an item named after what it is, an item whose lines are gone goes. An
    order that is gone or cancelled is gone from the configuration too.
    """
    picture = picture_of(subject, scope)
    if picture.live is None:
        return _without_order(subject, picture, written, scope)
    return _Accepting(picture, picture.live, written, drifted, scope).run()


def _without_order(
    subject: Subject, picture: Picture, written: Mapping[str, Value], scope: Scope
) -> Accepted:
    """Gone, or not yet there: a name whose last order has shipped stands for a new one."""
    if picture.cancelled is not None and not (picture.wanted and picture.wanted.recreate):
        return Accepted(None, gone=f"{picture.cancelled.number} was cancelled in Komet")
    was_made = subject.applied is not None and str(subject.applied.attributes["ship_date"]) >= scope.today
    if picture.cancelled is not None or not was_made:
        return Accepted(written, left=("it does not exist in Komet yet",))
    return Accepted(None, gone="it was deleted in Komet")


class _Accepting(Struct):
    """One acceptance under way; `left` gathers what no configuration can say."""

    picture: Picture
    live: LiveOrder
    written: Mapping[str, Value]
    drifted: Drifted
    scope: Scope
    left: list[str] = field(default_factory=list)

    def run(self) -> Accepted:
        items = dict(self.items())
        items |= self.added(items)
        if not items:
            text = f"{self.live.number} has no lines left: take the order out, or apply to add them again"
            return Accepted(self.written, left=(text,))
        after = {**self.written, **dict(self.header()), "items": items}
        return Accepted(after, left=tuple(self.left))

    def header(self) -> Iterator[tuple[str, Value]]:
        """The header attributes that moved."""
        for name, before, _ in self.picture.header:
            if (name,) not in self.drifted:
                continue
            value = self.header_value(name)
            if value is None:
                self.left.append(f"{name.replace('_', ' ')} is {before or 'none'} in Komet: {_WAY_OUT}")
            else:
                yield name, value

    def header_value(self, name: str) -> Value:
        """A live header attribute as it is written; None where it cannot be."""
        lists, live = self.scope.catalogue, self.live
        match name:
            case "vendor":
                return reference(lists, "vendors", live.vendor_id or 0, LONGEST_CODE)
            case "ship_date":
                return date.fromisoformat(live.ship_date)
            case "location":
                return self.code("locations", () if live.location_id is None else (live.location_id,))
            case "carrier":
                return self.code("carriers", live.carrier_ids)
        found = [self.scope.ids.address_of("customers", id) for id in live.customer_ids]
        return found[0].name if len(found) == 1 and found[0] is not None else None

    def code(self, name: str, ids: Sequence[int]) -> str | None:
        return plain_code(self.scope.catalogue, name, ids[0], LONGEST_CODE) if len(ids) == 1 else None

    def items(self) -> Iterator[tuple[str, Value]]:
        """The items that are still there, each as its lines are."""
        section = self.written["items"]
        assert self.picture.wanted is not None and isinstance(section, Mapping)
        wanted = {item.name: item for item in self.picture.wanted.items}
        for name, each in section.items():
            assert isinstance(each, Mapping)
            lines = self.picture.assignment.items[name]
            if lines.shown:
                yield name, self.item(wanted[name], each, lines)
            elif ("items", name) not in self.drifted or lines.lost:
                yield name, each

    def item(self, item: Item, written: Mapping[str, Value], lines: ItemLines[Content]) -> Value:
        moved = self.moved(item.content, lines.shown[0].content, written)
        after = {
            **written,
            **{name: value for name, value in moved if ("items", item.name, name) in self.drifted},
        }
        boxes = sum(line.boxes for line in lines.shown)
        if boxes != item.boxes - lines.lost and ("items", item.name, "boxes") in self.drifted:
            after["boxes"] = boxes + lines.lost
        return {name: value for name, value in after.items() if value is not None or name in written}

    def moved(
        self, wanted: Content, live: Content, written: Mapping[str, Value]
    ) -> Iterator[tuple[str, Value]]:
        """The attributes in which the lines of an item differ from it, as they are written."""
        if live.product_id != wanted.product_id:
            lists: Catalogue = self.scope.catalogue
            yield "product", reference(lists, "products", live.product_id, LONGEST_PRODUCT)
        for name in ("box_type", "unit", "bunches", "stems", "cost"):
            if getattr(live, name) != getattr(wanted, name):
                yield name, getattr(live, name)
        if live.mark_code != wanted.mark_code:
            yield "mark_code", live.mark_code or None
        if wanted.notes is not None and (live.notes or "") != wanted.notes:
            yield "notes", live.notes
        if live.shown_breakdown != wanted.shown_breakdown:
            yield "breakdown", self.breakdown(wanted, live, written.get("breakdown"))

    def breakdown(self, wanted: Content, live: Content, written: Value) -> Value:
        """What is in a mixed box now; the prices inside, which nobody sees, stay with their products."""
        rows = written if isinstance(written, Sequence) and not isinstance(written, str) else ()
        known = dict(zip((part.product_id for part in wanted.breakdown), rows, strict=True))
        after: list[Value] = []
        for part in live.breakdown:
            before = known.get(part.product_id)
            described = part_of(part, self.scope)
            after.append(
                {**before, **{key: value for key, value in described.items() if key != "product"}}
                if isinstance(before, Mapping)
                else described
            )
        return after or None

    def added(self, items: Mapping[str, Value]) -> dict[str, Value]:
        """Items for the lines that a person added."""
        found = gather_added(self.picture.assignment, items, self.is_new, _shared_content)
        for ids in found.alike:
            self.left.append(f"line {ids} differs from another one in nothing but cost or breakdown")
        names = item_names([content for content, _ in found.contents], self.scope, items)
        return {
            name: item_of(content, boxes, self.scope)
            for name, (content, boxes) in zip(names, found.contents, strict=True)
        }

    def is_new(self, line: Line[Content]) -> bool:
        return ("items", f"line {line.id}") in self.drifted


def _shared_content(lines: Sequence[Line[Content]]) -> Content | None:
    first = lines[0].content
    return first if all(line.content.serves(first) for line in lines) else None
