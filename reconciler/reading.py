"""Reading the account for one session: the reference lists, then every kind, customers first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from reconciler import __version__
from reconciler.asking import asked_shops, read_kind, spared_customers
from reconciler.errors import ConfigurationError, UsageError
from reconciler.kinds.asked import AskedShops
from reconciler.kinds.calm import Calm
from reconciler.kinds.customers.future_sales import future_sales_faults
from reconciler.kinds.customers.view import known_ship_tos
from reconciler.kinds.kind import Kind, LiveIds, Match, Matches, Scope, ShipTo, Subject
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.drive import drive
from reconciler.looking_up import Wanted, located, look_up, wanted_of
from reconciler.model.address import Address
from reconciler.model.plan import Plan
from reconciler.model.resource import (
    Applied,
    Binding,
    LiveResource,
    ResolvedResource,
    Sought,
)
from reconciler.plan.planner import Basis
from reconciler.session import Session
from reconciler.state.snapshots import Snapshot
from reconciler.verdicts import AGREEING, FORMAT, Verdicts, by_kind


class AccountReading(Struct, frozen=True):
    """What a plan rests on, and `live`: all that was read, by kind, also what is nobody's business here.

    `kept` are addresses that left the configuration and stay as they are; `background` is the digest of what
    all is judged by.
    """

    basis: Basis
    live: Mapping[str, tuple[LiveResource, ...]]
    kept: tuple[Address, ...]
    background: str


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
    wanted = wanted_of(session)
    resolved = wanted.resolved if wanting is None else wanting(wanted)
    before_reading = replace(wanted.scope, asked_shops=asked_shops(session) if is_sparing else AskedShops())
    verdicts = wanted.verdicts if wanting is None else Verdicts()
    matches, live, scope, kept = _read(
        session, resolved, wanted.bindings, wanted.applied, before_reading, verdicts
    )
    future_sales = project.komet.future_sales_customer
    if future_sales is not None and (faults := [*future_sales_faults(matches["customers"], future_sales)]):
        raise ConfigurationError(faults)
    agreed = verdicts.agreed(matches)
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
        keys=verdicts.keys(resolved, scope.ids, agreed) if wanting is None else {},
        agreed=agreed,
    )
    return AccountReading(basis, live, tuple(kept), verdicts.background)


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
    doubtful = {each: bindings[each] for each in bindings if each not in verdicts.before}
    remembered = {each: bound.id for each, bound in doubtful.items() if each.kind == "customers"}
    numbers = {each: bound.number for each, bound in doubtful.items()}
    before = read_before(session.snapshot) if session.snapshot is not None else None
    scope = replace(
        scope,
        ids=LiveIds(remembered, numbers=numbers),
        remembered=session.state.snapshots.glances(session.scope, FORMAT),
    )
    addresses = by_kind([*resolved, *bindings.keys() - resolved.keys()])
    for name, kind in REGISTRY.items():
        steady = verdicts.steady(name, matches, scope.ids) if name in AGREEING else {}
        calm = {each: one for each, one in steady.items() if one.ship_date >= scope.today}
        sought: list[Sought] = []
        for address in addresses.get(name, ()):
            if address in calm:
                continue
            want = resolved.get(address)
            if want is None and _is_kept(applied.get(address)):
                kept.append(address)
                continue
            known = bindings.get(address)
            sought.append(Sought(address, want, known, False, None, applied, address in steady))

        def wake(address: Address) -> Sought:
            return Sought(address, resolved[address], bindings.get(address), False, None, applied)

        calmed = replace(scope, calm=Calm(calm, wake))
        read[name] = live = _live(session, before, kind, sought, calmed)
        matches[name] = kind.match(sought, live, calmed)
        scope = replace(scope, ids=_with_ids(name, scope.ids, matches[name], resolved, applied, kept))
    return matches, read, scope, kept


def _is_kept(applied: Applied | None) -> bool:
    """Whether it stays as it is when its configuration goes."""
    return applied is not None and applied.policy.get("on_remove") == "keep"


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
    sought = [*basis.resolved, *basis.bindings.keys() - basis.resolved.keys()]
    with session.state.together():
        session.state.snapshots.put(session.scope, Snapshot(FORMAT, reading.live, sought, basis.made_at))
        session.state.agreements.put(session.scope, reading.background, plan.agreements, plan.gone)


def renew_snapshot(
    session: Session, live: Mapping[str, Iterable[LiveResource]], gone: Mapping[str, frozenset[int]]
) -> None:
    """Puts what an apply has read, and what it no longer found, into what was read before it."""
    session.state.snapshots.renew(session.scope, live, gone)


def _with_ids(
    kind: str,
    known: LiveIds,
    matches: Matches,
    resolved: Mapping[Address, ResolvedResource],
    applied: Mapping[Address, Applied],
    kept: Sequence[Address],
) -> LiveIds:
    """`known` with the ids, numbers and ship-tos of what was found. What is `kept` is not read, and called
    as it was when it was last applied."""
    wanted = matches.wanted
    ids: dict[Address, int | None] = {address: live.id for address, live in matches.agreed.items()}
    numbers = {address: live.number for address, live in matches.agreed.items()}
    ids |= {address: match.live.id if match.live else None for address, match in wanted.items()}
    numbers |= {
        address: standing.number if (standing := match.live or match.cancelled) else None
        for address, match in wanted.items()
    }
    if kind != "customers":
        return replace(known, by_address={**known.by_address, **ids}, numbers={**known.numbers, **numbers})
    remembered = {address: str(code) for address in kept if (code := applied[address].attributes.get("code"))}
    labels = remembered | {
        address: str(live.attributes["code"] or live.attributes["name"])
        for address, match in {**wanted, **matches.orphans}.items()
        if (live := match.live) is not None
    }
    ship_tos: dict[tuple[str, str], ShipTo] = {}
    for address, match in wanted.items():
        subject = Subject(address, resolved.get(address), match, applied.get(address))
        ship_tos |= {(address.name, name): each for name, each in known_ship_tos(subject).items()}
    return LiveIds(
        {**known.by_address, **ids},
        {**known.labels, **labels},
        {**known.numbers, **numbers},
        {**known.ship_tos, **ship_tos},
    )
