"""Reading the account for one session: the reference lists, then every kind, customers first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from reconciler import __version__
from reconciler.asking import asked_shops, read_kind, spared_customers
from reconciler.errors import ConfigurationError, UsageError
from reconciler.kinds.asked import AskedShops
from reconciler.kinds.catalogue import LISTS, Catalogue, list_from_rows, rows_from_answer
from reconciler.kinds.customers.future_sales import future_sales_faults
from reconciler.kinds.customers.view import known_ship_tos
from reconciler.kinds.kind import Kind, LiveIds, Match, Matches, Scope, ShipTo, Subject
from reconciler.kinds.orders.binding import successor_day
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.drive import drive
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import Plan
from reconciler.model.resource import (
    Applied,
    Binding,
    DesiredResource,
    LiveResource,
    ResolvedResource,
    Sought,
)
from reconciler.model.value import Json
from reconciler.plan.planner import Basis
from reconciler.session import Session
from reconciler.state.snapshots import Snapshot
from reconciler.verdicts import AGREEING, FORMAT, Verdicts, by_kind

IMPORTED = "imported"
"""The fact of a binding that `import` noted: the configuration of the address was written from that order."""

_LIST_OF = {
    "vendor": "vendors",
    "carrier": "carriers",
    "location": "locations",
    "locations": "locations",
    "product": "products",
    "box_type": "box_types",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The configuration with its codes looked up, beside what is remembered of it."""

    resolved: Mapping[Address, ResolvedResource]
    bindings: Mapping[Address, Binding]
    applied: Mapping[Address, Applied]
    scope: Scope
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class AccountReading:
    """What a plan rests on, and `live`: all that was read, by kind, also what is nobody's business here.

    `kept` are addresses that left the configuration and stay as they are.
    """

    basis: Basis
    live: Mapping[str, tuple[LiveResource, ...]]
    kept: tuple[Address, ...]


Wanting: TypeAlias = Callable[[Wanted], Mapping[Address, ResolvedResource]]
"""What is to be wanted instead of the configuration, made from it and from what is remembered."""


def read_account(
    session: Session, destroy: bool = False, wanting: Wanting | None = None, is_sparing: bool = False
) -> AccountReading:
    """The account as a plan reads it; `destroy` as if nothing were wanted, `wanting` as if that were.

    `is_sparing` does not ask a customer whose its lines are where nothing of them has changed (A40).
    `ConfigurationError` when a code is unknown, each fault with its place.
    """
    try:
        return _read_account(session, (lambda wanted: {}) if destroy else wanting, is_sparing)
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None


def look_up(session: Session) -> Wanted:
    """The configuration with its codes looked up: only reference lists are read, those that are old."""
    try:
        return _wanted(session)
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None


def read_customer(session: Session, address: Address) -> tuple[Wanted, Match, Scope]:
    """One customer as Komet has it, with its ship-tos; nothing else is read but lists that are old."""
    wanted = look_up(session)
    sought = [Sought(address, wanted.resolved[address], wanted.bindings.get(address))]
    kind = REGISTRY[address.kind]
    live = drive(kind.read(sought, wanted.scope), session.connection.port)
    matches = kind.match(sought, live, wanted.scope)
    if matches.diagnostics:
        raise ConfigurationError([located(session, each) for each in matches.diagnostics])
    return wanted, matches.wanted[address], wanted.scope


def _read_account(session: Session, wanting: Wanting | None, is_sparing: bool) -> AccountReading:
    project, port = session.configuration.project, session.connection.port
    used = session.calls_used_today
    before = port.calls_made
    made_at = session.connection.now()
    wanted = _wanted(session)
    resolved = wanted.resolved if wanting is None else wanting(wanted)
    before_reading = replace(wanted.scope, asked_shops=asked_shops(session) if is_sparing else AskedShops())
    verdicts = wanted.verdicts if wanting is None else Verdicts()
    matches, live, scope, kept = _read(
        session, resolved, wanted.bindings, wanted.applied, before_reading, verdicts
    )
    future_sales = project.komet.future_sales_customer
    if future_sales is not None and (faults := [*future_sales_faults(matches["customers"], future_sales)]):
        raise ConfigurationError(faults)
    basis = Basis(
        project=project,
        resolved=resolved,
        matches=matches,
        applied=wanted.applied,
        bindings=wanted.bindings,
        scope=scope,
        made_at=made_at,
        reconciler=__version__,
        config_digest=session.configuration.digest,
        read=port.calls_made - before,
        used=used,
        diagnostics=spared_customers(session) if is_sparing and not session.is_offline else (),
        live=live,
        open_steps=() if wanting is not None else tuple(session.state.worklist.open_steps(session.scope)),
        files=frozenset(each.origin.file for each in session.configuration.resources.values()),
        keys=verdicts.keys(resolved, scope.ids) if wanting is None else {},
        agreed=verdicts.agreed(matches),
    )
    return AccountReading(basis, live, tuple(kept))


