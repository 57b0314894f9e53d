"""The header of a prebook, and where it differs from the wanted one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.marker import COMMENTS_LIMIT, with_marker
from reconciler.kinds.prebooks.prebook import LivePrebook, WantedPrebook, wanted_prebook
from reconciler.model.address import Address
from reconciler.model.resource import Marker
from reconciler.model.step import known_after_apply
from reconciler.model.value import Json

SHIP_NAMES = "ship_names"
"""Under which a plan records what the ship-to has been called."""


class HeaderChange(Struct, frozen=True):
    """One attribute of the header before and after, in words a person knows.

    `replaces` when no call changes it in place (Komet API §9.4).
    """

    name: str
    before: str
    after: str
    replaces: bool = False


def header_changes(
    wanted: WantedPrebook, live: LivePrebook, names: frozenset[str], scope: Scope
) -> tuple[HeaderChange, ...]:
    """Where a live header is not the wanted one; only what is written counts, and what Komet shows."""
    before, after = live_labels(live, scope), wanted_labels(wanted, scope)
    customer = scope.ids.by_address.get(Address("customers", wanted.customer))
    replaced = {
        "customer": live.customer_id is not None and live.customer_id != customer,
        "location": wanted.location_id is not None and wanted.location_id != live.location_id,
        "ship_to": bool(names) and live.ship_name.casefold() not in names,
    }
    in_place = {
        "ship_date": wanted.ship_date != live.ship_date,
        "carrier": wanted.carrier_id != live.carrier_id,
        "ship_via": wanted.ship_via is not None and wanted.ship_via != live.ship_via,
        "customer_po": wanted.customer_po is not None and wanted.customer_po != live.customer_po,
        "comments": wanted.comments is not None and wanted.comments != live.comments,
    }
    return tuple(
        HeaderChange(name, before[name], after[name], name in replaced)
        for name, differs in (replaced | in_place).items()
        if differs
    )


def ship_names(wanted: WantedPrebook, former: Mapping[str, Json] | None, scope: Scope) -> frozenset[str]:
    """What the wanted ship-to is or was called in Komet, in lower case: prebooks show no id of it (§7.5).

    Empty where no name is known: a ship-to that is given by its id alone.
    """
    names: set[str] = set()
    if wanted.ship_to is not None:
        known = scope.ids.ship_tos.get((wanted.customer, wanted.ship_to))
        names |= {wanted.ship_to_title or "", known.title if known else ""}
    elif wanted.ship_to_id is not None:
        names |= {each.title for each in scope.ids.ship_tos.values() if each.id == wanted.ship_to_id}
    if former is not None and _same_ship_to(wanted, wanted_prebook(former)):
        recorded = former.get(SHIP_NAMES)
        names |= {str(name) for name in recorded} if isinstance(recorded, list) else set()
    return frozenset(name.casefold() for name in names if name)


def ship_to_sent(wanted: WantedPrebook, live: LivePrebook | None, scope: Scope) -> Json:
    """The id of the ship-to for a call: a placeholder where an apply will make it.

    Where none is written it is the one that the live prebook shows; None if nobody knows its id.
    """
    if wanted.ship_to_id is not None:
        return wanted.ship_to_id
    if wanted.ship_to is None:
        shown = live.ship_name.casefold() if live else ""
        ids = [
            each.id
            for (customer, _), each in scope.ids.ship_tos.items()
            if shown and customer == wanted.customer and each.title.casefold() == shown
        ]
        return ids[0] if len(ids) == 1 else None
    known = scope.ids.ship_tos.get((wanted.customer, wanted.ship_to))
    if known is not None:
        return known.id
    return known_after_apply(Address("customers", wanted.customer), f"ship_to:{wanted.ship_to_title}")


def wanted_labels(wanted: WantedPrebook, scope: Scope) -> dict[str, str]:
    """The wanted header in words; "" for what is not managed."""
    ship_to = wanted.ship_to_title or (f"id {wanted.ship_to_id}" if wanted.ship_to_id is not None else "")
    location = wanted.location_id
    return {
        "customer": wanted.customer,
        "ship_date": wanted.ship_date,
        "carrier": scope.catalogue.label("carriers", wanted.carrier_id),
        "location": scope.catalogue.label("locations", location) if location is not None else "",
        "ship_to": ship_to,
        "ship_via": wanted.ship_via or "",
        "customer_po": wanted.customer_po or "",
        "comments": wanted.comments or "",
    }


def live_labels(live: LivePrebook, scope: Scope) -> dict[str, str]:
    """The header that Komet shows, in words."""
    lists = scope.catalogue
    customer = ""
    if live.customer_id is not None:
        address = scope.ids.address_of("customers", live.customer_id)
        customer = address.name if address else f"id {live.customer_id}"
    return {
        "customer": customer,
        "ship_date": live.ship_date,
        "carrier": lists.label("carriers", live.carrier_id) if live.carrier_id is not None else "",
        "location": lists.label("locations", live.location_id) if live.location_id is not None else "",
        "ship_to": live.ship_name,
        "ship_via": live.ship_via,
        "customer_po": live.customer_po,
        "comments": live.comments,
    }


def own_marker(subject: Subject, scope: Scope) -> Marker:
    """The marker that the prebook of an address carries."""
    return Marker(scope.project, subject.address.name)


def marked_comments(wanted: WantedPrebook, live: LivePrebook | None, marker: Marker) -> str:
    """The comments to be sent: those that are wanted, else those that stand, with our marker (A11).

    Comments of somebody else that leave no room for the marker stay without it.
    """
    if wanted.comments is not None:
        return with_marker(wanted.comments, marker)
    standing = live.comments if live else ""
    marked = with_marker(standing, marker)
    return marked if len(marked) <= COMMENTS_LIMIT else standing


def _same_ship_to(one: WantedPrebook, other: WantedPrebook) -> bool:
    return (one.customer, one.ship_to, one.ship_to_id) == (other.customer, other.ship_to, other.ship_to_id)
