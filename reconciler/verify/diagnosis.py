"""What is asked beside once something is not seen: the control groups that tell the causes apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import AccessDenied, Refused
from reconciler.kinds.row import row_of
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.query import Query
from reconciler.verify.account import Account
from reconciler.verify.finding import CauseName, Finding
from reconciler.verify.orders import window_end
from reconciler.verify.shelf import Place, shop_query
from reconciler.verify.shop import Shop
from reconciler.verify.shops import read_shelf

HORIZON = timedelta(days=180)
"""How far ahead prebooks are looked for: a list spans six months at most (Komet API §1.5)."""

_SETTLED_WITHOUT = frozenset(
    {
        CauseName.NOT_APPLIED,
        CauseName.OPERATOR_STEP,
        CauseName.CANCELLED,
        CauseName.WRONG_LOCATION,
        CauseName.UNCONFIRMED,
        CauseName.NOT_SYNCHRONISED,
        CauseName.SOLD,
        CauseName.ARRIVED,
        CauseName.NO_STOCK,
    }
)
"""Causes that the first reading proves; an order's wrong customer and its missing price are two more."""


class Questions(Struct, frozen=True):
    """What to ask: open rows at `places`, and those of single days; reserved rows of days beyond the shop's
    reach; the open market of future stock and the lines that are not held, by location; whose token it is,
    and who has bought ahead, by the customer's name."""

    places: tuple[Place, ...] = ()
    days: tuple[tuple[Place, str], ...] = ()
    later: tuple[tuple[Place, str], ...] = ()
    markets: tuple[int, ...] = ()
    unheld: tuple[int, ...] = ()
    tokens: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places or self.later)


def calls_of(questions: Questions) -> int:
    """How many calls they take."""
    groups = (questions.places, questions.days, questions.later, questions.markets)
    return sum(map(len, (*groups, questions.unheld, questions.tokens))) + bool(questions.buyers)


def questions_for(
    findings: Sequence[Finding],
    account: Account,
    places: Mapping[Address, Place],
    shops: Mapping[Place, Shop],
    ports: Mapping[str, KometPort],
) -> Questions:
    """As few as tell the causes apart; none when everything is seen or explained."""
    open_ones = [each for each in findings if not each.is_visible and not _is_explained(each)]
    where = sorted({places[each.address] for each in open_ones}, key=lambda place: place.rank)
    orders = [each for each in open_ones if each.address.kind == "purchase_orders"]
    stock = [each for each in open_ones if each.address.kind == "reservations"]
    ships = {(places[each.address], _ship_date(account, each)) for each in orders}
    end, today = window_end(date.fromisoformat(account.scope.today)).isoformat(), account.scope.today
    ranked = sorted(ships, key=lambda pair: (pair[0].rank, pair[1]))
    near = {place: day for place, day in ranked if today < day <= end}
    later = [(place, day) for place, day in ranked if day > end]
    blind = {place.customer for place in where if not _sees_anything(place.customer, shops)}
    return Questions(
        places=tuple(where),
        days=tuple(near.items()),
        later=tuple(later),
        markets=_locations(places[each.address] for each in orders),
        unheld=_locations(places[each.address] for each in stock) if account.error is None else (),
        tokens=tuple(sorted(blind)),
        buyers=tuple(sorted({places[each.address].customer for each in orders if not each.seen})),
    )


