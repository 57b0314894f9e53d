"""Reservations as a configuration writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.kinds.catalogue import ReferenceList
from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.kinds.naming import slug
from reconciler.kinds.reservations.reading import Places, read_stock
from reconciler.kinds.reservations.sharing import age_in_days
from reconciler.kinds.reservations.standing import standing_of
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.kinds.reservations.wanted import wanted_reservation
from reconciler.kinds.writing import (
    Accepted,
    Described,
    Drifted,
    Indescribable,
    Quest,
    plain_code,
    reference,
)
from reconciler.model.resource import LiveResource
from reconciler.model.value import Value

_LONGEST_CODE = 10
_LONGEST_PRODUCT = 20


class ReservationsWriting:
    """How reservations are written: one for each customer, place, product and pack that stands reserved."""

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """Two lists for each location, and one for each customer there."""
        locations = scope.catalogue.lists.get("locations", ReferenceList()).entries
        ids = tuple(sorted(each.id for each in locations if each.active))
        shops = tuple((location, customer) for location in ids for customer in sorted(quest.customers))
        return (yield from read_stock(Places(ids, shops)))

    def describe(
        self, live: Sequence[LiveResource], quest: Quest, scope: Scope
    ) -> Sequence[Described | Indescribable]:
        """The reserved ones of the lines `live`, gathered; the pack is written, so that none counts twice."""
        groups: dict[tuple[object, ...], list[StockLine]] = {}
        for line in sorted((stock_line(each.attributes) for each in live), key=lambda each: each.id):
            if line.customer_id is not None and line.boxes:
                pack = (line.box_type, line.unit, line.bunches, line.stems)
                groups.setdefault((line.customer_id, line.location_id, line.product_id, *pack), []).append(
                    line
                )
        unmanaged = [
            lines for lines in groups.values() if any(line.id not in quest.managed for line in lines)
        ]
        return [_described(lines, quest, scope) for lines in unmanaged]

    def accept(
        self, subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
    ) -> Accepted:
        """The boxes that stand reserved and count become the boxes that should.

        A shortage is nobody's doing, so a pattern leaves it alone: goods are sold, and steps wait to be done.
        """
        assert subject.match.live is not None and subject.resolved is not None
        wanted = wanted_reservation(subject.resolved.attributes)
        share = standing_of(subject.match.live.attributes).share
        if not (share.reserve or share.release):
            return Accepted(written)
        if not (share.release or drifted.is_named):
            text = (
                f"{share.before} of {wanted.boxes} boxes stand reserved: a shortage is accepted by name alone"
            )
            return Accepted(written, left=(text,))
        old = [
            line
            for line in share.release
            if wanted.max_age is not None and age_in_days(line, scope.today) > wanted.max_age
        ]
        counted = share.before - sum(line.boxes for line in old)
        left = [f"line {line.id} is older than {wanted.max_age} days and does not count" for line in old]
        return Accepted({**written, "boxes": counted + share.arriving}, left=tuple(left))


def _described(lines: Sequence[StockLine], quest: Quest, scope: Scope) -> Described | Indescribable:
    first, lists = lines[0], scope.catalogue
    product = lists.label("products", first.product_id)
    what = (
        f"{sum(line.boxes for line in lines)} boxes of {product} (line {', '.join(str(x.id) for x in lines)})"
    )
    customer = scope.ids.address_of("customers", first.customer_id or 0)
    location = plain_code(lists, "locations", first.location_id, _LONGEST_CODE)
    if customer is None:
        return Indescribable(what, f"the customer, id {first.customer_id}, is not in the configuration")
    if any(line.id in quest.managed for line in lines):
        return Indescribable(what, "a reservation of the configuration speaks of some of it")
    if location is None:
        return Indescribable(what, "no code stands for the location alone")
    if any(line.reference.startswith("rc:") for line in lines):
        return Indescribable(what, "some of it was added for a reservation that is in no file here")
    attributes: dict[str, Value] = {
        "customer": customer.name,
        "location": location,
        "product": reference(lists, "products", first.product_id, _LONGEST_PRODUCT),
        "box_type": first.box_type,
        "unit": first.unit,
        "bunches": first.bunches,
        "stems": first.stems,
        "boxes": sum(line.boxes for line in lines),
    }
    pack = f"{first.bunches}x{first.stems}"
    word = (
        slug(product) if not product.startswith("id ") else slug(lists.name_of("products", first.product_id))
    )
    names = (
        slug(word, location),
        slug(word, location, first.box_type),
        slug(word, location, first.box_type, pack),
        slug(word, location, first.box_type, pack, first.unit),
        slug(word, location, first.box_type, pack, first.unit, customer.name),
    )
    return Described(names, attributes)
