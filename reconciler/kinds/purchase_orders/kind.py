"""The kind `purchase_orders`: standalone purchase orders, future stock kept for a customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from reconciler.kinds.kind import Comparison, Matches, Notice, Reading, Scope, Subject
from reconciler.kinds.orders.binding import learnt_binding, successor_day
from reconciler.kinds.orders.matching import OrderTraits, is_settled, match_orders, rows_of, ship_date
from reconciler.kinds.orders.order import Content, LiveOrder, WantedOrder, live_order, wanted_order
from reconciler.kinds.orders.reading import OrderCalls, choose_calls, order_queries
from reconciler.kinds.purchase_orders.answer import parse_order
from reconciler.kinds.purchase_orders.fate import order_fate
from reconciler.kinds.purchase_orders.picture import header_differs, unsettled_prices
from reconciler.kinds.purchase_orders.resolution import resolve_order
from reconciler.kinds.purchase_orders.steps import interpret_order, lower_order, order_commitment
from reconciler.kinds.purchase_orders.view import compare_orders, order_headline
from reconciler.kinds.recalling import recall
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.change import Change, Sale
from reconciler.model.query import Answer
from reconciler.model.resource import (
    Applied,
    Binding,
    DesiredResource,
    LiveResource,
    ResolvedResource,
    Sought,
)
from reconciler.model.step import ApiStep, CallResult, Fate, OperatorStep, Step
from reconciler.model.value import Json, canonical_bytes, decimal_text

NAME = "purchase_orders"
LIST = "purchase.order.list"


class PurchaseOrders:
    """Standalone purchase orders (Komet API §5), known by the marker in their comments."""

    name = NAME

    def resolve(self, desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
        """`desired` with ids beside its codes; unknown codes go to `notice` with the nearest ones."""
        return resolve_order(desired, scope, notice)

    def read(self, sought: Sequence[Sought], scope: Scope) -> Reading:
        """Known orders by number or date, whichever is fewer calls; unknown ones by ship date.

        What was not found where it is known to be is looked for once more by number, and what then is
        missing, cancelled or standing with another header by its wanted ship date: no order is created
        before its date was read (A22).
        """
        wanted = [each for each in sought if not is_settled(each, scope.today)]
        first = _first_calls(wanted, scope)
        found: dict[str, LiveResource] = {}
        yield from _ask(first, found, scope)
        doubtful = [*wanted, *scope.calm.woken(rows_of(found))]
        lost = {
            number: ""
            for each in doubtful
            for number in _known_numbers(each)
            if number not in found and number not in first.numbers
        }
        yield from _ask(choose_calls((), lost, scope.numbers_per_call), found, scope)
        dates = {day for each in doubtful for day in _search_dates(each, found, scope)} - set(first.dates)
        yield from _ask(choose_calls(dates, {}, scope.numbers_per_call), found, scope)
        return tuple(found[number] for number in sorted(found))

    def expected_calls(self, sought: Sequence[Sought], scope: Scope) -> int:
        """The calls of `read` when every order stands where it is known to be."""
        wanted = [each for each in sought if not is_settled(each, scope.today)]
        return _first_calls(wanted, scope).count(scope.numbers_per_call)

    def match(self, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
        """By binding, by marker, by `number`; an unmarked equal order is adopted."""
        return match_orders(TRAITS, sought, live, scope)

    def compare(self, subject: Subject, scope: Scope) -> Comparison:
        """Header, items and predecessors, side by side."""
        return compare_orders(subject, scope)

    def lower(self, subject: Subject, scope: Scope) -> tuple[Step, ...]:
        """Calls to append, price, confirm and delete lines; operator steps for the rest (Komet API §5.5)."""
        return lower_order(subject, scope)

    def interpret(self, step: ApiStep, answer: Answer) -> CallResult:
        """The order's id and number, and the line ids by identifier (A1)."""
        return interpret_order(step, answer)

    def fate(self, step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
        """By the header that the order shows now."""
        return order_fate(step, live, scope)

    def unsettled(self, former: Applied, change: Change) -> Applied:
        """The prices that are to change are not known any more."""
        attributes = dict(former.attributes) | unsettled_prices(former.attributes, change)
        return replace(former, attributes=attributes)

    def headline(self, subject: Subject, scope: Scope) -> str:
        """Number, vendor, ship date, location and customer."""
        return order_headline(subject, scope)

    def commitment(self, subject: Subject, steps: Sequence[Step]) -> str:
        """What the lines that `steps` add cost beyond those that they delete."""
        return decimal_text(order_commitment(subject, steps))

    def sale(self, steps: Sequence[Step]) -> Sale | None:
        """Nothing is sold."""
        return None

    def learn(self, change: Change, known: Binding | None, facts: Mapping[str, Json]) -> Binding | None:
        """A new order has id and number; the one that it replaces is remembered until it is gone."""
        return learnt_binding(change, facts)

    def binding(self, address: Address, live: LiveResource, retired: Sequence[LiveResource]) -> Binding:
        """Number and ship date, the numbers of predecessors that still stand, and whether it stands empty."""
        numbers = tuple(sorted(order.number or "" for order in retired))
        facts: dict[str, Json] = {"ship_date": ship_date(live)}
        if not live.attributes["lines"]:
            facts["empty"] = True
        return Binding(address, live.id, live.number, facts, numbers)


def _ask(calls: OrderCalls, found: dict[str, LiveResource], scope: Scope) -> Reading:
    """Reads `calls` into `found`, by number."""
    queries = order_queries(calls, LIST, scope.numbers_per_call)
    if queries:
        answers = yield queries
        for answer in answers:
            for order in recall(NAME, row_of(answer), "purchaseOrders", scope, parse_order):
                found[order.number or ""] = order
    return ()


def _known_numbers(each: Sought) -> list[str]:
    numbers = list(each.binding.retired) if each.binding else []
    if each.binding and each.binding.number:
        numbers.append(each.binding.number)
    named = each.resolved.attributes.get("number") if each.resolved else None
    return [*numbers, named] if isinstance(named, str) and named not in numbers else numbers


def _first_calls(sought: Sequence[Sought], scope: Scope) -> OrderCalls:
    forced: set[str] = set()
    dated = {each.number or "": each.ship_date for each in scope.calm.agreements.values()}
    for each in sought:
        numbers = _known_numbers(each)
        known = str(each.binding.facts.get("ship_date", "")) if each.binding else ""
        for number in numbers:
            is_bound = each.binding is not None and number == each.binding.number
            dated[number] = known if is_bound else dated.get(number, "")
        is_empty = each.binding is not None and each.binding.facts.get("empty") is True
        if known and not numbers:
            forced.add(known)  # it was to be created, and whoever did it died before its number was known
        if day := successor_day(each.binding):
            forced.add(day)
        if each.resolved is not None and (each.search or is_empty or not numbers):
            forced.add(ship_date(each.resolved))
    return choose_calls(forced, dated, scope.numbers_per_call)


def _search_dates(each: Sought, found: Mapping[str, LiveResource], scope: Scope) -> list[str]:
    """The dates on which a marked successor may stand of which nobody knows: a person who postpones an order
    leaves it empty (Komet API §5.7)."""
    if each.resolved is None:
        return []
    orders = [live_order(found[number].attributes) for number in _known_numbers(each) if number in found]
    wanted = wanted_order(each.resolved.attributes)
    filled = [order for order in orders if order.lines and not order.is_cancelled]
    if any(not header_differs(wanted, order, scope) for order in filled):
        return []
    return [] if filled and wanted.header_changes == "operator" else [wanted.ship_date]


def _same_header(wanted: ResolvedResource, order: LiveResource, scope: Scope) -> bool:
    return not header_differs(wanted_order(wanted.attributes), live_order(order.attributes), scope)


def _key_of_wanted(resolved: ResolvedResource, scope: Scope) -> bytes:
    wanted = wanted_order(resolved.attributes)
    customer = scope.ids.by_address.get(Address("customers", wanted.customer))
    return _key(wanted, customer, [(item.content, item.boxes) for item in wanted.items])


def _key_of_live(resource: LiveResource, scope: Scope) -> bytes | None:
    """None for what is no standalone order of one customer: it must not be adopted."""
    order = live_order(resource.attributes)
    if len(order.customer_ids) != 1 or not order.standalone:
        return None
    return _key(order, order.customer_ids[0], [(line.content, line.boxes) for line in order.live_lines])


def _key(order: WantedOrder | LiveOrder, customer: int | None, lines: Sequence[tuple[Content, int]]) -> bytes:
    """Equal for equal orders; boxes of equal lines count together, as an item may stand on several lines."""
    boxes: Counter[str] = Counter()
    for content, count in lines:
        boxes[repr((content.identity, content.cost, content.shown_breakdown))] += count
    shown: list[Json] = [[content, count] for content, count in sorted(boxes.items())]
    return canonical_bytes([order.vendor_id, order.ship_date, order.location_id, customer, *shown])


TRAITS = OrderTraits(NAME, "purchase order", _same_header, _key_of_wanted, _key_of_live)
