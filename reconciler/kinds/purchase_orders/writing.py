"""Purchase orders as a configuration writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.kinds.orders.order import LiveOrder, live_order
from reconciler.kinds.purchase_orders.accepting import accept_order
from reconciler.kinds.purchase_orders.answer import parse_order
from reconciler.kinds.purchase_orders.describing import describe_order
from reconciler.kinds.purchase_orders.kind import LIST
from reconciler.kinds.row import row_of
from reconciler.kinds.writing import Accepted, Described, Drifted, Indescribable, Mention, Quest
from reconciler.model.query import Query
from reconciler.model.resource import LiveResource
from reconciler.model.value import Value


class PurchaseOrdersWriting:
    """How purchase orders are written: by what purchase.order.list shows (Komet API §5.3)."""

    hidden = ("price",)

    def calls(self, quest: Quest, scope: Scope) -> int:
        """One for each ship date."""
        return len(quest.dates)

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """Every order of the ship dates: a date is a call, and no list spans several (Komet API §5.3)."""
        answers = yield [Query(LIST, {"date": date}) for date in quest.dates]
        return tuple(parse_order(row) for answer in answers for row in row_of(answer).rows("purchaseOrders"))

    def mentions(self, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """The customers of standalone orders that have lines."""
        orders = [live_order(each.attributes) for each in live]
        return [
            Mention(id) for order in orders if order.standalone and order.lines for id in order.customer_ids
        ]

    def describe(
        self, live: Sequence[LiveResource], quest: Quest, scope: Scope
    ) -> Sequence[Described | Indescribable]:
        """Standalone orders of the customers, each with its number; cancelled ones are past."""
        ordered = sorted(live, key=lambda each: (str(each.attributes["ship_date"]), str(each.number)))
        return [
            describe_order(each, quest.names.get(each.id), scope)
            for each in ordered
            if each.id not in quest.managed and _is_meant(live_order(each.attributes), quest)
        ]

    def accept(
        self, subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
    ) -> Accepted:
        """Header and lines as a person left them in Komet."""
        return accept_order(subject, written, drifted, scope)


def _is_meant(order: LiveOrder, quest: Quest) -> bool:
    """An order that stands for one of the customers, if only with some of its lines."""
    return order.standalone and not order.is_cancelled and not quest.customers.isdisjoint(order.customer_ids)