def _wanted(session: Session) -> Wanted:
    bindings, applied, moved = remembered(session)
    resolved, scope, verdicts = _resolve(session, scope_of(session), bindings, applied)
    bindings = {each: bound for each, bound in bindings.items() if not _is_stale_import(bound, resolved)}
    scope = replace(scope, moved={str(old): new for old, new in moved.items()})
    return Wanted(resolved, bindings, applied, scope, verdicts)


def _is_stale_import(binding: Binding, resolved: Mapping[Address, ResolvedResource]) -> bool:
    """Whether a binding that `import` noted, and no apply since, has lost the configuration that it was for:
    what is only imported is never deleted when its file does not come, or goes again."""
    if IMPORTED not in binding.facts:
        return False
    wanted = resolved.get(binding.address)
    return wanted is None or wanted.attributes.get("number") != binding.number


def scope_of(session: Session) -> Scope:
    """What reading and comparing rest on, before anything was read."""
    project = session.configuration.project
    open_steps, moved = session.state.worklist.open_steps(session.scope), session.configuration.moved
    return Scope(
        project.name,
        session.today.isoformat(),
        numbers_per_call=project.komet.numbers_per_call,
        asked=frozenset(f"{moved.get(each.address, each.address)} {each.step.key}" for each in open_steps),
        assigns_by_api=project.komet.assign_customer == "api",
        token_type=project.komet.token_type,
        ship_to_titles=dict(_ship_to_titles(session)),
    )


def _ship_to_titles(session: Session) -> Iterator[tuple[tuple[str, str], str]]:
    """What the ship-tos of the configuration are called in Komet, by customer and name."""
    for address, desired in session.configuration.resources.items():
        ship_tos = desired.attributes.get("ship_to") if address.kind == "customers" else None
        for name, each in (ship_tos if isinstance(ship_tos, Mapping) else {}).items():
            if isinstance(each, Mapping):
                yield (address.name, str(name)), str(each["name"]).strip()


def _resolve(
    session: Session,
    scope: Scope,
    bindings: Mapping[Address, Binding],
    applied: Mapping[Address, Applied],
) -> tuple[dict[Address, ResolvedResource], Scope, Verdicts]:
    """The configuration with its codes looked up; an unknown one has the lists read anew."""
    catalogue, fresh = _catalogue(session, frozenset())
    scope = replace(scope, catalogue=catalogue)
    verdicts = _verdicts(session, scope, bindings)
    resolved, faults = _resolve_all(session, scope, verdicts, applied)
    doubtful = {_LIST_OF[str(part)] for fault in faults for part in fault.path if str(part) in _LIST_OF}
    if doubtful - fresh and not session.is_offline:
        catalogue, _ = _catalogue(session, frozenset(doubtful - fresh))
        scope = replace(scope, catalogue=catalogue)
        verdicts = _verdicts(session, scope, bindings)
        resolved, faults = _resolve_all(session, scope, verdicts, applied)
    if faults:
        raise ConfigurationError(faults)
    return resolved, scope, verdicts


def _verdicts(session: Session, scope: Scope, bindings: Mapping[Address, Binding]) -> Verdicts:
    """What was found to be as wanted, of all that nobody is asked about and that stands alone."""
    waiting = {each.address for each in session.state.worklist.open_steps(session.scope)}
    moved = {*session.configuration.moved.values()}
    agreements = {
        address: each
        for address, each in session.state.agreements.get(session.scope).items()
        if address in bindings and _stands_alone(bindings[address]) and address not in {*waiting, *moved}
    }
    return Verdicts.of(agreements, session.configuration, scope)


