"""Both sides of a prebook as a reader sees them: attribute by attribute, codes instead of ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.kinds.kind import Comparison, Scope, Subject
from reconciler.kinds.orders.lines import ItemLines
from reconciler.kinds.prebooks.drawing import shown_number
from reconciler.kinds.prebooks.header import SHIP_NAMES, live_labels, wanted_labels
from reconciler.kinds.prebooks.picture import Hidden, Picture, PrebookLine, picture_of
from reconciler.kinds.prebooks.prebook import BOX, LivePrebook, PrebookContent, PrebookItem, WantedPrebook
from reconciler.kinds.prebooks.record import (
    DRAWN,
    PURCHASES,
    SHIP_TO,
    UNSEEN,
    hidden_of_header,
    hidden_of_item,
)
from reconciler.model.change import Reason
from reconciler.model.resource import Marker
from reconciler.model.value import Json, Path, decimal_text

_HEADLINE = ("customer", "ship_date", "carrier", "location", "ship_to", "customer_po")


def compare_prebooks(subject: Subject, scope: Scope) -> Comparison:
    """Header, items and predecessors of one prebook, side by side."""
    picture = picture_of(subject, scope)
    if picture.wanted is None:
        return _departing(picture, scope)
    if picture.vanished is not None and picture.live is None and not picture.wanted.recreate:
        text = (
            f"{picture.vanished.number} is not in Komet any more: somebody cancelled or deleted it; "
            "`recreate: true` makes it again"
        )
        return Comparison({}, {}, warnings=(text,))
    if picture.live is None:
        return _arriving(picture, picture.wanted, scope)
    return _both_sides(picture, picture.wanted, picture.live, scope)


def prebook_headline(subject: Subject, scope: Scope) -> str:
    """Number, customer, truck date, carrier, location, ship-to and the customer's PO number."""
    picture = picture_of(subject, scope)
    order = picture.wanted or picture.live
    if order is None:
        return ""
    labels = wanted_labels(order, scope) if isinstance(order, WantedPrebook) else live_labels(order, scope)
    words = {"ship_date": "leaves ", "carrier": "with ", "ship_to": "to ", "customer_po": "PO "}
    told = [words.get(name, "") + labels[name] for name in _HEADLINE if labels[name]]
    return " · ".join([*([picture.live.number] if picture.live else []), *told])


def _departing(picture: Picture, scope: Scope) -> Comparison:
    """Everything that goes with a prebook that is no longer wanted."""
    before: dict[str, Json] = {}
    if picture.live is not None:
        before = {name: label for name, label in live_labels(picture.live, scope).items() if label}
        before["items"] = {f"line {line.id}": _line_view(line, scope) for line in picture.live.lines}
        before["number"] = picture.live.number
    if picture.retired:
        before["predecessors"] = [order.number for order in picture.retired]
    notes = _notes(picture, picture.live) if picture.live else ()
    return Comparison(before, {}, notes=notes, endangered=_endangered(picture, scope))


def _arriving(picture: Picture, wanted: WantedPrebook, scope: Scope) -> Comparison:
    after: dict[str, Json] = {name: label for name, label in wanted_labels(wanted, scope).items() if label}
    after |= hidden_of_header(wanted)
    after["items"] = {
        item.name: _item_view(item, item.count, scope) | _shown_hidden(hidden_of_item(item, picture.drawn))
        for item in wanted.items
    }
    before: dict[str, Json] = {}
    if picture.retired:
        before["predecessors"], after["predecessors"] = [order.number for order in picture.retired], []
    return Comparison(before, after, learnt=_learnt(picture))


def _both_sides(picture: Picture, wanted: WantedPrebook, live: LivePrebook, scope: Scope) -> Comparison:
    before: dict[str, Json] = {each.name: each.before for each in picture.header}
    after: dict[str, Json] = {each.name: each.after for each in picture.header}
    for each in picture.hidden:
        if len(each.path) == 1:
            known = None if each.before == UNSEEN else each.before
            before[str(each.path[0])], after[str(each.path[0])] = known, each.after
    if not picture.is_marked:
        before["marker"], after["marker"] = _marker_text(picture.found), _marker_text(picture.marker)
    if picture.retired:
        before["predecessors"], after["predecessors"] = [order.number for order in picture.retired], []
    items_before: dict[str, Json] = {}
    items_after: dict[str, Json] = {}
    for item in wanted.items:
        lines = picture.assignment.items[item.name]
        old, new = _item_sides(item, lines, picture, scope)
        items_after[item.name] = new
        if old is not None:
            items_before[item.name] = old
    for line in picture.assignment.extra:
        items_before[f"line {line.id}"] = _line_view(line, scope)
    return Comparison(
        before | {"items": items_before},
        after | {"items": items_after},
        replaces=picture.is_replaced,
        incomparable=_incomparable(picture),
        notes=_notes(picture, live),
        endangered=_endangered(picture, scope),
        reason=_reason(picture, items_before == items_after and set(before) == {"marker"}),
        learnt=_learnt(picture),
    )


def _reason(picture: Picture, is_only_marker: bool) -> Reason | None:
    """A marker that speaks of a former name was not touched by anybody: the configuration has moved on."""
    is_moved = picture.found is not None and picture.found.project == picture.marker.project
    return Reason.CONFIG_CHANGED if is_moved and is_only_marker else None


def _marker_text(marker: Marker | None) -> str | None:
    return None if marker is None else f"[rc:{marker.project}/{marker.name}]"


