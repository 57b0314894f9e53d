"""What a watch remembers of Komet's answers, how old each may become, and what makes it stale before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.kinds.row import Row, row_of
from reconciler.komet.methods import method_named
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json, canonical_bytes

SHOP, STOCK, MARKET = "ecommerce/inventory.list", "inventory.list", "inventory.openmarket.list"
CUSTOMERS, DETAILS, SHIP_TOS = "customer.list", "customer.details.get", "customer.shipto.list"
ORDERS, PREBOOKS = "purchase.order.list", "prebook.details.list"

NOW, SOON, LATER, MUCH_LATER = (
    timedelta(0),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=4),
)
CHANGES = SOON
"""How often it is asked which prebooks have changed."""
NEAR = timedelta(days=3)
"""Orders that ship so soon are read more often."""
HEARD = (PREBOOKS, SHIP_TOS)
"""Of these Komet tells what has changed since some time."""
OVERLAP = timedelta(minutes=10)
"""So much earlier than the last time it is asked what has changed, since clocks differ."""
SPAN = (timedelta(days=-7), timedelta(days=170))
"""The vendor's ship dates, from today, between which changed prebooks are asked for: six months (§1.5)."""

Key = tuple[str, bytes]
"""A query as it is remembered: the method, and its parameters in canonical form."""


class Remembered(Struct, frozen=True, dict=True):
    """An answer, and when Komet gave it."""

    query: Query
    answer: Answer
    at: datetime

    @property
    def location(self) -> Json:
        """The location that it is about; None for all."""
        return self.query.params.get("locationId")

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, object]]:
        """Its rows by what tells them apart."""
        return {_name_of(row): row.members for row in _rows(self.answer)}


class Answers(Struct, frozen=True):
    """Every answer that may serve again.

    `heard_at` is by method until when changes are known, from the first answer on; `deaf` are the methods of
    which Komet does not answer what has changed, which is found out by asking.
    """

    by_query: Mapping[Key, Remembered] = field(default_factory=dict)
    heard_at: Mapping[str, datetime] = field(default_factory=dict)
    deaf: frozenset[str] = frozenset()

    def limit(self, query: Query, today: date) -> timedelta:
        """How old the answer to `query` may be when it serves again; NOW for what is always asked."""
        match query.method:
            case "inventory.list" | "inventory.openmarket.list" | "customer.list":
                return LATER
            case "purchase.order.list" if "date" in query.params:
                ships = date.fromisoformat(str(query.params["date"]))
                return SOON if today <= ships <= today + NEAR else LATER
            case "purchase.order.list" if "number" in query.params:
                return LATER
            case "prebook.details.list" | "customer.shipto.list":
                return LATER if query.method in self.deaf else MUCH_LATER
            case "customer.details.get":
                return MUCH_LATER
            case _:
                return NOW

    def is_due(self, query: Query, now: datetime, today: date) -> bool:
        """Whether `query` is to be asked: it never was, or its answer is too old."""
        before = self.by_query.get(key_of(query))
        limit = self.limit(query, today)
        return before is None or limit == NOW or now - before.at > limit

    def with_answer(self, query: Query, answer: Answer, at: datetime, fresh: Collection[Key]) -> Answers:
        """With the answer to `query`, and without what it shows to be out of date, unless that is `fresh`."""
        latest = Remembered(query, answer, at)
        stale = _stale_after(self, latest) - set(fresh)
        kept = {key: each for key, each in self.by_query.items() if key not in stale}
        heard_at = {query.method: at, **self.heard_at} if query.method in HEARD else self.heard_at
        return replace(self, by_query={**kept, key_of(query): latest}, heard_at=heard_at)

    def with_changes(self, answer: Answer, at: datetime) -> Answers:
        """With what has changed up to `at`; where Komet does not tell, that it does not."""
        if answer.is_refusal:
            return replace(self, deaf=self.deaf | {answer.method})
        changes = Remembered(Query(answer.method), answer, at)
        stale = {*_contradicted(self, changes), *_where_they_are(self, changes)}
        kept = {key: each for key, each in self.by_query.items() if key not in stale}
        return replace(self, by_query=kept, heard_at={**self.heard_at, answer.method: at})

    def only(self, keys: Collection[Key]) -> Answers:
        """Without what is not asked for any more."""
        return replace(self, by_query={key: each for key, each in self.by_query.items() if key in keys})