def _stands_alone(binding: Binding) -> bool:
    """Whether it has neither a predecessor left nor a successor that nobody has found yet."""
    return not binding.retired and not successor_day(binding)


def _resolve_all(
    session: Session, scope: Scope, verdicts: Verdicts, applied: Mapping[Address, Applied]
) -> tuple[dict[Address, ResolvedResource], list[Diagnostic]]:
    """What is wanted as it was when both sides last agreed is looked up only when somebody asks."""
    faults: list[Diagnostic] = []
    resolved: dict[Address, ResolvedResource] = {}
    for address, desired in session.configuration.resources.items():
        former = applied.get(address)
        if former is not None and verdicts.is_wanted_as_before(address):
            attributes = Deferred(partial(_looked_up, desired, scope))
            resolved[address] = ResolvedResource(
                address, attributes, desired.origin, former.policy, former.depends_on
            )
            continue
        found = REGISTRY[address.kind].resolve(desired, scope, faults.append)
        if found is not None:
            resolved[address] = found
    return resolved, faults


def _looked_up(desired: DesiredResource, scope: Scope) -> Mapping[str, Json]:
    """The attributes of what was looked up before in the same lists, so that nothing can be unknown."""
    found = REGISTRY[desired.address.kind].resolve(desired, scope, lambda fault: None)
    assert found is not None
    return found.attributes


def _catalogue(session: Session, doubtful: frozenset[str]) -> tuple[Catalogue, frozenset[str]]:
    """The reference lists, at most a day old; those in `doubtful` are read now. Also which ones were read."""
    account, now = session.connection.account, session.connection.now()
    rows: dict[str, list[Json]] = {}
    for name in sorted(LISTS):
        cached = session.state.lists.get(account, name)
        is_fresh = cached is not None and now - cached.fetched_at < timedelta(days=1)
        if cached is not None and name not in doubtful and (is_fresh or session.is_offline):
            rows[name] = cached.rows
    missing = [name for name in sorted(LISTS) if name not in rows]
    answers = session.connection.port.ask([LISTS[name].query for name in missing]) if missing else []
    for name, answer in zip(missing, answers, strict=True):
        rows[name] = rows_from_answer(name, answer)
        session.state.lists.put(account, name, rows[name], now)
    lists = {name: list_from_rows(found) for name, found in rows.items()}
    return Catalogue(lists), frozenset(missing)


def stale_lists(session: Session) -> list[str]:
    """The reference lists that were never read, or not for a day."""
    account, now = session.connection.account, session.connection.now()
    cached = {name: session.state.lists.get(account, name) for name in sorted(LISTS)}
    return [
        name for name, found in cached.items() if found is None or now - found.fetched_at >= timedelta(days=1)
    ]


def cached_catalogue(session: Session) -> Catalogue:
    """The reference lists as far as they were read before, for words alone: without a call."""
    account = session.connection.account
    cached = {name: session.state.lists.get(account, name) for name in sorted(LISTS)}
    return Catalogue(
        {name: list_from_rows(found.rows) for name, found in cached.items() if found is not None}
    )


def remembered(
    session: Session,
) -> tuple[dict[Address, Binding], dict[Address, Applied], Mapping[Address, Address]]:
    """Bindings and applied values under the addresses that they have now."""
    bindings = session.state.resources.bindings(session.scope)
    applied = session.state.resources.applied(session.scope)
    moved = session.configuration.moved
    for old, new in moved.items():
        if old in bindings and new not in bindings:
            bindings[new] = replace(bindings.pop(old), address=new)
        if old in applied and new not in applied:
            applied[new] = replace(applied.pop(old), address=new)
    return bindings, applied, moved


