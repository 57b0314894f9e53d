"""verify: every reservation and purchase order looked at with the eyes of the customer it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.errors import AccessError, ConfigurationError, UsageError
from reconciler.kinds.kind import LiveIds, Scope
from reconciler.kinds.orders.matching import is_settled
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.project import TokenSource
from reconciler.model.resource import Applied, Binding, ResolvedResource, Sought
from reconciler.model.step import OpenStep
from reconciler.verify.acceptance import Acceptance
from reconciler.verify.account import Account, expected_calls, read_customers, read_wanted
from reconciler.verify.cases import order_items, stock_of
from reconciler.verify.diagnosis import ask_more, calls_of, questions_for
from reconciler.verify.finding import Calls, CauseName, Finding, Unverifiable, Verification
from reconciler.verify.orders import RHYTHM, OrderItem, judge_item
from reconciler.verify.shelf import Place
from reconciler.verify.shop import Shop
from reconciler.verify.shops import read_shops
from reconciler.verify.stock import Stock, judge_stock

ROUNDS = 4
"""How often --wait looks at most: three times five minutes are enough for anything to be synchronised."""


class Work(Struct, frozen=True):
    """What verify works with.

    `open_shop` opens a connection with a customer's own token and raises `AccessError` where there is none.
    `announce` is told how many calls come next, before they are made, and what for. `acceptance` and
    `open_steps` are what the state knows. `now` is the account's clock. `predicted` are calls that were
    announced and made before.
    """

    resolved: Mapping[Address, ResolvedResource]
    bindings: Mapping[Address, Binding]
    applied: Mapping[Address, Applied]
    scope: Scope
    tokens: Mapping[str, TokenSource]
    acceptance: Mapping[Address, Acceptance]
    open_steps: Sequence[OpenStep]
    port: KometPort
    open_shop: Callable[[TokenSource], KometPort]
    now: Callable[[], datetime]
    announce: Callable[[int, str], None] = lambda calls, what: None
    predicted: int = 0


class _Counting(Struct):
    """The calls as announced and as made, over all connections."""

    work: Work
    ports: dict[str, KometPort] = field(default_factory=dict)
    predicted: int = 0
    diagnosis: int = 0

    def announce(self, calls: int, what: str) -> None:
        if calls:
            self.predicted += calls
            self.work.announce(calls, what)

    def made(self, before: int) -> int:
        ports = [self.work.port, *self.ports.values()]
        return sum(port.calls_made for port in ports) - before


def verify_visibility(
    work: Work,
    patterns: Sequence[str] = (),
    *,
    wait: Callable[[float], None] | None = None,
) -> Verification:
    """What each customer's own token sees of what is kept for it.

    `patterns` are addresses in which `*` stands for anything; `UsageError` for one that names nothing. With
    `wait` it is called with seconds while something is too fresh to judge, and all is looked at again.
    """
    before = work.port.calls_made - work.predicted
    chosen = _chosen(work, patterns)
    counting = _Counting(work, predicted=work.predicted)
    unverifiable = [*_without_token(work, chosen), *_open_shops(work, chosen, counting)]
    mine = [each for each in chosen if _customer(work, each) in counting.ports]
    settled = [each for each in mine if _is_settled(work, each)]
    asked = [each for each in mine if each not in settled]
    rounds = 0
    while True:
        rounds += 1
        findings, missing, shipped = _look(work, asked, counting) if asked else ((), (), ())
        seconds = _seconds_to_wait(findings, work)
        if wait is None or seconds is None or rounds == ROUNDS:
            break
        wait(seconds)
    return Verification(
        findings=findings,
        unverifiable=tuple(sorted([*unverifiable, *missing], key=lambda each: each.customer)),
        settled=tuple(sorted({*settled, *shipped})),
        calls=Calls(counting.predicted, counting.made(before), counting.diagnosis),
        rounds=rounds,
    )


def _look(
    work: Work, asked: Sequence[Address], counting: _Counting
) -> tuple[tuple[Finding, ...], tuple[Unverifiable, ...], tuple[Address, ...]]:
    """One round: read, judge, and ask more about what is not seen."""
    sought = _sought(work, asked)
    places = {each: _place(work, each) for each in asked}
    shops = sorted(set(places.values()), key=lambda place: place.rank)
    count = expected_calls(sought, work.scope) + len(shops)
    counting.announce(count, "to read what is kept for whom, and what its customer sees")
    customers = read_customers(sought, work.port, work.scope)
    scope = replace(work.scope, ids=customers)
    known = [place for place in shops if _id_of(customers, place.customer) is not None]
    opened = read_shops(known, counting.ports, customers, work.now, counting.announce)
    account = read_wanted(sought, work.port, scope, work.now, counting.announce)
    if account.faults:
        raise ConfigurationError(account.faults)
    seen = [each for each in asked if places[each] in opened and each not in account.settled]
    findings = _judge(work, account, seen, places, opened)
    questions = questions_for(findings, account, places, opened, counting.ports)
    if questions:
        counting.diagnosis += calls_of(questions)
        counting.announce(calls_of(questions), "to find out why something is not seen")
        opened, account = ask_more(questions, opened, account, counting.ports, work.port, work.now)
        findings = _judge(work, account, seen, places, opened)
        if account.error is not None and _is_unexplained(findings):
            raise account.error
    missing = [each for each in asked if places[each] not in opened]
    return findings, _not_in_komet(work, missing), tuple(account.settled & set(asked))


def _judge(
    work: Work,
    account: Account,
    asked: Sequence[Address],
    places: Mapping[Address, Place],
    opened: Mapping[Place, Shop],
) -> tuple[Finding, ...]:
    return tuple(
        _finding(case, opened[places[address]])
        for address in sorted(asked)
        for case in _cases(work, account, address)
    )


def _finding(case: OrderItem | Stock, shop: Shop) -> Finding:
    return judge_item(case, shop) if isinstance(case, OrderItem) else judge_stock(case, shop)


def _cases(work: Work, account: Account, address: Address) -> Sequence[OrderItem | Stock]:
    resolved, applied = work.resolved[address], work.applied.get(address)
    acceptance = work.acceptance.get(address)
    steps = [each for each in work.open_steps if each.address == address]
    if address.kind == "reservations":
        binding = work.bindings.get(address)
        return [stock_of(resolved, applied, binding, account, acceptance, steps)]
    return order_items(resolved, applied, account, acceptance, steps)


def _is_unexplained(findings: Sequence[Finding]) -> bool:
    """Whether the stock could not be read and no token explains why."""
    explained = {CauseName.NO_TRANSACTIONAL_ACCESS, CauseName.OTHER_TOKEN, CauseName.TOKEN_REFUSED}
    stock = [each for each in findings if each.address.kind == "reservations"]
    return any(not {cause.name for cause in each.causes} & explained for each in stock)


def _seconds_to_wait(findings: Sequence[Finding], work: Work) -> float | None:
    """Until the freshest change is one round of BloomNet's old; None when nothing is too fresh."""
    ages = [
        work.now() - changed
        for each in findings
        for cause in each.causes
        if cause.name is CauseName.NOT_SYNCHRONISED
        and (changed := work.acceptance[each.address].changed_at) is not None
    ]
    return max((RHYTHM - age).total_seconds() for age in ages) + 1 if ages else None