def _item_sides(
    item: PrebookItem, lines: ItemLines[PrebookContent], picture: Picture, scope: Scope
) -> tuple[dict[str, Json] | None, dict[str, Json]]:
    hidden = [each for each in picture.hidden if each.path[:2] == ("items", item.name)]
    new = _item_view(item, item.count, scope)
    if not lines.shown:
        return None, new | _shown_hidden(hidden_of_item(item, picture.drawn))
    shown = lines.shown[0]
    content = _with_price_before(shown, picture)
    old = _content_view(content, item.content, scope) | _count_view(item, sum(x.boxes for x in lines.shown))
    return old | _hidden_side(hidden, "before"), new | _hidden_side(hidden, "after")


def _with_price_before(line: PrebookLine, picture: Picture) -> PrebookContent:
    """What a line is today: the picture has it with the price that a person is to give it."""
    live = picture.live.lines if picture.live else ()
    return next(each.content for each in live if each.id == line.id)


def _hidden_side(hidden: Iterable[Hidden], side: str) -> dict[str, Json]:
    values = {str(each.path[2]): each.before if side == "before" else each.after for each in hidden}
    return _shown_hidden(values)


def _shown_hidden(values: Mapping[str, Json]) -> dict[str, Json]:
    """Hidden values as they are shown: not those that nobody knows, and a number to be learnt in words."""
    return {
        name: shown_number(value) if name == "from_po" else value
        for name, value in sorted(values.items())
        if value != UNSEEN
    }


def _item_view(item: PrebookItem, count: int, scope: Scope) -> dict[str, Json]:
    return _content_view(item.content, item.content, scope) | _count_view(item, count)


def _count_view(item: PrebookItem, count: int) -> dict[str, Json]:
    return {"units" if item.units is not None else "boxes": count}


def _line_view(line: PrebookLine, scope: Scope) -> dict[str, Json]:
    count = "boxes" if line.content.item_type == BOX else "units"
    return _content_view(line.content, None, scope) | {count: line.boxes}


def _content_view(content: PrebookContent, wanted: PrebookContent | None, scope: Scope) -> dict[str, Json]:
    """What a line sells; price and vendor of a live line only where they are compared with `wanted`."""
    lists = scope.catalogue
    view: dict[str, Json] = {"product": lists.label("products", content.product_id), "unit": content.unit}
    if content.item_type == BOX:
        view |= {"box_type": content.box_type, "bunches": content.bunches, "stems": content.stems}
    if wanted is None or wanted.price is not None:
        view["price"] = None if content.price is None else decimal_text(content.price)
    if content.vendor_id is not None and (wanted is None or wanted.vendor_id is not None):
        view["vendor"] = lists.label("vendors", content.vendor_id)
    if content.mark_code:
        view["mark_code"] = content.mark_code
    if content.breakdown:
        view["breakdown"] = _breakdown_view(content, wanted, scope)
    return view


def _breakdown_view(content: PrebookContent, wanted: PrebookContent | None, scope: Scope) -> Json:
    is_priced = wanted is None or any(part.price is not None for part in wanted.breakdown)
    view: list[Json] = []
    for part in sorted(content.breakdown, key=lambda part: (part.product_id, part.bunches, part.stems)):
        product = scope.catalogue.label("products", part.product_id)
        row: dict[str, Json] = {"product": product, "bunches": part.bunches, "stems": part.stems}
        if is_priced and part.price is not None:
            row["price"] = decimal_text(part.price)
        view.append(row)
    return view


def _incomparable(picture: Picture) -> tuple[Path, ...]:
    """Of what stays: what is written anew is known from then on."""
    if picture.is_replaced:
        return ()
    items = picture.assignment.items
    return tuple(path for path in picture.incomparable if len(path) == 1 or items[str(path[1])].kept)


def _learnt(picture: Picture) -> dict[str, Json]:
    """What only this reading knows and an apply records: orders' numbers, the ship-to and its names."""
    names: list[Json] = [*sorted(picture.names)]
    found: dict[str, Json] = {DRAWN: dict(picture.drawn), SHIP_TO: picture.ship_to, SHIP_NAMES: names}
    bought: list[Json] = [*(picture.purchases[line].json for line in sorted(picture.purchases))]
    return found | ({PURCHASES: bought} if bought else {})


def _endangered(picture: Picture, scope: Scope) -> tuple[str, ...]:
    purchases = picture.purchases
    return tuple(
        f"line {line.id}: {line.boxes} {line.content.box_type or line.content.unit} "
        f"{scope.catalogue.label('products', line.content.product_id)} is bought with "
        f"{purchases[line.id].number} ({purchases[line.id].status})"
        for line in sorted(picture.fixed, key=lambda line: line.id)
    )


def _notes(picture: Picture, live: LivePrebook) -> tuple[str, ...]:
    notes = []
    unseen = [each for each in picture.hidden if each.differs and each.before != UNSEEN]
    if unseen:
        paths = ", ".join(".".join(str(part) for part in each.path) for each in unseen)
        notes.append(f"Komet does not show {paths}: compared with what was last applied")
    if picture.is_ambiguous and picture.hides_ship_to:
        notes.append(
            f"nothing can be added to {live.number}, and it is replaced: it goes to "
            f"{live.ship_name or 'no ship-to'}, which no call can say"
        )
    elif picture.is_ambiguous:
        rivals = ", ".join(live.rivals)
        notes.append(
            f"{rivals} has the same header, and Komet could put new lines there: {live.number} is replaced, "
            f"{rivals} is not touched"
        )
    if picture.is_replaced:
        notes.append(f"{live.number} is deleted once its successor was created and read back")
    if live.hides_purchases:
        notes.append(
            f"whether lines of {live.number} are bought cannot be read: Komet will refuse to delete what is"
        )
    if not picture.is_marked and live.comments and picture.wanted and picture.wanted.comments is None:
        notes.append("the comments in Komet stay, with our marker behind them")
    return tuple(notes)
