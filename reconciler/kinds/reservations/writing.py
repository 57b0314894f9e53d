"""Reservations as a configuration writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.kinds.catalogue import ReferenceList
from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.kinds.naming import longer_names, slug
from reconciler.kinds.reservations.seeking import most_calls, seek_stock
from reconciler.kinds.reservations.sharing import age_in_days
from reconciler.kinds.reservations.standing import standing_of
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.kinds.reservations.wanted import wanted_reservation
from reconciler.kinds.writing import (
    Accepted,
    Described,
    Drifted,
    Indescribable,
    Mention,
    Quest,
    plain_code,
    product_word,
    reference,
)
from reconciler.model.resource import LiveResource
from reconciler.model.value import Value

_LONGEST_CODE = 10
_LONGEST_PRODUCT = 20


class ReservationsWriting:
    """How reservations are written: one for each customer, place, product and pack that stands reserved."""

    hidden = ()

    def calls(self, quest: Quest, scope: Scope) -> int:
        """When every customer has to be asked about at every location."""
        return most_calls(len(_locations(scope)), len(quest.customers))

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """Every line of the active locations, and whose it is."""
        return seek_stock(_locations(scope), sorted(quest.customers))

    def mentions(self, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """None: whose a line is can only be asked customer by customer (Komet API §4.5)."""
        return ()

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


def unexplained_stock(live: Sequence[LiveResource]) -> Sequence[Indescribable]:
    """The lines of which no list says whose they are, as one."""
    lines = [stock_line(each.attributes) for each in live]
    left = [line for line in lines if line.boxes and not line.is_free and line.customer_id is None]
    if not left:
        return ()
    what = f"{len(left)} stock line{'s' * (len(left) > 1)} ({sum(line.boxes for line in left):,} boxes)"
    return (Indescribable(what, "held, hidden, or kept for customers that no order here names: --customer"),)


def _locations(scope: Scope) -> list[int]:
    listed = scope.catalogue.lists.get("locations", ReferenceList()).entries
    return sorted(each.id for each in listed if each.active)


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
    place = slug(product_word(lists, first.product_id), location)
    pack = f"{first.bunches}x{first.stems}"
    return Described(longer_names(place, first.box_type, pack, first.unit, customer.name), attributes)
