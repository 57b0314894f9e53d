"""How every reservation stands, and what those still hold that left the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.kinds.kind import Match, Matches, Scope
from reconciler.kinds.reservations.arrivals import known_arrivals
from reconciler.kinds.reservations.sharing import Share, share_stock
from reconciler.kinds.reservations.standing import Standing, standing_resource
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.kinds.reservations.wanted import customer_id, wanted_reservation
from reconciler.model.address import Address
from reconciler.model.resource import LiveResource, Sought


def match_reservations(sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
    """Shares the stock between all reservations; what left the configuration gives up what it had."""
    stock = [stock_line(each.attributes) for each in live]
    wanted = {
        each.address: wanted_reservation(each.resolved.attributes)
        for each in sought
        if each.resolved is not None
    }
    arrived = known_arrivals(sought, wanted, stock, scope.project)
    shares = share_stock(wanted, stock, arrived, scope)
    standing = {
        address: Standing(
            wanted[address], customer_id(wanted[address], scope), shares[address], arrived[address]
        )
        for address in sorted(wanted)
    }
    left = _left_over(stock, shares.values())
    unwanted = {each.address: _left_behind(each, left) for each in sought if each.resolved is None}
    orphans = {address: each for address, each in unwanted.items() if each is not None}
    leaving = {line.id for each in orphans.values() for line in each.share.release}
    return Matches(
        _matches(standing),
        _matches(orphans),
        gone=tuple(address for address, each in unwanted.items() if each is None),
        unmanaged=sum(line.id not in leaving for lines in left.values() for line in lines),
    )


def _matches(standing: Mapping[Address, Standing]) -> dict[Address, Match]:
    return {address: Match(standing_resource(each)) for address, each in standing.items()}


def _left_over(stock: Iterable[StockLine], shares: Iterable[Share]) -> dict[int, list[StockLine]]:
    """The lines that stand reserved and that no reservation speaks of, by customer."""
    used = {line.id for share in shares for line in (*share.kept, *share.release)}
    left: dict[int, list[StockLine]] = {}
    for line in stock:
        if line.customer_id is not None and line.id not in used:
            left.setdefault(line.customer_id, []).append(line)
    return left


def _left_behind(each: Sought, left: Mapping[int, Sequence[StockLine]]) -> Standing | None:
    """What a reservation that left the configuration still holds: of its customer's lines that are `left`
    those that it spoke of; None when there is nothing to give up."""
    facts = each.binding.facts if each.binding else {}
    definition, customer = facts.get("wanted"), facts.get("customer_id")
    if not isinstance(definition, dict) or not isinstance(customer, int):
        return None
    wanted = wanted_reservation(definition)
    held = tuple(line for line in left.get(customer, ()) if wanted.is_meant(line))
    return Standing(wanted, customer, Share(release=held)) if held else None
