"""Which live order stands for which address: by binding, by marker, by number, by equality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.kinds.kind import Match, Matches, Scope
from reconciler.kinds.orders.binding import successor_day
from reconciler.kinds.orders.line import CANCELLED
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import LiveResource, ResolvedResource, Sought


class OrderTraits(Struct, frozen=True):
    """What matching asks a kind of order: its name, and when two orders are the same.

    `same_header` says whether a live order has the wanted header. `key_of_wanted` and `key_of_live` are equal
    exactly when an unmarked order equals the configuration, None where it must not be adopted at all.
    """

    kind: str
    word: str
    same_header: Callable[[ResolvedResource, LiveResource, Scope], bool]
    key_of_wanted: Callable[[ResolvedResource, Scope], bytes]
    key_of_live: Callable[[LiveResource, Scope], bytes | None]


def ship_date(order: LiveResource | ResolvedResource) -> str:
    """The order's ship date as ISO text, which orders as dates do."""
    return str(order.attributes["ship_date"])


def is_settled(sought: Sought, today: str) -> bool:
    """Whether the order is known to have shipped and nothing else is wanted under its name.

    A settled order costs no calls. A name whose ship date was moved on stands for a new order.
    """
    known = sought.binding.facts.get("ship_date") if sought.binding else None
    if not isinstance(known, str) or known >= today or successor_day(sought.binding) >= today:
        return False
    if sought.is_agreed:
        return True
    return sought.resolved is None or ship_date(sought.resolved) == known


def rows_of(found: Mapping[str, LiveResource] | Mapping[int, LiveResource]) -> set[str]:
    """The digests of the rows by which what was `found` showed."""
    return {order.shown for order in found.values()}


def is_over(order: LiveResource, wanted: ResolvedResource | None, today: str) -> bool:
    """Whether a live order has shipped and is not the one that is wanted now."""
    return ship_date(order) < today and (wanted is None or ship_date(wanted) != ship_date(order))


def match_orders(
    traits: OrderTraits, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope
) -> Matches:
    """Tells `live` apart. An order belongs to an address by binding, by its marker, or by a written `number`;
    an unmarked one that equals the configuration is adopted."""
    agreed = _agreed(traits.kind, sought, live, scope)
    ids = {order.id for order in agreed.values()}
    woken = [scope.calm.wake(each) for each in scope.calm.agreements if each not in agreed]
    rest = {each.address: each for each in (*sought, *woken)}
    found = _Matching(traits, scope, rest, [order for order in live if order.id not in ids]).run()
    return replace(found, agreed=agreed)


def _agreed(
    kind: str, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope
) -> dict[Address, LiveResource]:
    """What shows what it showed when both sides last agreed, where no other order could be meant as well."""
    calm = {each.shown: address for address, each in scope.calm.agreements.items()}
    if not calm:
        return {}
    others = [order for order in live if order.shown not in calm]
    numbers = {order.number for order in others} | {_named(each) for each in sought}
    claimed = {_carried(kind, order, scope) for order in others}
    found: dict[Address, LiveResource] = {}
    for order in live:
        address = calm.get(order.shown)
        if address is not None and order.number not in numbers and address not in claimed:
            found[address] = order
    return found


def _carried(kind: str, order: LiveResource, scope: Scope) -> Address | None:
    """The address that the order's marker names, where it is one of this project's."""
    if order.marker is None or order.marker.project != scope.project:
        return None
    carried = Address(kind, order.marker.name)
    return scope.moved.get(str(carried), carried)


def _named(sought: Sought) -> str | None:
    """The number by which the configuration names the order; one that both sides agreed on is bound to it."""
    if sought.resolved is None or sought.is_agreed:
        return None
    number = sought.resolved.attributes.get("number")
    return number if isinstance(number, str) else None


