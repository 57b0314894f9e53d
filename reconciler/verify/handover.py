"""What BloomNet's team needs to buy from a customer's stock, and to route its orders to shops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from reconciler.kinds.customers.fields import wanted_customer
from reconciler.kinds.kind import Match, Scope
from reconciler.model.address import Address
from reconciler.model.project import TokenSource
from reconciler.model.resource import DesiredResource, LiveResource, ResolvedResource
from reconciler.model.value import Json, Value


class Token(Struct, frozen=True):
    """One token: whose, where it is configured, whether it is there, and what must be ticked for it."""

    type: str
    where: str
    is_configured: bool
    methods: tuple[str, ...]


class Route(Struct, frozen=True):
    """Which Komet customer, ship-to and carrier an order for a shop goes to; None is not in Komet."""

    shop_code: str
    resource: str
    customer_code: str
    customer_id: int | None
    ship_to_name: str | None
    ship_to_id: int | None
    carrier: str | None


def routes_of(
    name: str,
    desired: DesiredResource,
    resolved: ResolvedResource,
    match: Match,
    scope: Scope,
) -> list[Route]:
    """The customer's own shop code, then those of its ship-tos; what has no shop code is not routed to."""
    live, written = match.live, desired.attributes
    code = str(live.attributes["code"] if live else wanted_customer(resolved.attributes).code or "")
    id = live.id if live else None
    routes: list[Route] = []
    own = _shop_code(written.get("bloomnet"))
    if own:
        routes.append(Route(own, f"customers.{name}", code, id, None, None, None))
    ship_tos = written.get("ship_to")
    for ship_to, each in sorted(ship_tos.items()) if isinstance(ship_tos, Mapping) else ():
        shop = _shop_code(each)
        if shop and isinstance(each, Mapping):
            title = str(each.get("name") or ship_to)
            row = _live_ship_to(live, title)
            carrier = _carrier(row, each, scope)
            found = row.get("id") if row else None
            ship_to_id = found if isinstance(found, int) else None
            routes.append(Route(shop, f"customers.{name}.{ship_to}", code, id, title, ship_to_id, carrier))
    return routes


def handover_document(
    company: int,
    name: str,
    desired: DesiredResource,
    match: Match,
    tokens: Sequence[Token],
    routes: Sequence[Route],
    locations: Sequence[str],
) -> dict[str, Json]:
    """The handover as JSON. Never a token's value."""
    live = match.live
    bloomnet = desired.attributes.get("bloomnet")
    purpose = bloomnet.get("purpose") if isinstance(bloomnet, Mapping) else None
    return {
        "company": company,
        "customer": {
            "resource": str(Address("customers", name)),
            "id": live.id if live else None,
            "code": str(live.attributes["code"]) if live else None,
            "name": str(live.attributes["name"]) if live else None,
            "purpose": str(purpose) if purpose else None,
        },
        "locations": [*locations],
        "tokens": [
            {
                "type": each.type,
                "where": each.where,
                "is_configured": each.is_configured,
                "methods": [*each.methods],
            }
            for each in tokens
        ],
        "routes": [
            {
                "shop_code": each.shop_code,
                "resource": each.resource,
                "customer_code": each.customer_code,
                "customer_id": each.customer_id,
                "ship_to_name": each.ship_to_name,
                "ship_to_id": each.ship_to_id,
                "carrier": each.carrier,
            }
            for each in routes
        ],
    }


def locations_of(
    desired: DesiredResource, resolved: Mapping[Address, ResolvedResource], scope: Scope
) -> list[str]:
    """The locations that are written for the customer, and those of what is kept for it."""
    written = desired.attributes.get("locations")
    codes = (
        {str(each) for each in written}
        if isinstance(written, Sequence) and not isinstance(written, str)
        else set()
    )
    for each in resolved.values():
        id = each.attributes.get("location_id")
        if each.attributes.get("customer") == desired.address.name and isinstance(id, int):
            codes.add(scope.catalogue.label("locations", id))
    return sorted(codes)


def token_words(source: TokenSource | None) -> str:
    """Where a token is read from, in words."""
    return str(source) if source else "not in the configuration"


def _shop_code(written: Value) -> str:
    code = written.get("shop_code") if isinstance(written, Mapping) else None
    return str(code).strip() if code is not None else ""


def _live_ship_to(live: LiveResource | None, title: str) -> Mapping[str, Json] | None:
    rows = live.attributes.get("ship_tos") if live else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and str(row["name"]).casefold() == title.casefold():
            return row
    return None


def _carrier(row: Mapping[str, Json] | None, written: Mapping[str, Value], scope: Scope) -> str | None:
    """The carrier that Komet has for the ship-to, else the one that is written."""
    id = row.get("carrier_id") if row else None
    if isinstance(id, int):
        return scope.catalogue.label("carriers", id)
    carrier = written.get("carrier")
    return str(carrier) if isinstance(carrier, str) else None