def key_of(query: Query) -> Key:
    """Equal for equal questions."""
    return query.method, canonical_bytes(dict(query.params))


def changes_queries(known: Answers, queries: Iterable[Query], now: datetime, today: date) -> list[Query]:
    """What asks for changes, where one of `queries` would be answered from memory.

    The lists of changes hide what was deleted; that of prebooks goes by vendors' ship dates, so it may be
    silent about a prebook that has none, and that of ship-tos does not say whose a new one is. All this is
    seen when the lists themselves are read again (Komet API §1.6, §3.1, §7.5).
    """
    from_memory = {each.method for each in queries if not known.is_due(each, now, today)}
    return [
        _changes(method, known.heard_at[method] - OVERLAP, today)
        for method in HEARD
        if method in from_memory - known.deaf and now - known.heard_at[method] > CHANGES
    ]


def _changes(method: str, since: datetime, today: date) -> Query:
    if method == SHIP_TOS:
        return Query(method, {"updateAsOf": since.date().isoformat()}, may_be_refused=True)
    first, last = (today + each for each in SPAN)
    params: dict[str, Json] = {
        "vendorShipDateFrom": first.isoformat(),
        "vendorShipDateTo": last.isoformat(),
        "updatedAsOf": f"{since:%Y-%m-%d %H:%M:%S}",
    }
    return Query(method, params, may_be_refused=True)


def _stale_after(known: Answers, latest: Remembered) -> set[Key]:
    """What the latest answer shows to be out of date."""
    match latest.query.method:
        case "ecommerce/inventory.list":
            lines = {id for name in _changed(known, latest) for id in name.split(",")}
            return set(_stock_with(known, lines)) if lines else set()
        case "customer.list":
            return set(_of_customers(known, set(_changed(known, latest))))
        case "purchase.order.list" | "prebook.details.list":
            return set(_contradicted(known, latest))
        case _:
            return set()


def _changed(known: Answers, latest: Remembered) -> Iterator[str]:
    """The names of rows that came, went, or say something else than the last time."""
    before = known.by_query.get(key_of(latest.query))
    if before is not None:
        for name in before.rows.keys() | latest.rows.keys():
            if before.rows.get(name) != latest.rows.get(name):
                yield name


def _stock_with(known: Answers, ids: set[str]) -> Iterator[Key]:
    """The lists of the locations where these lines are; of all locations where one is in no list."""
    lists = [each for each in known.by_query.values() if each.query.method in (STOCK, MARKET)]
    here = {each.location for each in lists if each.query.method == STOCK and not ids.isdisjoint(each.rows)}
    seen = {id for each in lists if each.query.method == STOCK for id in each.rows}
    for each in lists:
        if each.location in here or not seen.issuperset(ids):
            yield key_of(each.query)


def _of_customers(known: Answers, ids: Collection[str]) -> Iterator[Key]:
    """What was read of these customers one by one."""
    for key, each in known.by_query.items():
        if each.query.method in (DETAILS, SHIP_TOS) and str(each.query.params.get("customerId")) in ids:
            yield key


def _contradicted(known: Answers, latest: Remembered) -> Iterator[Key]:
    """The other answers that show one of its rows otherwise: it was changed, or moved to another date."""
    for key, each in known.by_query.items():
        if each.query.method == latest.query.method and key != key_of(latest.query):
            shared = each.rows.keys() & latest.rows.keys()
            if any(each.rows[name] != latest.rows[name] for name in shared):
                yield key


def _where_they_are(known: Answers, changes: Remembered) -> Iterator[Key]:
    """The truck dates on which changed prebooks stand now, where they were not known to."""
    for name, row in changes.rows.items():
        here = known.by_query.get(key_of(Query(PREBOOKS, {"date": str(row.get("truckDate"))})))
        if here is not None and name not in here.rows:
            yield key_of(here.query)


def _rows(answer: Answer) -> Iterator[Row]:
    return row_of(answer).rows(method_named(answer.method).payload[0])


def _name_of(row: Row) -> str:
    """What tells a row from others of its list: an id, and in a customer's own list the ids of its lines."""
    return next((text for key in _IDS if (text := row.text(key))), "")


_IDS = ("id", "orderItemId", "inventoryId", "inventoryLineIds")
