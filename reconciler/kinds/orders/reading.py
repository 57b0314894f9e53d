"""Which list calls find a set of orders: by number in batches, or by date, whichever is fewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from reconciler.model.query import Query


class OrderCalls(Struct, frozen=True):
    """The cheapest choice: read these dates whole, and these numbers in batches."""

    dates: tuple[str, ...]
    numbers: tuple[str, ...]

    def count(self, per_call: int) -> int:
        """How many calls that is."""
        return len(self.dates) + -(-len(self.numbers) // per_call)


def choose_calls(forced: Iterable[str], dated: Mapping[str, str], per_call: int) -> OrderCalls:
    """The fewest calls that read the dates `forced` whole and every order of `dated` (number to date).

    An order on a date that is read costs nothing more; for the rest a date call pays off where it saves
    batches. Reading the fullest dates first is optimal, since every date costs one call. An order whose
    date is "" can only be read by number.

    No span of ship dates is among the choices: what is documented goes by other dates, from which orders
    would be missing (`futureInventoryAvailableFrom` and `vendorShipDateFrom`, Komet API §5.3, §7.5).
    """
    dates = set(forced)
    rest = {number: date for number, date in dated.items() if date not in dates}
    weights = Counter(date for date in rest.values() if date)
    ranked = sorted(weights, key=lambda date: (-weights[date], date))
    best, saved = 0, 0
    cost = -(-len(rest) // per_call)
    for taken, date in enumerate(ranked, start=1):
        saved += weights[date]
        candidate = taken + -(-(len(rest) - saved) // per_call)
        if candidate < cost:
            best, cost = taken, candidate
    whole = set(ranked[:best])
    numbers = sorted(number for number, date in rest.items() if date not in whole)
    return OrderCalls(tuple(sorted(dates | whole)), tuple(numbers))


def order_queries(calls: OrderCalls, method: str, per_call: int) -> list[Query]:
    """The queries of `calls`: dates first, then batches of numbers (Komet API §5.3)."""
    queries = [Query(method, {"date": date}) for date in calls.dates]
    return queries + [
        Query(method, {"number": ",".join(batch)}) for batch in _batches(calls.numbers, per_call)
    ]


def _batches(numbers: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
