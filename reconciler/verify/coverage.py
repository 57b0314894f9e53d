"""Whose everything in Komet is: managed here, adopted, another project's, nobody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from reconciler.kinds.kind import Match, Matches, Scope
from reconciler.kinds.orders.order import LiveOrder, live_order
from reconciler.kinds.prebooks.prebook import BOX, live_prebook
from reconciler.kinds.reservations.standing import standing_of
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.model.address import KINDS, Address
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json


class Owner(StrEnum):
    """Whose a resource is. UNKNOWN is stock of which no list says whose it is (Komet API §4.7)."""

    MANAGED = "managed"
    ADOPTED = "adopted"
    LEAVING = "leaving"
    FOREIGN = "foreign"
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"


class Owned(Struct, frozen=True):
    """One resource: `id` and `words` as Komet calls it, `project` that of a foreign marker."""

    kind: str
    id: int
    words: str
    owner: Owner
    customer_id: int | None
    boxes: int = 0
    address: Address | None = None
    project: str = ""


def coverage_of(
    matches: Mapping[str, Matches], live: Mapping[str, Sequence[LiveResource]], scope: Scope
) -> list[Owned]:
    """Everything that was read, by kind and id. An order is adopted when it is ours and has no marker."""
    return [
        *_customers(matches["customers"], live.get("customers", ())),
        *_stock(matches["reservations"], live.get("reservations", ()), scope),
        *_orders(matches["purchase_orders"], live.get("purchase_orders", ()), scope),
        *_prebooks(matches["prebooks"], live.get("prebooks", ()), scope),
    ]


def coverage_document(
    owned: Sequence[Owned], matches: Mapping[str, Matches], project: str, calls: int, scope: Scope
) -> dict[str, Json]:
    """The coverage as JSON: counts by kind, boxes by customer, and what is not managed here by name."""
    names = {
        id: address.name
        for address, id in scope.ids.by_address.items()
        if id is not None and address.kind == "customers"
    }
    labels = {each.id: each.words for each in owned if each.kind == "customers"}
    kinds: dict[str, Json] = {kind: _counts(each for each in owned if each.kind == kind) for kind in KINDS}
    settled = sum(len(each.settled) for each in matches.values())
    return {
        "project": project,
        "calls": calls,
        "kinds": kinds,
        "customers": _by_customer(owned, names, labels),
        "others": [_listed(each) for each in owned if each.owner in _LISTED and each.kind != "customers"],
        "settled": settled,
    }


_LISTED = (Owner.FOREIGN, Owner.UNMANAGED)


def _customers(matches: Matches, live: Sequence[LiveResource]) -> Iterable[Owned]:
    owners = _owners(matches)
    for each in sorted(live, key=lambda one: one.id):
        owner, address = owners.get(each.id, (Owner.UNMANAGED, None))
        words = str(each.attributes["code"] or each.attributes["name"])
        owner = Owner.MANAGED if owner is Owner.ADOPTED else owner
        yield Owned("customers", each.id, words, owner, each.id, address=address)


def _orders(matches: Matches, live: Sequence[LiveResource], scope: Scope) -> Iterable[Owned]:
    for each, owner, address, project in _owned(matches, live, scope):
        order = live_order(each.attributes)
        customer = order.customer_ids[0] if len(order.customer_ids) == 1 else None
        boxes = sum(line.boxes for line in order.live_lines)
        words = _order_words(order, scope)
        yield Owned("purchase_orders", each.id, words, owner, customer, boxes, address, project)


def _prebooks(matches: Matches, live: Sequence[LiveResource], scope: Scope) -> Iterable[Owned]:
    """What is sold by the unit has no boxes."""
    for each, owner, address, project in _owned(matches, live, scope):
        prebook = live_prebook(each.attributes)
        boxes = sum(line.boxes for line in prebook.lines if line.content.item_type == BOX)
        told = [prebook.number, f"leaves {prebook.ship_date}", prebook.location_code, prebook.customer_po]
        words = " · ".join(word for word in told if word)
        yield Owned("prebooks", each.id, words, owner, prebook.customer_id, boxes, address, project)


def _owned(
    matches: Matches, live: Sequence[LiveResource], scope: Scope
) -> Iterable[tuple[LiveResource, Owner, Address | None, str]]:
    """Every order once, with whose it is and the project of a foreign marker."""
    owners = _owners(matches)
    for each in sorted({one.id: one for one in live}.values(), key=lambda one: one.id):
        owner, address = owners.get(each.id, (Owner.UNMANAGED, None))
        project = each.marker.project if each.marker else ""
        if address is None and project and project != scope.project:
            owner = Owner.FOREIGN
        elif owner is Owner.MANAGED and each.marker is None:
            owner = Owner.ADOPTED
        yield each, owner, address, project if owner is Owner.FOREIGN else ""


def _stock(matches: Matches, live: Sequence[LiveResource], scope: Scope) -> Iterable[Owned]:
    """The lines that stand reserved, and those of which nobody knows whose they are; no free ones."""
    owners: dict[int, tuple[Owner, Address]] = {}
    for found, owner in ((matches.wanted, Owner.MANAGED), (matches.orphans, Owner.LEAVING)):
        for address, match in found.items():
            if match.live is not None:
                share = standing_of(match.live.attributes).share
                owners |= {line.id: (owner, address) for line in (*share.kept, *share.release)}
    for each in sorted(live, key=lambda one: one.id):
        line = stock_line(each.attributes)
        if line.is_free:
            continue
        nobody = Owner.UNKNOWN if line.customer_id is None else Owner.UNMANAGED
        owner, place = owners.get(line.id, (nobody, None))
        words = _line_words(line, scope)
        yield Owned("reservations", line.id, words, owner, line.customer_id, line.boxes, place)


def _owners(matches: Matches) -> dict[int, tuple[Owner, Address | None]]:
    owners: dict[int, tuple[Owner, Address | None]] = {}
    for address, match in matches.orphans.items():
        owners |= {each.id: (Owner.LEAVING, address) for each in _resources(match)}
    for address, match in matches.standing.items():
        owner = Owner.ADOPTED if match.adopted else Owner.MANAGED
        owners |= {each.id: (owner, address) for each in _resources(match)}
    return owners


def _resources(match: Match) -> list[LiveResource]:
    return [each for each in (match.live, match.cancelled, *match.retired) if each is not None]


def _order_words(order: LiveOrder, scope: Scope) -> str:
    vendor = scope.catalogue.label("vendors", order.vendor_id) if order.vendor_id is not None else ""
    place = scope.catalogue.label("locations", order.location_id) if order.location_id is not None else ""
    words = [order.number, vendor, f"ships {order.ship_date}", place, order.status]
    return " · ".join(word for word in words if word)


def _line_words(line: StockLine, scope: Scope) -> str:
    product = scope.catalogue.label("products", line.product_id)
    place = scope.catalogue.label("locations", line.location_id)
    return f"line {line.id} · {place} · {line.boxes} {line.box_type} {product}"


def _counts(owned: Iterable[Owned]) -> dict[str, Json]:
    """How many, and of how many boxes, by owner."""
    counts: dict[str, Json] = {owner.value: 0 for owner in Owner}
    boxes: dict[str, Json] = {owner.value: 0 for owner in Owner}
    for each in owned:
        counts[each.owner.value] = int(str(counts[each.owner.value])) + 1
        boxes[each.owner.value] = int(str(boxes[each.owner.value])) + each.boxes
    return {"count": counts, "boxes": boxes}


def _by_customer(owned: Sequence[Owned], names: Mapping[int, str], labels: Mapping[int, str]) -> list[Json]:
    """Every customer that is configured or has an order or stock among what was read."""
    groups: dict[int, dict[str, list[Owned]]] = defaultdict(lambda: defaultdict(list))
    for each in owned:
        if each.kind != "customers" and each.customer_id is not None:
            groups[each.customer_id][each.kind].append(each)
    return [
        {
            "id": id,
            "code": labels.get(id, f"id {id}"),
            "name": names.get(id),
            "reservations": _counts(groups[id]["reservations"]),
            "purchase_orders": _counts(groups[id]["purchase_orders"]),
            "prebooks": _counts(groups[id]["prebooks"]),
        }
        for id in sorted({*groups, *names})
    ]


def _listed(each: Owned) -> Json:
    return {
        "kind": each.kind,
        "id": each.id,
        "words": each.words,
        "owner": each.owner.value,
        "project": each.project or None,
        "customer_id": each.customer_id,
        "boxes": each.boxes,
    }
