"""What verify reads with the Company token: whose everything is, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import AccessDenied, ReconcilerError, Refused, UnexpectedAnswer
from reconciler.kinds.kind import LiveIds, Matches, Reading, Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.drive import drive
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import LiveResource, Sought
from reconciler.verify.shelf import SHOP_LIST

WANTED = ("reservations", "purchase_orders")


class Account(Struct, frozen=True):
    """The matches of both kinds and every line of stock, as read at `read_at`.

    `error` is why the stock could not be told apart: the shop's list refused, or contradicted the open market
    (A6, A20). `held` are the held lines by location, where it was asked.
    """

    scope: Scope
    matches: Mapping[str, Matches]
    stock: tuple[LiveResource, ...]
    read_at: datetime
    error: ReconcilerError | None = None
    held: Mapping[int, frozenset[int]] | None = None

    @property
    def faults(self) -> list[Diagnostic]:
        """What makes the configuration unfit for what is live."""
        return [each for matches in self.matches.values() for each in matches.diagnostics]

    @property
    def settled(self) -> frozenset[Address]:
        """The orders that have shipped."""
        return self.matches["purchase_orders"].settled


def expected_calls(sought: Mapping[str, Sequence[Sought]], scope: Scope) -> int:
    """The calls of `read_customers` and `read_wanted`, as if every customer were in Komet."""
    ids: dict[Address, int | None] = {
        each.address: place for place, each in enumerate(sought["customers"], 1)
    }
    known = replace(scope, ids=LiveIds(ids))
    return 1 + sum(REGISTRY[name].expected_calls(sought[name], known) for name in WANTED)


def read_customers(sought: Mapping[str, Sequence[Sought]], port: KometPort, scope: Scope) -> LiveIds:
    """The ids of the customers and what Komet calls them: one call, since no attribute is compared."""
    kind = REGISTRY["customers"]
    bare = [_only_which(each) for each in sought["customers"]]
    matches = kind.match(bare, drive(kind.read(bare, scope), port), scope)
    found = {address: match.live for address, match in matches.wanted.items()}
    labels = {
        address: str(live.attributes["code"] or live.attributes["name"])
        for address, live in found.items()
        if live is not None
    }
    return LiveIds({address: live.id if live else None for address, live in found.items()}, labels)


def read_wanted(
    sought: Mapping[str, Sequence[Sought]],
    port: KometPort,
    scope: Scope,
    now: Callable[[], datetime],
    announce: Callable[[int, str], None],
) -> Account:
    """Reservations and orders by the Company token; a stock that cannot be read is no error yet.

    Calls beyond the expected ones, for what stands elsewhere, are announced before they are made.
    """
    error: ReconcilerError | None = None
    read: dict[str, tuple[LiveResource, ...]] = {}
    for name in WANTED:
        try:
            expected = REGISTRY[name].expected_calls(sought[name], scope)
            reading = _announced(REGISTRY[name].read(sought[name], scope), expected, announce)
            read[name] = drive(reading, port)
        except (AccessDenied, Refused, UnexpectedAnswer) as failure:
            if failure.method != SHOP_LIST:
                raise
            error, read[name] = failure, ()
    matches = {name: REGISTRY[name].match(sought[name], read[name], scope) for name in WANTED}
    return Account(scope, matches, read["reservations"], now(), error)


def _announced(reading: Reading, expected: int, announce: Callable[[int, str], None]) -> Reading:
    """`reading`, which is expected to ask `expected` questions."""
    left = expected
    try:
        queries = next(reading)
        while True:
            more = len(queries) - max(left, 0)
            left -= len(queries)
            if more > 0:
                announce(more, "to look where else it may stand")
            queries = reading.send((yield queries))
    except StopIteration as stop:
        found: tuple[LiveResource, ...] = stop.value
        return found


def _only_which(each: Sought) -> Sought:
    """The customer with nothing to compare: then its details are not read."""
    if each.resolved is None:
        return each
    attributes = {**each.resolved.attributes, "fields": {}, "ship_tos": {}}
    return replace(each, resolved=replace(each.resolved, attributes=attributes))