def _read(
    session: Session,
    resolved: Mapping[Address, ResolvedResource],
    bindings: Mapping[Address, Binding],
    applied: Mapping[Address, Applied],
    scope: Scope,
    verdicts: Verdicts,
) -> tuple[dict[str, Matches], dict[str, tuple[LiveResource, ...]], Scope, list[Address]]:
    """Reads every kind, customers first since the others are made out to them.

    Also returns all that was read, the scope with the customers' ids, and what left the configuration and is
    to be kept as it is.
    """
    matches: dict[str, Matches] = {}
    read: dict[str, tuple[LiveResource, ...]] = {}
    kept: list[Address] = []
    remembered = {each: bound.id for each, bound in bindings.items() if each.kind == "customers"}
    numbers = {each: bound.number for each, bound in bindings.items()}
    before = read_before(session.snapshot) if session.snapshot is not None else None
    scope = replace(
        scope,
        ids=LiveIds(remembered, numbers=numbers),
        remembered=session.state.snapshots.glances(session.scope, FORMAT),
    )
    addresses = by_kind({*resolved, *bindings})
    for name, kind in REGISTRY.items():
        sought: list[Sought] = []
        agreed = verdicts.shown(name, resolved, matches, scope.ids) if name in AGREEING else {}
        for address in addresses.get(name, ()):
            former = applied.get(address)
            if address not in resolved and former is not None and former.policy.get("on_remove") == "keep":
                kept.append(address)
            else:
                known = bindings.get(address)
                sought.append(
                    Sought(
                        address,
                        resolved.get(address),
                        known,
                        removes=None,
                        applied=former,
                        agreed=agreed.get(address, ""),
                    )
                )
        read[name] = live = _live(session, before, kind, sought, scope)
        matches[name] = kind.match(sought, live, scope)
        scope = replace(scope, ids=_with_ids(scope.ids, matches[name], resolved, applied))
    return matches, read, scope, kept


def _live(
    session: Session, before: Snapshot | None, kind: Kind, sought: Sequence[Sought], scope: Scope
) -> tuple[LiveResource, ...]:
    """What Komet has of `kind`; offline what it had `before`."""
    if before is None:
        return read_kind(session, kind, sought, scope)
    return tuple(before.live.get(kind.name, ()))


def read_before(snapshot: Snapshot) -> Snapshot:
    """`snapshot`, if it can be used. UsageError when another version took it."""
    if snapshot.format != FORMAT:
        raise UsageError("the last reading is one of another version of reconciler: plan once with calls")
    return snapshot


def keep_reading(session: Session, reading: AccountReading, plan: Plan) -> None:
    """Remembers what was read, so that `plan --offline` can rest on it, and what `plan` found to be as
    wanted, so that the next one need not look into it."""
    basis = reading.basis
    sought = frozenset({*basis.resolved, *basis.bindings})
    session.state.snapshots.put(session.scope, Snapshot(FORMAT, reading.live, sought, basis.made_at))
    session.state.agreements.put(session.scope, plan.agreements, plan.gone)


def renew_snapshot(
    session: Session, live: Mapping[str, Iterable[LiveResource]], gone: Mapping[str, frozenset[int]]
) -> None:
    """Puts what an apply has read, and what it no longer found, into what was read before it."""
    session.state.snapshots.renew(session.scope, live, gone)


def _with_ids(
    known: LiveIds,
    matches: Matches,
    resolved: Mapping[Address, ResolvedResource],
    applied: Mapping[Address, Applied],
) -> LiveIds:
    """`known` with the ids, numbers and ship-tos of what was found."""
    found = {address: match.live for address, match in matches.wanted.items()}
    ids = {address: live.id if live else None for address, live in found.items()}
    labels = {
        address: str(live.attributes["code"] or live.attributes["name"])
        for address, match in {**matches.wanted, **matches.orphans}.items()
        if (live := match.live) is not None and address.kind == "customers"
    }
    numbers = {
        address: standing.number if (standing := match.live or match.cancelled) else None
        for address, match in matches.wanted.items()
    }
    ship_tos: dict[tuple[str, str], ShipTo] = {}
    for address, match in matches.wanted.items():
        if address.kind != "customers":
            break
        subject = Subject(address, resolved.get(address), match, applied.get(address))
        ship_tos |= {(address.name, name): each for name, each in known_ship_tos(subject).items()}
    return LiveIds(
        {**known.by_address, **ids},
        {**known.labels, **labels},
        {**known.numbers, **numbers},
        {**known.ship_tos, **ship_tos},
    )


def located(session: Session, diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` with the place of its address and path in the files, where it has none."""
    address = diagnostic.address
    if diagnostic.origin is not None or address is None or address not in session.configuration.resources:
        return diagnostic
    origin, source = session.configuration.locate(address, diagnostic.path)
    return replace(diagnostic, origin=origin, source=source)