class _Matching(Struct):
    traits: OrderTraits
    scope: Scope
    sought: Mapping[Address, Sought]
    live: Sequence[LiveResource]
    wanted: dict[Address, Match] = field(default_factory=dict)
    orphans: dict[Address, Match] = field(default_factory=dict)
    settled: set[Address] = field(default_factory=set)
    gone: list[Address] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    owner: dict[int, Address] = field(default_factory=dict)

    def run(self) -> Matches:
        claims = self._claims()
        for address in sorted(set(self.sought) | set(claims)):
            sought = self.sought.get(address) or Sought(address, None, None)
            if is_settled(sought, self.scope.today):
                self._settle(sought)
            elif sought.resolved is None:
                self._orphan(sought, claims.get(address, []))
            else:
                self._want(sought, sought.resolved, claims.get(address, []))
        self._adopt()
        owned = len({order.id for order in self.live if order.id in self.owner})
        return Matches(
            wanted=self.wanted,
            orphans=self.orphans,
            settled=frozenset(self.settled),
            gone=tuple(self.gone),
            unmanaged=len({order.id for order in self.live}) - owned,
            diagnostics=tuple(self.diagnostics),
        )

    def _claims(self) -> dict[Address, list[LiveResource]]:
        """The live orders of each address, each order claimed once."""
        by_number: dict[str, Address] = {}
        for address, sought in self.sought.items():
            if (number := _named(sought)) is not None:
                by_number[number] = address
            if sought.binding is not None:
                for number in (sought.binding.number, *sought.binding.retired):
                    by_number.setdefault(number or "", address)
        claims: dict[Address, list[LiveResource]] = defaultdict(list)
        for order in self.live:
            if order.id in self.owner:
                continue
            claimant = self._claimant(order, by_number)
            if claimant is not None:
                self.owner[order.id] = claimant
                claims[claimant].append(order)
        return claims

    def _claimant(self, order: LiveResource, by_number: Mapping[str, Address]) -> Address | None:
        named = by_number.get(order.number or "")
        marker = order.marker
        if marker is None:
            return named
        if marker.project != self.scope.project:
            if named is not None:
                self._fault(named, f"{order.number} carries the marker of the project {marker.project!r}")
            return None
        return named if named is not None else _carried(self.traits.kind, order, self.scope)

    def _settle(self, sought: Sought) -> None:
        if sought.resolved is None:
            self.gone.append(sought.address)
        else:
            self.settled.add(sought.address)

    def _orphan(self, sought: Sought, orders: Sequence[LiveResource]) -> None:
        """Ours and no longer wanted: what has not shipped and is not cancelled is to go."""
        left = [
            order
            for order in orders
            if not self._is_cancelled(order) and not is_over(order, None, self.scope.today)
        ]
        if left:
            self.orphans[sought.address] = Match(left[0], tuple(left[1:]))
        elif sought.binding is not None:
            self.gone.append(sought.address)

    def _want(self, sought: Sought, wanted: ResolvedResource, orders: Sequence[LiveResource]) -> None:
        bound = sought.binding.number if sought.binding else None
        candidates = [order for order in orders if not is_over(order, wanted, self.scope.today)]
        alive = [order for order in candidates if not self._is_cancelled(order)]
        dead = [order for order in candidates if self._is_cancelled(order)]
        ranked = (
            alive if len(alive) < 2 else sorted(alive, key=lambda order: self._rank(order, wanted, bound))
        )
        named = wanted.attributes.get("number")
        if isinstance(named, str) and not any(order.number == named for order in orders):
            self._fault(sought.address, f"no {self.traits.word} {named} was found in Komet", path=("number",))
        if ranked:
            adopted = bound is None and ranked[0].marker is None
            if ship_date(ranked[0]) < self.scope.today:
                self.settled.add(sought.address)
            self.wanted[sought.address] = Match(ranked[0], tuple(ranked[1:]), adopted=adopted)
            return
        known = [order for order in dead if order.number == bound] or dead
        self.wanted[sought.address] = Match(cancelled=known[0] if known else None)

    def _rank(
        self, order: LiveResource, wanted: ResolvedResource, bound: str | None
    ) -> tuple[bool, bool, bool, int]:
        """The current one of several: it has the wanted header, then lines, then it is the bound one."""
        return (
            not self.traits.same_header(wanted, order, self.scope),
            not order.attributes["lines"],
            order.number != bound,
            order.id,
        )

    def _adopt(self) -> None:
        """Finds unmarked orders that equal what is wanted and has none; of several, the user must choose."""
        open_orders: dict[bytes, list[LiveResource]] = defaultdict(list)
        strays = [each for each in self.live if each.id not in self.owner and each.marker is None]
        for order in sorted(strays, key=lambda each: each.id):
            if self._is_cancelled(order):
                continue
            key = self.traits.key_of_live(order, self.scope)
            if key is not None and order not in open_orders[key]:
                open_orders[key].append(order)
        homeless = [each for each, match in self.wanted.items() if not (match.live or match.cancelled)]
        for address in sorted(homeless):
            resolved = self.sought[address].resolved
            if resolved is None:
                continue
            found = open_orders.get(self.traits.key_of_wanted(resolved, self.scope), [])
            if len(found) > 1:
                numbers = ", ".join(str(order.number) for order in found)
                self._fault(
                    address,
                    f"{len(found)} orders in Komet equal this one and carry no marker: {numbers}",
                    detail=f"write `number: {found[0].number}` to bind it to the one that is meant",
                )
            elif found:
                order = found.pop()
                self.owner[order.id] = address
                self.wanted[address] = Match(order, adopted=True)

    def _is_cancelled(self, order: LiveResource) -> bool:
        return order.attributes["status"] == CANCELLED

    def _fault(self, address: Address, summary: str, detail: str = "", path: tuple[str, ...] = ()) -> None:
        self.diagnostics.append(
            Diagnostic(Severity.ERROR, summary, detail=detail, address=address, path=path)
        )
