"""What was found in Komet, as configuration: named, judged by what a plan would say, and kept as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.config.draft import Check, address_at, draft_name, draft_texts, is_sound
from reconciler.errors import ConfigurationError
from reconciler.kinds.customers.view import known_ship_tos
from reconciler.kinds.kind import Match, Scope, Subject
from reconciler.kinds.naming import distinct_names
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.writing import Described, Indescribable, Quest
from reconciler.kinds.writings import WRITINGS
from reconciler.looking_up import IMPORTED
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.origin import Origin
from reconciler.model.resource import Binding, DesiredResource, LiveResource, ResolvedResource
from reconciler.model.value import Value, digest_of, plain
from reconciler.plan.planner import Basis


class Drafts(Struct):
    """What is to be written so far, what of it was `skipped`, and the scope in which it goes by its names."""

    basis: Basis
    scope: Scope
    found: dict[Address, Described] = field(default_factory=dict)
    skipped: list[Indescribable] = field(default_factory=list)

    def managed(self, kind: str) -> frozenset[int]:
        """The ids of the live resources of `kind` that the configuration speaks of."""
        ids: set[int] = set()
        matches = self.basis.matches.get(kind)
        for match in matches.standing.values() if matches else ():
            for live in (match.live, match.cancelled, *match.retired):
                if live is not None and kind == "reservations":
                    lines = live.attributes["lines"]
                    ids.update(int(str(line)) for line in (lines if isinstance(lines, list) else ()))
                elif live is not None:
                    ids.add(live.id)
        return frozenset(ids)

    def take(self, kind: str, live: Sequence[LiveResource], quest: Quest) -> None:
        """Describes `live`, gives each a name, and keeps what a plan would leave as it is."""
        bindings, wanted = self.basis.bindings, self.basis.resolved
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
            self._keep(Address(kind, name), each)

    def _keep(self, address: Address, described: Described) -> None:
        resolved = self._resolve(address, described)
        if isinstance(resolved, str):
            self.skipped.append(Indescribable(_words(address, described), resolved))
            return
        self.found[address] = described
        if address.kind == "customers":
            self.scope = _knowing(self.scope, Subject(address, resolved, Match(described.live)))

    def _resolve(self, address: Address, described: Described) -> ResolvedResource | str:
        """What a plan would want of this; or why planning it at once would not be empty."""
        if not is_sound(address.kind, described.attributes):
            return "it holds something that no configuration may, as a text that is too long"
        faults: list[Diagnostic] = []
        attributes = described.attributes
        desired = DesiredResource(address, attributes, Origin("", 1), digest_of(plain(attributes)))
        kind = REGISTRY[address.kind]
        resolved = kind.resolve(desired, self.scope, faults.append)
        if resolved is None:
            return faults[0].summary if faults else "one of its codes is not known"
        if described.live is None:
            return resolved
        comparison = kind.compare(Subject(address, resolved, Match(described.live)), self.scope)
        return resolved if comparison.before == comparison.after else "written down, it would not be the same"

    def leave_unused(self) -> None:
        """Drops the customers that nothing found refers to: they were not asked for."""
        used = {each.attributes.get("customer") for each in self.found.values()}
        for address in [each for each in self.found if each.kind == "customers" and each.name not in used]:
            del self.found[address]

    def sound_texts(self, check: Check) -> dict[str, str]:
        """The texts by file name. What would make the whole configuration invalid is left out, and said."""
        while True:
            texts: dict[str, str] = {}
            for kind in WRITINGS:
                texts |= draft_texts(kind, self.of_kind(kind))
            try:
                check({draft_name(name): text for name, text in texts.items()})
            except ConfigurationError as error:
                if not self._drop(error.diagnostics, texts):
                    raise
                continue
            return texts

    def _drop(self, faults: Iterable[Diagnostic], texts: Mapping[str, str]) -> bool:
        """Whether any of the resources that `faults` stand in was ours to leave out."""
        size = len(self.found)
        for fault in faults:
            address = address_at(fault, texts)
            if address in self.found:
                self.skipped.append(Indescribable(_words(address, self.found.pop(address)), fault.summary))
        return len(self.found) < size

    def of_kind(self, kind: str) -> dict[str, Mapping[str, Value]]:
        """The attributes of what is to be written of `kind`, by name."""
        return {
            address.name: self.found[address].attributes
            for address in sorted(self.found)
            if address.kind == kind
        }

    def unsaid(self) -> Iterator[Indescribable]:
        """What could not be written of resources that were."""
        for address in sorted(self.found):
            for why in self.found[address].unsaid:
                yield Indescribable(_words(address, self.found[address]), why)

    def bindings(self) -> Iterator[Binding]:
        """What the state has to know: an order that carries no marker is ours by its number alone."""
        for address in sorted(self.found):
            live = self.found[address].live
            if live is not None and live.number is not None and address not in self.basis.bindings:
                known = REGISTRY[address.kind].binding(address, live, ())
                yield replace(known, facts={**known.facts, IMPORTED: True})


def _knowing(scope: Scope, customer: Subject) -> Scope:
    """`scope` with a customer of which orders may speak, and its ship-tos."""
    live, name = customer.match.live, customer.address.name
    ship_tos = {(name, ship): each for ship, each in known_ship_tos(customer).items()}
    ids = replace(
        scope.ids,
        by_address={**scope.ids.by_address, customer.address: live.id if live else None},
        ship_tos={**scope.ids.ship_tos, **ship_tos},
    )
    titles = {place: each.title for place, each in ship_tos.items()}
    return replace(scope, ids=ids, ship_to_titles={**scope.ship_to_titles, **titles})


def _words(address: Address, described: Described) -> str:
    number = described.live.number if described.live else None
    if not number:
        return str(address)
    return f"prebook {number}" if address.kind == "prebooks" else f"order {number}"
