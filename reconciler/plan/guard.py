"""Guards judge a plan before anybody can apply it, and name themselves, the limit and the figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec import Struct, field

from reconciler.errors import UsageError
from reconciler.kinds.prebooks.overdraft import overdrafts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, ReservedBoxes
from reconciler.model.plan import GuardVerdict, Verdict
from reconciler.model.project import GuardSettings
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json

SHARE_COUNTS_FROM = 10
"""A share of fewer managed resources says nothing: there `max_deletes` and `empty` guard alone."""


class Judged(Struct, frozen=True):
    """What guards look at. `managed` counts per kind what was ours before the plan, `wanted` what will be.

    `files` are those of the configuration in which something is written, None where that is not known;
    `known` are all addresses that there are, `resolved` is all that is wanted, `numbers` those of orders.
    """

    changes: Sequence[Change]
    managed: Mapping[str, int]
    wanted: Mapping[str, int]
    today: date
    settings: GuardSettings
    files: frozenset[str] | None = None
    known: frozenset[Address] | None = None
    resolved: Mapping[Address, ResolvedResource] = field(default_factory=dict)
    numbers: Mapping[Address, str | None] = field(default_factory=dict)


class Objection(Struct, frozen=True):
    """Why a guard refuses: the figure and the limit, and the address where it is about one resource."""

    detail: str
    address: Address | None = None


Guard = Callable[[Judged], Iterator[Objection]]


def judge_plan(judged: Judged, allowed: Collection[str]) -> tuple[GuardVerdict, ...]:
    """What every guard says, in the order of their names. `allowed` holds `NAME` or `NAME:ADDRESS` each.

    An argument that names no guard, or an address to a guard that takes none, is a `UsageError`.
    """
    for argument in allowed:
        raise_if_unusable(argument)
        _raise_if_unknown(argument, judged.known)
    verdicts: list[GuardVerdict] = []
    for name in sorted(GUARDS):
        objections = list(GUARDS[name](judged))
        if not objections:
            verdicts.append(GuardVerdict(name, Verdict.PASSED))
        for objection in objections:
            flag = f"{name}:{objection.address}" if name in BY_ADDRESS else name
            verdict = Verdict.ALLOWED if flag in allowed else Verdict.REFUSED
            verdicts.append(GuardVerdict(name, verdict, objection.detail, flag))
    return tuple(verdicts)


def raise_if_unusable(argument: str) -> None:
    """`UsageError` when `argument` is nothing that `--allow` takes."""
    name, colon, address = argument.partition(":")
    if name not in GUARDS:
        raise UsageError(
            f"--allow {argument}: no guard is called {name!r}; there are {', '.join(sorted(GUARDS))}"
        )
    if name in BY_ADDRESS and not colon:
        raise UsageError(f"--allow {argument}: {name} is allowed for one address: --allow {name}:ADDRESS")
    if name not in BY_ADDRESS and colon:
        raise UsageError(f"--allow {argument}: {name} takes no address")
    if colon:
        try:
            Address.parse(address)
        except ValueError as error:
            raise UsageError(f"--allow {argument}: {error}") from None


def _raise_if_unknown(argument: str, known: frozenset[Address] | None) -> None:
    _, colon, address = argument.partition(":")
    if colon and known is not None and Address.parse(address) not in known:
        raise UsageError(f"--allow {argument}: {address} is no address of the configuration or of the state")


def _max_deletes(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.max_deletes
    count = sum(change.action is Action.DELETE for change in judged.changes)
    if limit is not None and count > limit:
        yield Objection(f"{count} deletes, {limit} are allowed")


def _max_delete_share(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.max_delete_share
    if limit is None:
        return
    deletes = Counter(change.address.kind for change in judged.changes if change.action is Action.DELETE)
    for kind, count in sorted(deletes.items()):
        managed = judged.managed.get(kind, 0)
        if managed >= SHARE_COUNTS_FROM and Decimal(count) / managed > limit:
            yield Objection(f"{count} of {managed} {kind} would be deleted, {_percent(limit)} are allowed")


def _empty(judged: Judged) -> Iterator[Objection]:
    deletes = Counter(change.address.kind for change in judged.changes if change.action is Action.DELETE)
    for kind, count in sorted(deletes.items()):
        if not judged.wanted.get(kind) and judged.managed.get(kind, 0) > 1:
            yield Objection(f"all {count} {kind} would be deleted and none is left")


def _max_changes(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.max_changes
    if limit is not None and len(judged.changes) > limit:
        yield Objection(f"{len(judged.changes)} changes, {limit} are allowed")


def _max_commitment(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.max_commitment
    total = sum((Decimal(change.commitment) for change in judged.changes), Decimal(0))
    if limit is not None and total > limit:
        yield Objection(f"{total:,.2f} would be committed, {limit:,.2f} are allowed")


def _max_price_change(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.max_price_change
    if limit is None:
        return
    for change in judged.changes:
        for path, before, after in _price_changes(change):
            share = abs(after - before) / before if before else Decimal(1)
            if share > limit:
                yield Objection(
                    f"{change.address} {path}: {_money(before)} → {_money(after)} moves it by "
                    f"{_percent(share)}, {_percent(limit)} are allowed",
                    change.address,
                )


def _max_reserved_share(judged: Judged) -> Iterator[Objection]:
    """What would stand reserved over reserved and open boxes, for each product and location."""
    limit = judged.settings.max_reserved_share
    stocks: dict[str, list[ReservedBoxes]] = defaultdict(list)
    for change in judged.changes:
        for boxes in change.reserved:
            stocks[boxes.stock].append(boxes)
    for stock, parts in sorted(stocks.items()):
        gained = sum(part.gained + part.arriving for part in parts)
        reserved = parts[0].reserved + gained
        total = parts[0].total + sum(part.arriving for part in parts)
        if limit is not None and gained > 0 and Decimal(reserved) > limit * total:
            yield Objection(
                f"{reserved} of {total} boxes of {stock} would stand reserved, {_percent(limit)} are allowed"
            )


def _min_margin(judged: Judged) -> Iterator[Objection]:
    limit = judged.settings.min_margin
    if limit is None:
        return
    for change in judged.changes:
        for name, price, cost in _priced_items(change):
            if price <= 0 or (price - cost) / price < limit:
                margin = _percent((price - cost) / price) if price > 0 else "no margin"
                yield Objection(
                    f"{change.address} items.{name}: price {_money(price)}, cost {_money(cost)}: "
                    f"{margin}, at least {_percent(limit)} is wanted",
                    change.address,
                )


def _protected(judged: Judged) -> Iterator[Objection]:
    for change in judged.changes:
        if change.action in (Action.DELETE, Action.REPLACE) and change.policy.get("protected") is True:
            yield Objection(f"{change.address} is protected and would be {change.action}d", change.address)


def _freeze(judged: Judged) -> Iterator[Objection]:
    for window in judged.settings.freeze:
        if judged.changes and window.first <= judged.today <= window.last:
            yield Objection(f"nothing is changed from {window.first} to {window.last}: {window.reason}")


def _lost_file(judged: Judged) -> Iterator[Objection]:
    """What goes because nothing is written in its file any more: more often a mishap than a wish."""
    if judged.files is None:
        return
    lost = Counter(
        change.origin.file
        for change in judged.changes
        if change.wanted is None and change.origin is not None and change.origin.file not in judged.files
    )
    for file, count in sorted(lost.items()):
        yield Objection(f"nothing is written in {file} any more, and {count} of its resources would go")


def _oversold(judged: Judged) -> Iterator[Objection]:
    """Prebooks that draw more boxes of a purchase order than it has and others leave (Komet API A28)."""
    selling = {change.address for change in judged.changes if change.sale is not None}
    for draw in overdrafts(selling, judged.resolved, judged.numbers):
        taken = f", {draw.others} of them drawn by others" if draw.others else ""
        yield Objection(
            f"{draw.prebook} items.{draw.item} draws {draw.boxes} boxes of {draw.order}, which has "
            f"{draw.has} of that pack{taken}",
            draw.prebook,
        )


def _past_date(judged: Judged) -> Iterator[Objection]:
    for change in judged.changes:
        if change.action in (Action.CREATE, Action.REPLACE) and change.wanted is not None:
            day = change.wanted.get("ship_date")
            if isinstance(day, str) and day < judged.today.isoformat():
                yield Objection(f"{change.address} is new and its ship date {day} has passed", change.address)


def _confirmed(judged: Judged) -> Iterator[Objection]:
    for change in judged.changes:
        if change.endangered:
            yield Objection(f"{change.address} would remove {'; '.join(change.endangered)}", change.address)


GUARDS: Mapping[str, Guard] = {
    "confirmed": _confirmed,
    "empty": _empty,
    "freeze": _freeze,
    "lost_file": _lost_file,
    "max_changes": _max_changes,
    "max_commitment": _max_commitment,
    "max_delete_share": _max_delete_share,
    "max_deletes": _max_deletes,
    "max_price_change": _max_price_change,
    "max_reserved_share": _max_reserved_share,
    "min_margin": _min_margin,
    "oversold": _oversold,
    "past_date": _past_date,
    "protected": _protected,
}
"""Every guard by its name, which is its `--allow` argument too."""

BY_ADDRESS = frozenset({"confirmed", "oversold", "past_date", "protected"})
"""Guards that are allowed for one address only: `--allow NAME:ADDRESS`."""


def is_protected(address: Address, settings: GuardSettings) -> bool:
    """Whether `address` matches one of the protected patterns."""
    return any(fnmatchcase(str(address), pattern) for pattern in settings.protected)


def _price_changes(change: Change) -> Iterator[tuple[str, Decimal, Decimal]]:
    for attribute in change.attributes:
        before, after = attribute.before, attribute.after
        if attribute.path[-1] == "price" and isinstance(before, str) and isinstance(after, str):
            yield ".".join(str(part) for part in attribute.path), Decimal(before), Decimal(after)


def _priced_items(change: Change) -> Iterator[tuple[str, Decimal, Decimal]]:
    items = change.wanted.get("items") if change.wanted else None
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("content"), dict):
            continue
        price, cost = item.get("price"), item.get("cost", _member(item["content"], "cost"))
        if price is not None and cost is not None:
            yield str(item["name"]), Decimal(str(price)), Decimal(str(cost))


def _member(value: Json, key: str) -> Json:
    return value.get(key) if isinstance(value, dict) else None


def _money(amount: Decimal) -> str:
    """With two decimals, or as many as it has."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount}"


def _percent(share: Decimal) -> str:
    return f"{share * 100:.0f} %"
