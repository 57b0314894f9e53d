"""Asking what the assumption probes need: reading calls alone, each announced before it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, field

from reconciler.errors import AccessDenied, KometError, QuotaExhausted, ReconcilerError, Unreachable
from reconciler.kinds.row import Row, row_of
from reconciler.komet.port import KometPort
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json
from reconciler.verify.heard import Heard
from reconciler.verify.orders import window_end
from reconciler.verify.probes import Judgement, judge_assumptions
from reconciler.verify.shelf import SHOP_LIST, Place, shop_query

NO_NUMBER = "NO-SUCH-ORDER"
LONGEST_NAME = 40
PAST_THE_END = 90_000


class Aim(Struct, frozen=True):
    """What the configuration speaks of: a customer by code or id, a location by code, the ship dates of its
    orders, the project's name. `own` connects with that customer's own token where there is one."""

    project: str
    today: date
    customer: str = ""
    location: str = ""
    dates: tuple[str, ...] = ()
    own: KometPort | None = None


class _Asking(Struct):
    port: KometPort
    announce: Callable[[int], None]
    answers: dict[str, Answer | ReconcilerError] = field(default_factory=dict)

    def ask(self, queries: Mapping[str, Query], port: KometPort | None = None) -> None:
        """One after the other, so that one refusal does not hide the next."""
        self.announce(len(queries))
        for name, query in queries.items():
            try:
                (self.answers[name],) = (port or self.port).ask([query])
            except (QuotaExhausted, Unreachable):
                raise
            except (AccessDenied, KometError) as error:
                self.answers[name] = error

    def rows(self, name: str, key: str) -> list[Row]:
        answer = self.answers.get(name)
        return list(row_of(answer).rows(key)) if isinstance(answer, Answer) else []


def probe_account(
    port: KometPort, aim: Aim, announce: Callable[[int], None] = lambda calls: None
) -> tuple[Judgement, ...]:
    """Every assumption held against the account. `announce` hears how many calls come next, of each batch."""
    asking = _Asking(port, announce)
    asking.ask(
        {
            "customers": Query("customer.list", {"includeInactive": "1"}),
            "locations": Query("location.list"),
        }
    )
    customers = asking.rows("customers", "customers")
    customer = _chosen(customers, aim.customer)
    location = _chosen(asking.rows("locations", "locations"), aim.location)
    middle = _middle(customers)
    asking.ask(_company_queries(aim, customer, location, middle))
    heard = Heard(asking.answers, customer, aim.today.isoformat(), aim.project, middle)
    asking.ask(_dated_queries(heard, aim, customer, location))
    if aim.own is not None and customer is not None:
        asking.ask(_own_queries(customers, customer, location), aim.own)
    return judge_assumptions(heard)


def judgements_document(judgements: Sequence[Judgement]) -> list[Json]:
    """The judgements as JSON."""
    return [
        {
            "assumption": each.number,
            "statement": each.statement,
            "found": each.found.value,
            "seen": each.seen,
            "meaning": each.meaning,
        }
        for each in judgements
    ]


def _company_queries(aim: Aim, customer: int | None, location: int | None, middle: str) -> dict[str, Query]:
    today = aim.today.isoformat()
    queries = {
        "nothing": Query("purchase.order.list", {"number": NO_NUMBER}),
        "wildcard": Query("customer.list", {"includeInactive": "1", "name": "%"}),
        "future market": Query(
            "future.inventory.openmarket.list",
            {"dateFrom": today, "dateTo": window_end(aim.today).isoformat()},
        ),
        "prebooks": Query("prebook.list", {"dateFrom": today, "dateTo": window_end(aim.today).isoformat()}),
    }
    if middle:
        queries["middle"] = Query("customer.list", {"includeInactive": "1", "name": middle})
    for day in sorted({today, *aim.dates[:2]}):
        queries[f"orders {day}"] = Query("purchase.order.list", {"date": day})
    if location is not None:
        queries |= _stock_queries(location)
    if customer is not None:
        queries |= _shop_queries(customer, location)
    return queries


def _stock_queries(location: int) -> dict[str, Query]:
    every: dict[str, Json] = {"inventoryType": "all", "locationId": location}
    return {
        "stock": Query("inventory.list", every),
        "unheld": Query("inventory.list", {**every, "excludeHeldItems": 1}),
        "market": Query("inventory.openmarket.list", {"locationId": location}),
    }


def _shop_queries(customer: int, location: int | None) -> dict[str, Query]:
    place = Place("", location)
    queries = {
        "reserved": shop_query(customer, place, reserved=True),
        "open": shop_query(customer, place, reserved=False),
    }
    if location is not None:
        queries["everywhere"] = shop_query(customer, Place("", None), reserved=True)
    one = {**queries["open"].params, "rows": 1}
    pages = {"page 0": 0, "page 1": 1, "page 2": 2, "past the end": PAST_THE_END}
    return queries | {name: Query(SHOP_LIST, {**one, "page": page}) for name, page in pages.items()}


def _dated_queries(heard: Heard, aim: Aim, customer: int | None, location: int | None) -> dict[str, Query]:
    """The shop for the day before and the day of the first confirmed order of the customer (A4)."""
    soonest = (aim.today + timedelta(days=1)).isoformat()
    found = sorted(
        (order.date("shipDate"), line.required("poItemId"))
        for order in heard.orders
        for line in order.rows("details")
        if line.integer("customerId") == customer is not None
        and line.integer("quantityConfirmed")
        and order.date("shipDate") > soonest
    )
    if not found or customer is None:
        return {}
    day, line = found[0]
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    place = Place("", location)
    return {
        f"before {line}": shop_query(customer, place, reserved=True, day=before),
        f"on {line}": shop_query(customer, place, reserved=True, day=day),
    }


def _own_queries(customers: Sequence[Row], customer: int, location: int | None) -> dict[str, Query]:
    """The same shop with the customer's own token, and another customer's (A37)."""
    place = Place("", location)
    queries = {"own": shop_query(customer, place, reserved=True)}
    others = sorted(row.required("id") for row in customers if row.required("id") != customer)
    if others:
        queries["foreign"] = shop_query(others[0], place, reserved=False)
    return queries


def _chosen(rows: Sequence[Row], word: str) -> int | None:
    """The id of the row with that code or id; the first one's where nothing is written."""
    for row in rows:
        if word and word.lower() in (row.text("code").lower(), row.text("id")):
            return row.required("id")
    return None if word or not rows else min(row.required("id") for row in rows)


def _middle(customers: Sequence[Row]) -> str:
    """A part out of a customer's name, in the other case."""
    names = sorted(row.text("name") for row in customers if 6 <= len(row.text("name")) <= LONGEST_NAME)
    plain = [name for name in names if name.isascii() and name.replace(" ", "").isalpha()]
    return plain[0][2:-1].strip().swapcase() if plain else ""
