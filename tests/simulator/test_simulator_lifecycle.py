"""Any life of purchase orders, against a model: what the rules say and what the API shows never part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from seeded import seeded

from reconciler.simulator.driver import Komet, failed, line, wholesaler

SHIP_DATE = "2027-03-01"
WORDS = {"PA": "Pending Approval", "A": "Approved", "CF": "Confirmed by Farm", "CA": "Cancelled"}


@dataclass
class ModelLine:
    """What a line must look like."""

    boxes: int
    confirmed: int = 0
    status: str = "Pending"


@dataclass
class ModelOrder:
    """What an order must look like."""

    status: str = "PA"
    lines: dict[int, ModelLine] = field(default_factory=dict)

    def settle(self) -> None:
        """Confirmed by Farm once no live line is Pending (A24)."""
        live = [each.status for each in self.lines.values() if each.status != "Cancelled"]
        if live and "Pending" not in live and self.status != "CA":
            self.status = "CF"


class Life(RuleBasedStateMachine):
    """Creates, appends, confirms, prices, ships, cancels and deletes at random."""

    def __init__(self) -> None:
        super().__init__()
        self.komet = Komet(seeded(wholesaler()))
        self.orders: dict[str, ModelOrder] = {}
        self.calls = 0

    def teardown(self) -> None:
        """Close what was opened."""
        self.komet.sim.close()

    def _pick_order(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.orders)))

    def _pick_line(self, data: st.DataObject) -> tuple[ModelOrder, int]:
        pairs = [(number, key) for number in sorted(self.orders) for key in sorted(self.orders[number].lines)]
        number, key = data.draw(st.sampled_from(pairs))
        return self.orders[number], key

    def _post(self, method: str, **body: Any) -> dict[str, Any]:
        self.calls += 1
        return self.komet.post(f"purchase.order.{method}", **body)

    def _has_lines(self) -> bool:
        return any(order.lines for order in self.orders.values())

    @rule(boxes=st.lists(st.integers(1, 6), min_size=1, max_size=3))
    def create(self, boxes: list[int]) -> None:
        """Always a new order (A22)."""
        self.calls += 1
        answer = self.komet.create(*[line(boxes=count) for count in boxes], shipDate=SHIP_DATE)
        number = answer["purchaseOrderNumber"]
        assert number not in self.orders
        ids = [item["poItemId"] for item in answer["items"]]
        self.orders[number] = ModelOrder(lines=dict(zip(ids, map(ModelLine, boxes), strict=True)))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), boxes=st.integers(1, 6))
    def append(self, data: st.DataObject, boxes: int) -> None:
        """A further line, unless the order is cancelled."""
        number = self._pick_order(data)
        self.calls += 1
        answer = self.komet.create(line(boxes=boxes), shipDate=SHIP_DATE, purchaseOrderNumber=number)
        if self.orders[number].status == "CA":
            assert failed(answer, "cancelled")
        else:
            self.orders[number].lines[answer["items"][0]["poItemId"]] = ModelLine(boxes)

    @precondition(lambda self: self._has_lines())
    @rule(data=st.data(), boxes=st.integers(0, 7))
    def confirm(self, data: st.DataObject, boxes: int) -> None:
        """Confirmed boxes are absolute (A24)."""
        order, key = self._pick_line(data)
        answer = self._post("item.confirm", poItemId=key, quantityConfirmed=boxes)
        found = order.lines[key]
        if found.status in ("Shipped", "Cancelled") or boxes > found.boxes:
            assert str(answer["status"]) == "0"
            return
        found.confirmed = boxes
        found.status = (
            "Pending" if boxes == 0 else "Confirmed" if boxes == found.boxes else "Partially Confirmed"
        )
        order.settle()

    @precondition(lambda self: self._has_lines())
    @rule(data=st.data(), boxes=st.integers(1, 7))
    def ship(self, data: st.DataObject, boxes: int) -> None:
        """Fewer boxes than bought split the line (Q18)."""
        order, key = self._pick_line(data)
        codes = [f"B{place}" for place in range(boxes)]
        body = {"poItemId": key, "awb": "1-0001", "shipDate": SHIP_DATE, "boxCodes": codes}
        answer = self._post("item.awb.add", **body)
        found = order.lines[key]
        if found.status in ("Shipped", "Cancelled") or boxes > found.boxes:
            assert str(answer["status"]) == "0"
            return
        rest, left = found.boxes - boxes, max(0, found.confirmed - boxes)
        if rest:
            status = "Pending" if left == 0 else "Confirmed" if left == rest else "Partially Confirmed"
            order.lines[answer["newPOItemId"]] = ModelLine(rest, left, status)
        order.lines[key] = ModelLine(boxes, boxes, "Shipped")
        order.settle()

    @precondition(lambda self: self._has_lines())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Not once on an AWB (A36)."""
        order, key = self._pick_line(data)
        answer = self._post("item.delete", poItemId=key)
        if key in self.shipped(order):
            assert failed(answer, "AWB")
        else:
            assert str(answer["status"]) == "1"
            del order.lines[key]

    @staticmethod
    def shipped(order: ModelOrder) -> set[int]:
        """Lines on an AWB."""
        return {key for key, each in order.lines.items() if each.status == "Shipped"}

    @precondition(lambda self: self._has_lines())
    @rule(data=st.data())
    def cancel_line(self, data: st.DataObject) -> None:
        """The vendor cancels a line that is not shipped."""
        order, key = self._pick_line(data)
        if order.lines[key].status == "Shipped" or order.status == "CA":
            return
        self.komet.sim.operator("cancel-line", line=key)
        order.lines[key].status, order.lines[key].confirmed = "Cancelled", 0
        order.settle()

    @precondition(lambda self: any(order.status == "PA" for order in self.orders.values()))
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        """A person approves."""
        number = data.draw(
            st.sampled_from(sorted(key for key, each in self.orders.items() if each.status == "PA"))
        )
        self.komet.sim.operator("approve", number=number)
        self.orders[number].status = "A"

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """A person cancels an order of which nothing is shipped."""
        number = self._pick_order(data)
        order = self.orders[number]
        if self.shipped(order):
            return
        self.komet.sim.operator("cancel", number=number)
        order.status = "CA"
        for each in order.lines.values():
            each.status = "Cancelled"

    @invariant()
    def the_list_shows_the_model(self) -> None:
        """Status, boxes, confirmed boxes and line states are read as the rules made them."""
        self.calls += 1
        answer = self.komet.get("purchase.order.list", date=SHIP_DATE)
        shown = {
            order["number"]: (
                order["status"],
                {
                    int(each["poItemId"]): (
                        each["totalBoxes"],
                        each["quantityConfirmed"],
                        each["lineItemStatus"],
                    )
                    for each in order["details"]
                },
            )
            for order in answer.get("purchaseOrders", [])
        }
        assert shown == {
            number: (
                WORDS[order.status],
                {key: (each.boxes, each.confirmed, each.status) for key, each in order.lines.items()},
            )
            for number, order in self.orders.items()
        }
        assert len(self.komet.sim.state()["calls"]) == self.calls


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=20, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
