"""The configuration with its codes looked up, beside what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from datetime import timedelta
from functools import partial
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import ConfigurationError
from reconciler.kinds.catalogue import LISTS, Catalogue, list_from_rows, rows_from_answer
from reconciler.kinds.kind import Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
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
from reconciler.verdicts import Verdicts, background_of

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
    scope = scope_of(session)
    catalogue, fresh = _catalogue(session, frozenset())
    wanted, faults = _wanted(session, replace(scope, catalogue=catalogue))
    doubtful = {_LIST_OF[str(part)] for fault in faults for part in fault.path if str(part) in _LIST_OF}
    if doubtful - fresh and not session.is_offline:
        catalogue, _ = _catalogue(session, frozenset(doubtful - fresh))
        wanted, faults = _wanted(session, replace(scope, catalogue=catalogue))
    if faults:
        raise ConfigurationError(faults)
    return wanted


def _wanted(session: Session, scope: Scope) -> tuple[Wanted, list[Diagnostic]]:
    """The configuration with its codes looked up in the lists of `scope`, and what is not found there."""
    verdicts, doubtful, applied = _remembered(session, scope)
    resolved, faults = _resolve_all(session, scope, verdicts)
    bindings = BoundWhenAsked(
        verdicts.before,
        {each: bound for each, bound in doubtful.items() if not _is_stale_import(bound, resolved)},
    )
    moved = {str(old): new for old, new in session.configuration.moved.items()}
    return Wanted(resolved, bindings, applied, replace(scope, moved=moved), verdicts), faults


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


def _remembered(
    session: Session, scope: Scope
) -> tuple[Verdicts, dict[Address, Binding], Mapping[Address, Applied]]:
    """What is remembered under the addresses that there are now: of what was found to be as wanted its
    agreement, and of all that is doubtful everything."""
    configuration, state = session.configuration, session.state
    asked = {each.address for each in state.worklist.open_steps(session.scope)}
    restless = asked.union(configuration.moved, configuration.moved.values())
    with state.at_one_moment():
        background = background_of(configuration, scope)
        agreements = state.agreements.get(session.scope, background)
        verdicts = Verdicts.of(agreements, configuration, background, restless)
        bound = state.resources.bound_beside(session.scope, verdicts.before)
        doubtful = bound.union(configuration.resources.keys() - verdicts.before.keys())
        bindings = state.resources.bindings_of(session.scope, bound)
        applied = state.resources.applied_when_asked(session.scope, doubtful)
    for old, new in configuration.moved.items():
        if old in bindings and new not in bindings:
            bindings[new] = replace(bindings.pop(old), address=new)
    return verdicts, bindings, moved_applied(applied, configuration.moved)


def moved_applied(
    applied: Mapping[Address, Applied], moved: Mapping[Address, Address]
) -> Mapping[Address, Applied]:
    """`applied` under the addresses that there are now."""
    found = {
        new: replace(applied[old], address=new)
        for old, new in moved.items()
        if old in applied and new not in applied
    }
    gone = {old for old, new in moved.items() if new in found}
    return {**{each: one for each, one in applied.items() if each not in gone}, **found} if found else applied


def _resolve_all(
    session: Session, scope: Scope, verdicts: Verdicts
) -> tuple[Mapping[Address, ResolvedResource], list[Diagnostic]]:
    """What is wanted as it was when both sides last agreed is looked up only when somebody asks."""
    faults: list[Diagnostic] = []
    resolved: dict[Address, ResolvedResource] = {}
    desired, agreed = session.configuration.resources, verdicts.before
    for address, each in desired.items():
        if address not in agreed:
            found = REGISTRY[address.kind].resolve(each, scope, faults.append)
            if found is not None:
                resolved[address] = found
    if faults:
        desired = {
            address: each for address, each in desired.items() if address in agreed or address in resolved
        }
    return ResolvedWhenAsked(desired, agreed, resolved, scope), faults


class ResolvedWhenAsked(Mapping[Address, ResolvedResource]):
    """What is `desired` with its codes looked up: `known` is here, what is `agreed` on follows when asked."""

    def __init__(
        self,
        desired: Mapping[Address, DesiredResource],
        agreed: Mapping[Address, Agreement],
        known: dict[Address, ResolvedResource],
        scope: Scope,
    ) -> None:
        self._desired = desired
        self._agreed = agreed
        self._known = known
        self._scope = scope

    def __getitem__(self, address: Address) -> ResolvedResource:
        found = self._known.get(address)
        if found is None:
            agreed, desired = self._agreed[address], self._desired[address]
            attributes = Deferred(partial(_looked_up, desired, self._scope))
            found = self._known[address] = ResolvedResource(
                address, attributes, desired.origin, agreed.policy, agreed.depends_on
            )
        return found

    def __contains__(self, address: object) -> bool:
        return address in self._desired

    def __iter__(self) -> Iterator[Address]:
        return iter(self._desired)

    def __len__(self) -> int:
        return len(self._desired)

    def keys(self) -> KeysView[Address]:
        return self._desired.keys()


class BoundWhenAsked(Mapping[Address, Binding]):
    """What addresses stand for: of the `doubtful` it is here, what is `agreed` on says it when asked."""

    def __init__(self, agreed: Mapping[Address, Agreement], doubtful: Mapping[Address, Binding]) -> None:
        self._agreed = agreed
        self._doubtful = doubtful

    def __getitem__(self, address: Address) -> Binding:
        known = self._agreed.get(address)
        return self._doubtful[address] if known is None else known.binding

    def __contains__(self, address: object) -> bool:
        return address in self._agreed or address in self._doubtful

    def __iter__(self) -> Iterator[Address]:
        return chain(self._agreed, self._doubtful)

    def __len__(self) -> int:
        return len(self._agreed) + len(self._doubtful)

    def keys(self) -> KeysView[Address]:
        return {**self._agreed, **self._doubtful}.keys()


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


def located(session: Session, diagnostic: Diagnostic) -> Diagnostic:
    """`diagnostic` with the place of its address and path in the files, where it has none."""
    address = diagnostic.address
    if diagnostic.origin is not None or address is None or address not in session.configuration.resources:
        return diagnostic
    origin, source = session.configuration.locate(address, diagnostic.path)
    return replace(diagnostic, origin=origin, source=source)
