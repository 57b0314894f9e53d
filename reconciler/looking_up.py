"""The configuration with its codes looked up, beside what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import ConfigurationError
from reconciler.kinds.catalogue import LISTS, Catalogue, list_from_rows, rows_from_answer
from reconciler.kinds.kind import Scope
from reconciler.kinds.orders.binding import successor_day
from reconciler.kinds.registry import REGISTRY
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import (
    Applied,
    Binding,
    DesiredResource,
    ResolvedResource,
)
from reconciler.model.value import Json
from reconciler.session import Session
from reconciler.verdicts import Verdicts

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


class Wanted(Struct, frozen=True):
    """The configuration with its codes looked up, beside what is remembered of it."""

    resolved: Mapping[Address, ResolvedResource]
    bindings: Mapping[Address, Binding]
    applied: Mapping[Address, Applied]
    scope: Scope
    verdicts: Verdicts


def look_up(session: Session) -> Wanted:
    """The configuration with its codes looked up: only reference lists are read, those that are old."""
    try:
        return wanted_of(session)
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None


def wanted_of(session: Session) -> Wanted:
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
    restless = waiting.union(session.configuration.moved.values())
    agreements = {
        address: each
        for address, each in session.state.agreements.get(session.scope).items()
        if address not in restless and _stands_alone(bindings.get(address))
    }
    return Verdicts.of(agreements, session.configuration, scope)


def _stands_alone(binding: Binding | None) -> bool:
    """Whether it is there, with neither a predecessor left nor a successor that nobody has found yet."""
    return binding is not None and not binding.retired and not successor_day(binding)


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


def located(session: Session, diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` with the place of its address and path in the files, where it has none."""
    address = diagnostic.address
    if diagnostic.origin is not None or address is None or address not in session.configuration.resources:
        return diagnostic
    origin, source = session.configuration.locate(address, diagnostic.path)
    return replace(diagnostic, origin=origin, source=source)
