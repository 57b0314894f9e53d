"""Stock under random use: boxes are conserved, and a token sees exactly what the rules say."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from seeded import seeded

from reconciler.simulator.driver import COMPANY, CUSTOMER, Komet, line, wholesaler
from reconciler.simulator.errors import Refused

BLOOM, PETALHSE = 48213, 48301
CODES = {BLOOM: "BLOOM", PETALHSE: "PETALHSE"}
SMALL = {
    **wholesaler(),
    "inventory": [row for row in wholesaler()["inventory"] if row["product"] == "RSFRE60"][:12],
    "purchase_orders": [row for row in wholesaler()["purchase_orders"] if row["number"] == "P057120"],
    "switches": {"future_sales_customer": "FUTURE", "quota_users": 999999},
}
CUSTOMERS = st.sampled_from(["BLOOM", "PETALHSE", None])
PLACES = st.integers(0, 30)
BOXES = st.integers(1, 12)


class Stock(RuleBasedStateMachine):
    """What people, the API and buyers do to stock and to future inventory, in any order."""

    @initialize()
    def start(self) -> None:
        """A small wholesaler."""
        self.komet = Komet(seeded(SMALL))
        self.arrived = sum(row["boxes"] for row in self._stock())

    def teardown(self) -> None:
        """Close what was opened."""
        self.komet.http.close()
        self.komet.sim.close()

    def _stock(self) -> list[dict[str, Any]]:
        found = self.komet.sim.state()["inventory"]
        assert isinstance(found, list)
        return found

    def _line(self, place: int) -> int:
        stock = self._stock()
        return int(stock[place % len(stock)]["id"])

    def _po_line(self, place: int) -> int:
        lines = [each["id"] for order in self.komet.sim.state()["purchase_orders"] for each in order["lines"]]
        return int(lines[place % len(lines)])

    def _try(self, action: str, **params: Any) -> dict[str, Any]:
        try:
            return self.komet.sim.operator(action, **params)
        except Refused:
            return {}

    @rule(place=PLACES, customer=CUSTOMERS)
    def assign(self, place: int, customer: str | None) -> None:
        """Somebody puts a customer on a line."""
        self._try("stock-customer", line=self._line(place), customer=customer)

    @rule(place=PLACES, boxes=BOXES, customer=CUSTOMERS)
    def split(self, place: int, boxes: int, customer: str | None) -> None:
        """Somebody splits a line."""
        self._try("stock-split", line=self._line(place), boxes=boxes, customer=customer)

    @rule(place=PLACES, action=st.sampled_from(["stock-hold", "stock-release", "stock-delete"]))
    def touch(self, place: int, action: str) -> None:
        """Somebody holds, releases or deletes a line."""
        self._try(action, line=self._line(place))

    @rule(place=PLACES, boxes=BOXES)
    def lower(self, place: int, boxes: int) -> None:
        """Boxes break."""
        self._try("stock-lower", line=self._line(place), boxes=boxes)

    @rule(boxes=BOXES, customer=st.sampled_from([BLOOM, None]))
    def add(self, boxes: int, customer: int | None) -> None:
        """The API adds a line."""
        self.komet.add_stock(quantity=boxes, customerId=customer)
        self.arrived += boxes

    @rule(place=PLACES, boxes=BOXES)
    def enlarge(self, place: int, boxes: int) -> None:
        """The API adds boxes to a line."""
        body = {"inventoryId": self._line(place), "unitCost": 0.28, "quantity": boxes}
        self.arrived += boxes * (str(self.komet.post("inventory.update", **body)["status"]) == "1")

    @rule(place=PLACES, boxes=BOXES, customer=st.sampled_from([BLOOM, PETALHSE]))
    def buy(self, place: int, boxes: int, customer: int) -> None:
        """Somebody buys from stock."""
        self._try("buy", customer=customer, line=self._line(place), boxes=boxes)

    @rule(place=PLACES, boxes=BOXES)
    def buy_future(self, place: int, boxes: int) -> None:
        """Somebody buys before arrival."""
        self._try("buy", customer=BLOOM, po_line=self._po_line(place), boxes=boxes)

    @rule(place=PLACES, boxes=BOXES, origin=st.sampled_from([1, 2]))
    def shop(self, place: int, boxes: int, origin: int) -> None:
        """BloomNet puts boxes into its web order."""
        line_id = self._line(place) if origin == 1 else self._po_line(place)
        body = {"customerId": BLOOM, "inventoryIds": line_id, "inventoryOrigin": origin, "quantity": boxes}
        self.komet.send("web-order-item.add", **body, price=0.4, carrierId=31, date="2027-02-02")

    @rule(finish=st.sampled_from(["web-order.checkout", "web-order.delete"]))
    def finish(self, finish: str) -> None:
        """BloomNet buys or drops its web order."""
        for order in self.komet.sim.state()["web_orders"]:
            self.komet.send(finish, customerId=BLOOM, webOrderId=order["id"])

    @rule()
    def void(self) -> None:
        """The last invoice is voided."""
        for invoice in self.komet.sim.state()["invoices"][-1:]:
            self._try("void-invoice", number=invoice["number"])

    @rule(boxes=BOXES, price=st.sampled_from([None, 0.42]))
    def order(self, boxes: int, price: float | None) -> None:
        """A standalone order for BloomNet."""
        self.komet.create(line(boxes=boxes, price=price), shipDate="2027-02-01")

    @rule(
        place=PLACES,
        action=st.sampled_from(["confirm", "hold", "release", "ship", "receive", "set-customer"]),
        customer=CUSTOMERS,
    )
    def handle(self, place: int, action: str, customer: str | None) -> None:
        """An order goes its way."""
        orders = self.komet.sim.state()["purchase_orders"]
        number = orders[place % len(orders)]["number"]
        more: dict[str, Any] = {"awb": f"9-{number}"} if action == "ship" else {}
        if action == "set-customer":
            more = {"customer": customer}
        added = self._try(action, number=number, **more).get("lines", [])
        if action == "receive":
            self.arrived += sum(row["boxes"] for row in self._stock() if row["id"] in added)

    @invariant()
    def boxes_are_conserved(self) -> None:
        """Left, sold and lost boxes are those that arrived: on each line, and all together."""
        stock = self._stock()
        for row in stock:
            assert row["boxes"] + row["sold"] + row["lost"] == row["arrived"], row
            assert min(row["boxes"], row["sold"], row["lost"]) >= 0, row
        assert sum(row["arrived"] for row in stock) == self.arrived

    @invariant()
    def sales_are_accounted_for(self) -> None:
        """Boxes sold are on invoices and web orders, future ones in prebooks, never more than there are."""
        state = self.komet.sim.state()
        open_orders = [order for order in state["web_orders"] if order["status"] == 1]
        items = [item for invoice in state["invoices"] for item in invoice["items"]]
        items += [item for order in open_orders for item in order["items"] if item["origin"] == 1]
        assert sum(item["boxes"] for item in items) == sum(row["sold"] for row in state["inventory"])
        booked = [item for prebook in state["prebooks"] for item in prebook["items"]]
        draws = [draw for item in booked for draw in item["draws"]]
        for order in state["purchase_orders"]:
            for each in order["lines"]:
                sold = sum(draw["boxes"] for draw in draws if draw["line_id"] == each["id"])
                assert sold == each["sold"]
                assert each["sold"] + each["received"] <= each["boxes"]

    @invariant()
    def a_token_sees_what_the_rules_say(self) -> None:
        """§6.2, §4.5: the reserved and the free rows are exactly those that the rules give."""
        state = self.komet.sim.state()
        for reserved in (True, False):
            rows = self.komet.shop(CUSTOMER, reservedInventory=str(reserved).lower())
            seen = {(row["inventoryOrigin"], int(row["inventoryLineIds"])): row["quantity"] for row in rows}
            assert seen == _expected(state, reserved)

    @invariant()
    def free_and_reserved_exclude_each_other(self) -> None:
        """§4.7, A6: no line is in the open market list and in a customer's reserved list."""
        items = self.komet.get("inventory.openmarket.list").get("inventoryItems", [])
        free = {row["inventoryId"] for row in items}
        for customer in CODES:
            rows = self.komet.reserved(COMPANY, customerId=customer)
            own = {int(row["inventoryLineIds"]) for row in rows if row["inventoryOrigin"] == 1}
            assert not own & free


def _expected(state: dict[str, Any], reserved: bool) -> dict[tuple[int, int], int]:
    """The rules once more, in plain words: what BloomNet sees of each origin, with the boxes left."""
    wanted = "BLOOM" if reserved else None
    found = {
        (1, row["id"]): row["boxes"]
        for row in state["inventory"]
        if row["customer"] == wanted
        and row["boxes"] > 0
        and not row["held"]
        and not row["staging"]
        and (reserved or row["type"] == "M")
    }
    for order in state["purchase_orders"]:
        if order["hold"] or order["customer"] != ("BLOOM" if reserved else "FUTURE"):
            continue
        for each in order["lines"]:
            left = each["confirmed"] - each["sold"] - each["received"]
            if left > 0 and each["price"] is not None and order["status"] != "CA":
                found[2, each["id"]] = left
    return found


TestStock = Stock.TestCase
TestStock.settings = settings(
    max_examples=6,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
