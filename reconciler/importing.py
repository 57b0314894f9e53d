"""Configuration for what exists in Komet: `import`, without writing a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches

from reconciler.accepting import Check
from reconciler.config.draft import address_at, draft_name, draft_text, is_sound
from reconciler.errors import BudgetExceeded, ConfigurationError, UsageError
from reconciler.kinds.kind import LiveIds, Match, Scope, Subject
from reconciler.kinds.naming import distinct_names
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.writing import Described, Indescribable, Quest
from reconciler.kinds.writings import WRITINGS
from reconciler.komet.drive import drive
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.origin import Origin
from reconciler.model.resource import Binding, DesiredResource, LiveResource
from reconciler.model.value import Value
from reconciler.reading import IMPORTED, AccountReading, located, read_account
from reconciler.session import Session

LONGEST_SPAN = 366
"""Ship dates that one import reads at most: each is a call."""

Announce = Callable[[int, str], None]
"""Hears of calls before they are made: how many, and what for."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported: kinds, customers by code, and ship dates, the last one included."""

    kinds: tuple[str, ...]
    codes: tuple[str, ...]
    first: date
    last: date

    @property
    def dates(self) -> tuple[str, ...]:
        """Every ship date."""
        days = (self.last - self.first).days + 1
        return tuple((self.first + timedelta(days=day)).isoformat() for day in range(days))


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found: the resources, their `texts` by kind, what cannot be written, and the calls spent.

    `bindings` tie the orders to their addresses: noted, they make the next plan empty.
    """

    resources: tuple[Address, ...]
    texts: Mapping[str, str]
    skipped: tuple[Indescribable, ...]
    bindings: tuple[Binding, ...]
    calls: int


def import_account(session: Session, request: Request, check: Check, announce: Announce) -> Imported:
    """Configuration for what of `request` nobody manages yet: planned at once, it changes nothing.

    Without codes it is about the customers that the configuration names; where it names none, about all that
    standalone orders of these dates are made out to. What an order or a reservation refers to is written with
    it. UsageError for a code that Komet does not have, BudgetExceeded before calls that are too many.
    """
    if not 0 < len(request.dates) <= LONGEST_SPAN:
        raise UsageError(f"--from and --to must span 1 to {LONGEST_SPAN} days")
    before = session.connection.port.calls_made
    reading = read_account(session)
    faults = [fault for matches in reading.basis.matches.values() for fault in matches.diagnostics]
    if faults:
        raise ConfigurationError([located(session, each) for each in faults])
    search = _Search(session, reading, request, announce, reading.basis.scope)
    search.run()
    texts = search.sound_texts(check)
    return Imported(
        resources=tuple(sorted(search.found)),
        texts=texts,
        skipped=tuple(search.skipped),
        bindings=tuple(search.bindings()),
        calls=session.connection.port.calls_made - before,
    )


def note_import(session: Session, imported: Imported) -> None:
    """Notes in the state what was imported, so that an order is known before its first apply.

    Such a binding holds only while the configuration names that order's number at that address.
    """
    for binding in imported.bindings:
        session.state.resources.bind(session.scope, binding)


@dataclass(slots=True)
class _Search:
    """One import under way: what was found so far, and the scope in which it goes by its names."""

    session: Session
    reading: AccountReading
    request: Request
    announce: Announce
    scope: Scope
    found: dict[Address, Described] = field(default_factory=dict)
    skipped: list[Indescribable] = field(default_factory=list)

    def run(self) -> None:
        asked = self.request.kinds
        orders: tuple[LiveResource, ...] = ()
        if "purchase_orders" in asked or not (self.request.codes or self.managed("customers")):
            orders = self.seek("purchase_orders", Quest(dates=self.request.dates), len(self.request.dates))
        customers = self.customers(orders)
        quest = Quest(customers=customers)
        if "purchase_orders" in asked:
            self.take("purchase_orders", orders, quest)
        if "reservations" in asked and customers:
            active = [each for each in self.scope.catalogue.lists["locations"].entries if each.active]
            stock = self.seek("reservations", quest, len(active) * (2 + len(customers)))
            self.take("reservations", stock, quest)
        if "customers" not in asked:
            self.leave_unused()

    def customers(self, orders: Sequence[LiveResource]) -> frozenset[int]:
        """The ids of the customers that this is about; those that have no name yet get one."""
        managed = self.managed("customers")
        codes = frozenset(code.strip().lower() for code in self.request.codes)
        if not codes and managed:
            return managed
        ids = frozenset() if codes else _customer_ids(orders)
        if not codes and not ids:
            return frozenset()
        quest = Quest(customers=ids, codes=codes)
        live = self.seek("customers", quest, 1 + 2 * (len(codes) + len(ids)))
        self.raise_if_unknown(codes, live)
        self.take("customers", live, quest)
        return frozenset(each.id for each in live)

    def raise_if_unknown(self, codes: frozenset[str], live: Sequence[LiveResource]) -> None:
        known = {str(each.attributes["code"]).lower() for each in live}
        for code in self.request.codes:
            if code.strip().lower() in codes - known:
                listed = self.reading.live.get("customers", ())
                near = get_close_matches(code.upper(), [str(each.attributes["code"]) for each in listed], n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UsageError(f"--customer {code}: no customer has that code in Komet{hint}")

    def seek(self, kind: str, quest: Quest, calls: int) -> tuple[LiveResource, ...]:
        """What Komet holds of `quest`, once the budget is known to suffice for at most `calls`."""
        project = self.session.configuration.project
        left = project.komet.daily_limit - self.session.calls_used_today
        if calls > left - project.reserve:
            raise BudgetExceeded(calls, left, project.reserve)
        self.announce(calls, f"to read {kind.replace('_', ' ')}")
        quest = replace(quest, managed=self.managed(kind))
        return drive(WRITINGS[kind].seek(quest, self.scope), self.session.connection.port)

    def managed(self, kind: str) -> frozenset[int]:
        """The ids of the live resources of `kind` that the configuration speaks of."""
        ids: set[int] = set()
        matches = self.reading.basis.matches.get(kind)
        for match in matches.wanted.values() if matches else ():
            for live in (match.live, match.cancelled, *match.retired):
                if live is not None and kind == "reservations":
                    lines = live.attributes["lines"]
                    ids.update(int(str(line)) for line in (lines if isinstance(lines, list) else ()))
                elif live is not None:
                    ids.add(live.id)
        return frozenset(ids)

    def take(self, kind: str, live: Sequence[LiveResource], quest: Quest) -> None:
        """Describes `live`, gives each a name, and keeps what a plan would leave as it is."""
        bindings, wanted = self.reading.basis.bindings, self.reading.basis.resolved
        former = {bound.id: each.name for each, bound in bindings.items() if each.kind == kind}
        quest = replace(quest, managed=self.managed(kind), names=former)
        described: list[Described] = []
        for each in WRITINGS[kind].describe(live, quest, self.scope):
            if isinstance(each, Indescribable):
                self.skipped.append(each)
            else:
                described.append(each)
        own = {former.get(each.live.id) if each.live else None for each in described}
        taken = {each.name for each in {*wanted, *bindings} if each.kind == kind} - own
        for name, each in zip(
            distinct_names([one.names for one in described], taken), described, strict=True
        ):
            self.keep(Address(kind, name), each)

    def keep(self, address: Address, described: Described) -> None:
        why = self.why_not(address, described)
        if why:
            self.skipped.append(Indescribable(_words(address, described), why))
            return
        self.found[address] = described
        if address.kind == "customers" and described.live is not None:
            ids = {**self.scope.ids.by_address, address: described.live.id}
            self.scope = replace(self.scope, ids=LiveIds(ids, self.scope.ids.labels))

    def why_not(self, address: Address, described: Described) -> str:
        """Why planning this at once would not be empty; "" when it would."""
        if not is_sound(address.kind, described.attributes):
            return "it holds something that no configuration may, as a text that is too long"
        faults: list[Diagnostic] = []
        desired = DesiredResource(address, described.attributes, Origin("", 1))
        kind = REGISTRY[address.kind]
        resolved = kind.resolve(desired, self.scope, faults.append)
        if resolved is None:
            return faults[0].summary if faults else "one of its codes is not known"
        if described.live is None:
            return ""
        comparison = kind.compare(Subject(address, resolved, Match(described.live)), self.scope)
        return "" if comparison.before == comparison.after else "written down, it would not be the same"

    def leave_unused(self) -> None:
        """Drops the customers that nothing found refers to: they were not asked for."""
        used = {each.attributes.get("customer") for each in self.found.values()}
        for address in [each for each in self.found if each.kind == "customers" and each.name not in used]:
            del self.found[address]

    def sound_texts(self, check: Check) -> dict[str, str]:
        """The texts by kind. What would make the whole configuration invalid is left out, and said."""
        while True:
            texts = {kind: draft_text(kind, self.of_kind(kind)) for kind in WRITINGS if self.of_kind(kind)}
            try:
                check({draft_name(kind): text for kind, text in texts.items()})
            except ConfigurationError as error:
                if not self.drop(error.diagnostics, texts):
                    raise
                continue
            return texts

    def drop(self, faults: Iterable[Diagnostic], texts: Mapping[str, str]) -> bool:
        """Whether any of the resources that `faults` stand in was ours to leave out."""
        size = len(self.found)
        for fault in faults:
            address = address_at(fault, texts)
            if address in self.found:
                self.skipped.append(Indescribable(_words(address, self.found.pop(address)), fault.summary))
        return len(self.found) < size

    def of_kind(self, kind: str) -> dict[str, Mapping[str, Value]]:
        return {
            address.name: self.found[address].attributes
            for address in sorted(self.found)
            if address.kind == kind
        }

    def bindings(self) -> Iterator[Binding]:
        """What the state has to know: an order that carries no marker is ours by its number alone."""
        for address in sorted(self.found):
            live = self.found[address].live
            if live is not None and live.number is not None and address not in self.reading.basis.bindings:
                known = REGISTRY[address.kind].binding(address, live, ())
                yield replace(known, facts={**known.facts, IMPORTED: True})


def _customer_ids(orders: Sequence[LiveResource]) -> frozenset[int]:
    """The customers that standalone orders are made out to."""
    ids: set[int] = set()
    for order in orders:
        if order.attributes["standalone"] is True and order.attributes["lines"]:
            listed = order.attributes["customer_ids"]
            ids.update(int(str(id)) for id in (listed if isinstance(listed, list) else ()))
    return frozenset(ids)


def _words(address: Address, described: Described) -> str:
    number = described.live.number if described.live else None
    return f"order {number}" if number else str(address)