def _chosen(work: Work, patterns: Sequence[str]) -> list[Address]:
    known = [each for each in sorted(work.resolved) if each.kind in ("reservations", "purchase_orders")]
    for pattern in patterns:
        if not any(fnmatchcase(str(each), pattern) for each in known):
            raise UsageError(f"{pattern!r} names no reservation and no purchase order of the configuration")
    if not patterns:
        return known
    return [each for each in known if any(fnmatchcase(str(each), pattern) for pattern in patterns)]


def _customer(work: Work, address: Address) -> str:
    return str(work.resolved[address].attributes["customer"])


def _without_token(work: Work, chosen: Sequence[Address]) -> list[Unverifiable]:
    by_customer: dict[str, list[Address]] = {}
    for each in chosen:
        if _customer(work, each) not in work.tokens:
            by_customer.setdefault(_customer(work, each), []).append(each)
    return [
        Unverifiable(
            name,
            "it has no token in the configuration",
            "in Komet, Setup > Settings > Integrations > Tokens > New Token makes one of type Customer with "
            f"ecommerce/inventory.list; then write token: {{env: NAME}} under customers.{name}",
            tuple(addresses),
        )
        for name, addresses in sorted(by_customer.items())
    ]


def _open_shops(work: Work, chosen: Sequence[Address], counting: _Counting) -> list[Unverifiable]:
    faults: list[Unverifiable] = []
    for name in sorted({_customer(work, each) for each in chosen} & set(work.tokens)):
        try:
            counting.ports[name] = work.open_shop(work.tokens[name])
        except AccessError as error:
            theirs = tuple(each for each in chosen if _customer(work, each) == name)
            remedy = f"put the token of customers.{name} into the {work.tokens[name]}"
            faults.append(Unverifiable(name, str(error), remedy, theirs, is_fault=True))
    return faults


def _not_in_komet(work: Work, missing: Sequence[Address]) -> tuple[Unverifiable, ...]:
    names = sorted({_customer(work, each) for each in missing})
    return tuple(
        Unverifiable(
            name,
            "it is not in Komet yet",
            "plan and apply",
            tuple(each for each in missing if _customer(work, each) == name),
        )
        for name in names
    )


def _is_settled(work: Work, address: Address) -> bool:
    sought = Sought(address, work.resolved[address], work.bindings.get(address))
    return address.kind == "purchase_orders" and is_settled(sought, work.scope.today)


def _place(work: Work, address: Address) -> Place:
    location = work.resolved[address].attributes["location_id"]
    return Place(_customer(work, address), location if isinstance(location, int) else None)


def _sought(work: Work, asked: Sequence[Address]) -> dict[str, list[Sought]]:
    """What is to be read by kind: the customers, the orders, and all reservations at the same locations,
    since they share the stock."""
    locations = {
        work.resolved[each].attributes["location_id"] for each in asked if each.kind == "reservations"
    }
    chosen = {each for each in asked if each.kind == "purchase_orders"} | {
        address
        for address, resolved in work.resolved.items()
        if address.kind == "reservations" and resolved.attributes["location_id"] in locations
    }
    customers = {Address("customers", _customer(work, each)) for each in chosen}
    return {
        kind: [
            Sought(each, work.resolved[each], work.bindings.get(each))
            for each in sorted(chosen | customers)
            if each.kind == kind
        ]
        for kind in REGISTRY
    }


def _id_of(customers: LiveIds, name: str) -> int | None:
    return customers.by_address.get(Address("customers", name))