def ask_more(
    questions: Questions,
    shops: Mapping[Place, Shop],
    account: Account,
    ports: Mapping[str, KometPort],
    port: KometPort,
    now: Callable[[], datetime],
) -> tuple[dict[Place, Shop], Account]:
    """The shops and the account with the answers."""
    strange = {
        name: _is_strange(ports[name], next(shop for place, shop in shops.items() if place.customer == name))
        for name in questions.tokens
    }
    buying = _who_buys(port, account.scope.today) if questions.buyers else None
    end = window_end(date.fromisoformat(account.scope.today)).isoformat()
    markets = {location: _market(port, location, account.scope.today, end) for location in questions.markets}
    found = dict(shops)
    for place in questions.places:
        shop, eyes = shops[place], ports[place.customer]
        days = [day for where, day in questions.days if where == place]
        later = [day for where, day in questions.later if where == place]
        found[place] = replace(
            shop,
            control=read_shelf(eyes, shop_query(shop.customer_id, place, reserved=False), now),
            open_on={
                day: read_shelf(eyes, shop_query(shop.customer_id, place, reserved=False, day=day), now)
                for day in days
            },
            reserved_on={
                day: read_shelf(eyes, shop_query(shop.customer_id, place, reserved=True, day=day), now)
                for day in later
            },
            market=markets.get(place.location_id or 0),
            is_strange=strange.get(place.customer),
            has_bought=None if buying is None else shop.customer_id in buying,
        )
    held = {location: _held(port, location, account) for location in questions.unheld}
    return found, replace(account, held=held)


def _is_explained(finding: Finding) -> bool:
    names = {cause.name for cause in finding.causes}
    proved = set(_SETTLED_WITHOUT)
    if finding.address.kind == "purchase_orders":
        proved.add(CauseName.WRONG_CUSTOMER)
    if len(names) == 1:
        proved.add(CauseName.NO_PRICE)
    return names <= proved and not (len(names) > 1 and CauseName.SOLD in names)


def _ship_date(account: Account, finding: Finding) -> str:
    live = account.matches["purchase_orders"].wanted[finding.address].live
    return str(live.attributes["ship_date"]) if live else account.scope.today


def _sees_anything(customer: str, shops: Mapping[Place, Shop]) -> bool:
    return any(shop.shelf.rows for place, shop in shops.items() if place.customer == customer)


def _locations(places: Iterable[Place]) -> tuple[int, ...]:
    return tuple(sorted({place.location_id or 0 for place in places}))


def _is_strange(port: KometPort, shop: Shop) -> bool | None:
    """Whether Komet denies this token the very customer that it should belong to (A37)."""
    try:
        (answer,) = port.ask([Query("customer.details.get", {"customerId": shop.customer_id})])
    except AccessDenied as denied:
        return True if "another customer" in denied.message.lower() else None
    except Refused:
        return True
    row = row_of(answer).row("customer")
    id = row.integer("id") if row else None
    return id is not None and id != shop.customer_id


def _who_buys(port: KometPort, today: str) -> frozenset[int] | None:
    """The customers that have prebooks: what is bought of future boxes is one (Komet API §8, Q21). None where
    Komet does not say (A32)."""
    last = (date.fromisoformat(today) + HORIZON).isoformat()
    try:
        (answer,) = port.ask([Query("prebook.list", {"dateFrom": today, "dateTo": last})])
    except (AccessDenied, Refused):
        return None
    ids = [row.integer("customerId") for row in row_of(answer).rows("prebooks")]
    return None if None in ids else frozenset(id for id in ids if id is not None)


def _market(port: KometPort, location: int, first: str, last: str) -> frozenset[int] | None:
    """The products of the Future Sales customer's lines at a location (A33); None where it is refused."""
    params: dict[str, str | int] = {"dateFrom": first, "dateTo": last}
    if location:
        params["locationId"] = location
    try:
        (answer,) = port.ask([Query("future.inventory.openmarket.list", params)])
    except (AccessDenied, Refused):
        return None
    return frozenset(row.required("companyProductId") for row in row_of(answer).rows("inventoryItems"))


def _held(port: KometPort, location: int, account: Account) -> frozenset[int]:
    """The lines of a location that inventory.list leaves out without the held ones (Komet API §4.4)."""
    params: dict[str, str | int] = {"inventoryType": "all", "locationId": location, "excludeHeldItems": 1}
    (answer,) = port.ask([Query("inventory.list", params)])
    unheld = {row.required("orderItemId") for row in row_of(answer).rows("inventoryItems")}
    here = {line.id for line in account.stock if line.attributes["location_id"] == location}
    return frozenset(here - unheld)
