"""Prebooks under random use: no box is sold twice, and what is deleted gives back exactly what it took."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from seeded import seeded

from reconciler.simulator.driver import VENDOR, Komet, booked, line, wholesaler
from reconciler.simulator.errors import Refused

BLOOM, HUDSON = 48213, 48307
DAY = "2027-02-12"
NUMBERS = ("P057116", "P057120")
SMALL = {
    **wholesaler(),
    "inventory": [row for row in wholesaler()["inventory"] if row["product"] in ("RSFRE60", "RSEXP60")],
    "purchase_orders": [row for row in wholesaler()["purchase_orders"] if row["number"] in NUMBERS],
    "switches": {"future_sales_customer": "FUTURE", "quota_users": 999999},
}
PLACES = st.integers(0, 30)
BOXES = st.integers(1, 14)
FLAGS = st.booleans()
PRODUCTS = st.sampled_from([999, 510, 512])
LIVE = ("Pending", "Partially Confirmed", "Confirmed", "Shipped")


class Prebooks(RuleBasedStateMachine):
    """What partners, the API, reps and buyers do to prebooks, in any order."""

    @initialize()
    def start(self) -> None:
        """A small wholesaler with two orders of future boxes."""
        self.komet = Komet(seeded(SMALL))

    def teardown(self) -> None:
        """Close what was opened."""
        self.komet.http.close()
        self.komet.sim.close()

    def _try(self, action: str, **params: Any) -> bool:
        try:
            self.komet.sim.operator(action, **params)
        except Refused:
            return False
        return True

    def _prebook(self, place: int) -> dict[str, Any] | None:
        found = self.komet.sim.state()["prebooks"]
        return found[place % len(found)] if found else None

    def _item(self, place: int) -> dict[str, Any] | None:
        found = [item for prebook in self.komet.sim.state()["prebooks"] for item in prebook["items"]]
        return found[place % len(found)] if found else None

    def _order(self, place: int) -> str:
        orders = self.komet.sim.state()["purchase_orders"]
        return str(orders[place % len(orders)]["number"])

    @rule(
        customer=st.sampled_from([BLOOM, HUDSON]),
        product=PRODUCTS,
        boxes=BOXES,
        number=st.sampled_from([*NUMBERS, None]),
        flags=st.tuples(FLAGS, FLAGS, FLAGS),
    )
    def book(
        self, customer: int, product: int, boxes: int, number: str | None, flags: tuple[bool, bool, bool]
    ) -> None:
        """The API books boxes: of an order, allocated, bought, onto the prebook that matches or not."""
        item = booked(productId=product, boxes=boxes, futureSalesPoNumber=number, vendorId=77)
        allocate, buy, existing = (int(flag) for flag in flags)
        answer = self.komet.book(
            item,
            customerId=customer,
            autoAllocate=allocate,
            autoGeneratePOsfromPrebooks=buy,
            useExisting=existing,
        )
        (row,) = answer["items"]
        left = row.get("availableBoxes")
        assert row["status"] == 0 or (left is None) == (number is None)
        assert left is None or left >= 0

    @rule(place=PLACES, line_id=st.sampled_from([910001, 910003, 910004]), boxes=BOXES)
    def add_future(self, place: int, line_id: int, boxes: int) -> None:
        """The API adds boxes of a future line."""
        prebook = self._prebook(place)
        if prebook is not None:
            body = {"prebookId": prebook["id"], "inventoryId": line_id, "boxes": boxes, "price": 0.5}
            self.komet.post("prebook.future.item.add", **body)

    @rule(place=PLACES, token=st.sampled_from(["simulator-company", VENDOR]))
    def delete_item(self, place: int, token: str) -> None:
        """The API deletes an item: exactly its own boxes are back, and a vendor's stays with none."""
        item = self._item(place)
        if item is None:
            return
        before = self.komet.sim.state()
        body = {"prebookId": item["prebook_id"], "prebookItemId": item["id"]}
        answer = self.komet.post("prebook.item.delete", token, **body)
        if token == VENDOR and item["vendor"] != "ROSALEDA":
            assert str(answer["status"]) == "0"
        self._raise_if_not_given_back(before, [item], str(answer["status"]) == "1")

    @rule(place=PLACES, way=st.sampled_from(["prebook.delete", "delete-prebook", "cancel-prebook"]))
    def delete(self, place: int, way: str) -> None:
        """A prebook goes, unless it is purchased or invoiced: exactly its boxes are back."""
        prebook = self._prebook(place)
        if prebook is None:
            return
        before = self.komet.sim.state()
        fixed = any(_is_fixed(before, item["id"]) for item in prebook["items"])
        if way == "prebook.delete":
            done = self.komet.post(way, prebookId=prebook["id"])["status"] == "1"
        else:
            done = self._try(way, prebook=prebook["number"])
        assert done == (not fixed and (way != "cancel-prebook" or prebook["status"] != "Cancelled"))
        self._raise_if_not_given_back(before, prebook["items"], done)

    def _raise_if_not_given_back(
        self, before: dict[str, Any], items: list[dict[str, Any]], done: bool
    ) -> None:
        taken: Counter[tuple[int, int]] = Counter()
        for item in items if done else []:
            for draw in item["draws"]:
                taken[draw["origin"], draw["line_id"]] += draw["boxes"]
        after = _sold(self.komet.sim.state())
        wanted = {key: boxes - taken[key] for key, boxes in _sold(before).items()}
        assert {key: wanted[key] for key in wanted if key in after} == after

    @rule(boxes=BOXES)
    def shop(self, boxes: int) -> None:
        """BloomNet puts future boxes into its web order."""
        body = {"customerId": BLOOM, "inventoryIds": 910003, "inventoryOrigin": 2, "quantity": boxes}
        self.komet.send("web-order-item.add", **body, price=0.4, carrierId=31, date="2027-02-12")

    @rule(finish=st.sampled_from(["web-order.checkout", "web-order.delete"]))
    def finish(self, finish: str) -> None:
        """BloomNet buys or drops its web order."""
        for order in self.komet.sim.state()["web_orders"]:
            self.komet.send(finish, customerId=BLOOM, webOrderId=order["id"])

    @rule(place=PLACES, boxes=BOXES)
    def edit(self, place: int, boxes: int) -> None:
        """A person changes an item's boxes."""
        item = self._item(place)
        if item is not None:
            self._try("edit-prebook-item", item=item["id"], boxes=boxes)

    @rule(place=PLACES, action=st.sampled_from(["purchase-prebook", "invoice-prebook", "confirm-prebook"]))
    def handle(self, place: int, action: str) -> None:
        """A prebook goes its way."""
        prebook = self._prebook(place)
        if prebook is not None:
            self._try(action, prebook=prebook["number"])

    @rule()
    def void(self) -> None:
        """The last invoice is voided."""
        for invoice in self.komet.sim.state()["invoices"][-1:]:
            self._try("void-invoice", number=invoice["number"])

    @rule(boxes=BOXES)
    def order(self, boxes: int) -> None:
        """A standalone order for BloomNet, confirmed."""
        self._try("confirm", number=self.komet.create(line(boxes=boxes))["purchaseOrderNumber"])

    @rule(
        place=PLACES,
        boxes=BOXES,
        action=st.sampled_from(["approve", "confirm", "ship", "ship-some", "receive", "cancel"]),
    )
    def move_order(self, place: int, boxes: int, action: str) -> None:
        """An order goes its way; a partial shipment splits a line and what was drawn from it."""
        number = self._order(place)
        if action == "ship-some":
            orders = {order["number"]: order for order in self.komet.sim.state()["purchase_orders"]}
            for each in orders[number]["lines"][:1]:
                self._try("ship", line=each["id"], awb=f"8-{number}", boxes=boxes)
            return
        more = {"awb": f"9-{number}"} if action == "ship" else {}
        self._try(action, number=number, **more)

    @invariant()
    def no_box_is_sold_twice(self) -> None:
        """Each line's sold boxes are those drawn, shopped or invoiced from it, never more than it has."""
        state = self.komet.sim.state()
        drawn: Counter[tuple[int, int]] = Counter()
        for prebook in state["prebooks"]:
            for item in prebook["items"]:
                for draw in item["draws"]:
                    drawn[draw["origin"], draw["line_id"]] += draw["boxes"]
        for invoice in state["invoices"]:
            for item in invoice["items"]:
                drawn[1, item["line_id"]] += item["boxes"] if item["line_id"] is not None else 0
        assert {key: boxes for key, boxes in drawn.items() if boxes} == {
            key: boxes for key, boxes in _sold(state).items() if boxes
        }
        for order in state["purchase_orders"]:
            for each in order["lines"]:
                assert 0 <= each["sold"] + each["received"] <= each["boxes"]
        for row in state["inventory"]:
            assert row["boxes"] + row["sold"] + row["lost"] == row["arrived"] and row["boxes"] >= 0

    @invariant()
    def an_item_has_its_boxes_once(self) -> None:
        """What an item draws and what is bought for it together are never more than its boxes."""
        state = self.komet.sim.state()
        for prebook in state["prebooks"]:
            for item in prebook["items"]:
                drawn = sum(draw["boxes"] for draw in item["draws"])
                bought = sum(each["boxes"] for each in _bought(state, item["id"]))
                assert drawn + bought <= item["boxes"]

    @invariant()
    def the_details_show_what_is_stored(self) -> None:
        """Every prebook of the day that is not cancelled is listed with its items and their boxes."""
        shown = {
            int(row["id"]): [(int(each["prebookItemId"]), each["totalBoxes"]) for each in row["details"]]
            for row in self.komet.prebooks(DAY)
        }
        assert shown == {
            prebook["id"]: [(item["id"], item["boxes"]) for item in prebook["items"]]
            for prebook in self.komet.sim.state()["prebooks"]
            if prebook["truck_date"] == DAY and prebook["status"] != "Cancelled"
        }


def _sold(state: dict[str, Any]) -> dict[tuple[int, int], int]:
    """Sold boxes of every line by origin and id."""
    found = {(1, row["id"]): row["sold"] for row in state["inventory"]}
    lines = (each for order in state["purchase_orders"] for each in order["lines"])
    return found | {(2, each["id"]): each["sold"] for each in lines}


def _bought(state: dict[str, Any], item_id: int) -> list[dict[str, Any]]:
    """The live lines of orders that were bought for an item."""
    return [
        each
        for order in state["purchase_orders"]
        for each in order["lines"]
        if each["prebook_item_id"] == item_id and order["status"] != "CA" and each["status"] in LIVE
    ]


def _is_fixed(state: dict[str, Any], item_id: int) -> bool:
    invoiced = (item["prebook_item_id"] for invoice in state["invoices"] for item in invoice["items"])
    return bool(_bought(state, item_id)) or item_id in invoiced


TestPrebooks = Prebooks.TestCase
TestPrebooks.settings = settings(
    max_examples=6,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
