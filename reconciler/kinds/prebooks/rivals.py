"""Which prebooks Komet cannot tell apart by their headers when lines are added with `useExisting`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct, field

from reconciler.kinds.kind import Scope
from reconciler.kinds.prebooks.prebook import LivePrebook, WantedPrebook
from reconciler.model.address import Address

Key = tuple[object, ...]


class Header(Struct, frozen=True):
    """A header as `useExisting` compares it (Komet API §7.2), under the number or address it belongs to.

    Location, carrier, customer and customer PO count beside the date, and a ship-to where both show one: the
    documents say «if applicable». What is None is not known, and equals everything.
    """

    owner: str
    ship_date: str
    key: Key
    ship_to: str

    def is_like(self, other: Header) -> bool:
        """Whether Komet could take one for the other."""
        if self.ship_date != other.ship_date or (
            self.ship_to and other.ship_to and self.ship_to != other.ship_to
        ):
            return False
        return all(
            mine == theirs or mine is None or theirs is None
            for mine, theirs in zip(self.key, other.key, strict=True)
        )


class Headers(Struct):
    """Every header that stands or is wanted, by date."""

    by_date: dict[str, list[Header]] = field(default_factory=lambda: defaultdict(list))

    def add(self, headers: Iterable[Header]) -> None:
        """Takes them in."""
        for header in headers:
            self.by_date[header.ship_date].append(header)

    def rivals(self, header: Header, *own: str) -> tuple[str, ...]:
        """The owners of headers like `header`, but for those called `own`."""
        like = {each.owner for each in self.by_date.get(header.ship_date, ()) if each.is_like(header)}
        return tuple(sorted(like - {header.owner, *own}))


def live_header(live: LivePrebook) -> Header:
    """The header of a prebook that stands."""
    key = (live.carrier_id, live.customer_id, live.location_id, live.customer_po.casefold())
    return Header(live.number, live.ship_date, key, live.ship_name.casefold())


def wanted_header(address: Address, wanted: WantedPrebook, scope: Scope) -> Header:
    """The header of a prebook that is wanted. A customer that is not there yet is no other one."""
    customer = scope.ids.by_address.get(Address("customers", wanted.customer))
    buyer: object = customer if customer is not None else wanted.customer
    key = (wanted.carrier_id, buyer, wanted.location_id, (wanted.customer_po or "").casefold())
    return Header(str(address), wanted.ship_date, key, (wanted.ship_to_title or "").casefold())
