"""Which resources are as they were when both sides last agreed, told by digests alone."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from operator import itemgetter

from msgspec import Struct, field

from reconciler import __version__
from reconciler.config.configuration import Configuration
from reconciler.config.digest import settings_digest
from reconciler.kinds.kind import LiveIds, Matches, Scope
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json, digest_of

FORMAT = f"1 {__version__}"
"""Under which rows and verdicts are remembered: what another version understood, this one reads anew."""

AGREEING = frozenset({"purchase_orders", "prebooks"})
"""The kinds of which one row shows everything, so that its digest can stand for it."""


class Verdicts(Struct, frozen=True):
    """The agreements that still may hold, since what they speak of is wanted as it was, and could be looked
    up then: `wanted` is the digest of what each address asks for now, `before` what was agreed on, both in
    the light of the same `background`."""

    background: str = ""
    before: Mapping[Address, Agreement] = field(default_factory=dict)
    wanted: Mapping[Address, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        agreements: Mapping[Address, Agreement],
        configuration: Configuration,
        background: str,
        restless: Container[Address],
    ) -> Verdicts:
        """What of `agreements` speaks of what `configuration` wants now, and of nothing `restless`: that
        somebody is asked about, or that has another address."""
        wanted = {
            address: each.digest
            for address, each in configuration.resources.items()
            if address.kind in AGREEING and address not in restless
        }
        same = {address: each for address, each in agreements.items() if each.wanted == wanted.get(address)}
        return cls(background, same, wanted)

    def steady(self, kind: str, matches: Mapping[str, Matches], ids: LiveIds) -> dict[Address, Agreement]:
        """The agreements on resources of `kind` where nothing that they depend on has changed; `matches` are
        those of the kinds that were read before."""
        around = _Surroundings(ids)
        steady = _Steady(matches)
        return {
            address: each
            for address, each in self.before.items()
            if address.kind == kind and around[each.depends_on] == each.around and steady[each.depends_on]
        }

    def keys(
        self, resolved: Mapping[Address, ResolvedResource], ids: LiveIds, agreed: Container[Address]
    ) -> dict[Address, tuple[str, str]]:
        """What an agreement on each address that is not `agreed` on yet has to say of what is wanted and of
        what stands around it."""
        around = _Surroundings(ids)
        return {
            address: (wanted, around[resolved[address].depends_on])
            for address, wanted in self.wanted.items()
            if address not in agreed and address in resolved
        }

    def agreed(self, matches: Mapping[str, Matches]) -> dict[Address, Agreement]:
        """The agreements that do hold."""
        return {address: self.before[address] for each in matches.values() for address in each.agreed}


def by_kind(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    """The addresses of each kind, sorted."""
    found: dict[str, list[Address]] = {}
    for address in addresses:
        found.setdefault(address.kind, []).append(address)
    return {kind: sorted(each, key=itemgetter(1)) for kind, each in sorted(found.items())}


class _Surroundings(dict[tuple[Address, ...], str]):
    """The digest of what a resource is compared in the light of, by what it depends on: the ids of that, and
    all ship-tos, since a prebook shows one by its name alone."""

    def __init__(self, ids: LiveIds) -> None:
        super().__init__()
        self._ids = ids
        ship_tos: list[Json] = [
            [*key, each.id, each.title] for key, each in sorted(ids.ship_tos.items(), key=lambda one: one[0])
        ]
        self._ship_tos = digest_of(ship_tos)

    def __missing__(self, needed: tuple[Address, ...]) -> str:
        """Equal as long as the same ids stand for what is `needed`."""
        ids: list[Json] = [
            [str(each), self._ids.by_address.get(each), self._ids.numbers.get(each)] for each in needed
        ]
        self[needed] = found = digest_of([self._ship_tos, *ids])
        return found


class _Steady(dict[tuple[Address, ...], bool]):
    """Whether what is depended on keeps its number: a customer does, an order that is agreed on does."""

    def __init__(self, matches: Mapping[str, Matches]) -> None:
        super().__init__()
        self._matches = matches

    def __missing__(self, needed: tuple[Address, ...]) -> bool:
        self[needed] = found = all(map(self._is_steady, needed))
        return found

    def _is_steady(self, needed: Address) -> bool:
        if needed.kind not in AGREEING:
            return True
        known = self._matches.get(needed.kind)
        return known is not None and needed in known.agreed


def background_of(configuration: Configuration, scope: Scope) -> str:
    """The digest of what every resource is looked up in and judged by."""
    lists: dict[str, Json] = {
        name: [[each.id, each.code, each.name, each.active] for each in known.entries]
        for name, known in sorted(scope.catalogue.lists.items())
    }
    titles: list[Json] = [[*key, title] for key, title in sorted(scope.ship_to_titles.items())]
    settings: list[Json] = [scope.project, scope.token_type, scope.assigns_by_api]
    return digest_of([FORMAT, settings_digest(configuration.project), lists, titles, settings])
