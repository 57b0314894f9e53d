"""Drives a simulator from a test: httpx over WSGI, each token where its method's family keeps it."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx

from reconciler.simulator.embed import Simulator
from reconciler.simulator.seed import Document, load_seed, merged

COMPANY = "simulator-company"
CUSTOMER = "simulator-bloomnet"
VENDOR = "simulator-vendor"
USER = "simulator-user"
URL = "http://komet.invalid"


@cache
def wholesaler() -> Document:
    """The packaged seed, read once."""
    return load_seed("wholesaler").document


class Komet:
    """A simulator and an HTTP client on it."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.http = httpx.Client(transport=httpx.WSGITransport(app=sim.wsgi), base_url=URL)

    def get(self, method: str, token: str = COMPANY, /, **params: Any) -> dict[str, Any]:
        """A classic GET."""
        return self._json(self.raw_get(method, token, **params))

    def raw_get(self, method: str, token: str = COMPANY, /, **params: Any) -> httpx.Response:
        """A classic GET, unread."""
        return self.http.get(f"/api/{method}", params={"authenticationToken": token, **params})

    def post(self, method: str, token: str = COMPANY, /, **body: Any) -> dict[str, Any]:
        """A classic POST with a JSON body."""
        return self._json(self.raw_post(method, token, **body))

    def raw_post(self, method: str, token: str = COMPANY, /, **body: Any) -> httpx.Response:
        """A classic POST, unread."""
        return self.http.post(f"/api/{method}", json={"authenticationToken": token, **body})

    def ask(self, method: str, token: str = COMPANY, /, **params: Any) -> dict[str, Any]:
        """A GET of the families that keep the token in a header."""
        headers = {"authenticationToken": token, "X-ACCOUNT": "6316", "X-SALES-CHANNEL": "WEB_APP"}
        return self._json(self.http.get(f"/api/{method}", params=params, headers=headers))

    def send(self, method: str, token: str = CUSTOMER, /, **body: Any) -> dict[str, Any]:
        """A POST of the families that keep the token in a header."""
        headers = {"authenticationToken": token, "X-ACCOUNT": "6316"}
        return self._json(self.http.post(f"/api/{method}", json=body, headers=headers))

    def add_stock(self, **changes: Any) -> dict[str, Any]:
        """inventory.add by URL parameters, ten boxes of Freedom 60 unless `changes` say otherwise."""
        params = {
            "authenticationToken": COMPANY,
            "growerId": 77,
            "awb": "72933810102",
            "shipDate": "2027-01-02",
            "productCode": "RSFRE60",
            "quantity": 10,
            "boxTypeCode": "HB",
            "unitType": "Stem",
            "bunches": 12,
            "stemsBunch": 25,
            "unitCost": "0.280",
            **changes,
        }
        sent = {name: value for name, value in params.items() if value is not None}
        return self._json(self.http.post("/api/inventory.add", params=sent))

    def shop(self, token: str = CUSTOMER, /, **params: Any) -> list[dict[str, Any]]:
        """All rows that ecommerce/inventory.list shows, BloomNet's unless `params` say otherwise."""
        asked = {"customerId": 48213, "rows": 10000, **params}
        rows = self.ask("ecommerce/inventory.list", token, **asked).get("inventoryItems", [])
        assert isinstance(rows, list)
        return rows

    def reserved(self, token: str = CUSTOMER, /, **params: Any) -> list[dict[str, Any]]:
        """The rows that are reserved for that customer."""
        return self.shop(token, reservedInventory="true", **params)

    def stored_line(self, line_id: int) -> dict[str, Any]:
        """One on-hand line as the company itself holds it."""
        (found,) = (line for line in self.sim.state()["inventory"] if line["id"] == line_id)
        assert isinstance(found, dict)
        return found

    def create(self, *items: dict[str, Any], **header: Any) -> dict[str, Any]:
        """purchase.order.create for ROSALEDA with sensible values for what is not given."""
        body = {"shipDate": "2027-02-01", "vendorId": 77, "customerId": 48213, **header}
        lines = list(items) or [line()]
        return self.post("purchase.order.create", **body, purchaseOrderItems=lines)

    def order(self, number: str, token: str = COMPANY, /) -> dict[str, Any]:
        """One order as purchase.order.list shows it."""
        (found,) = self.get("purchase.order.list", token, number=number)["purchaseOrders"]
        assert isinstance(found, dict)
        return found

    def book(self, *items: dict[str, Any], **header: Any) -> dict[str, Any]:
        """prebook.create for BloomNet with sensible values for what is not given; no items, no lines."""
        body = {"customerId": 48213, "carrierId": 31, "shipDate": "2027-02-12", **header}
        sent = {name: value for name, value in body.items() if value is not None}
        return self.post("prebook.create", **sent, prebookItems=list(items))

    def prebooks(
        self, date: str = "2027-02-12", token: str = COMPANY, /, **params: Any
    ) -> list[dict[str, Any]]:
        """The prebooks of a truck date as prebook.details.list shows them."""
        rows = self.get("prebook.details.list", token, date=date, **params).get("prebooks", [])
        assert isinstance(rows, list)
        return rows

    def stored_prebook(self, number: str) -> dict[str, Any]:
        """One prebook as the company itself holds it, with status, costs and the boxes that it has taken."""
        (found,) = (each for each in self.sim.state()["prebooks"] if each["number"] == number)
        assert isinstance(found, dict)
        return found

    def stored_po_line(self, line_id: int) -> dict[str, Any]:
        """One line of a purchase order as the company itself holds it."""
        orders = self.sim.state()["purchase_orders"]
        (found,) = (each for order in orders for each in order["lines"] if each["id"] == line_id)
        assert isinstance(found, dict)
        return found

    def lines(self, number: str) -> list[dict[str, Any]]:
        """The lines of one order."""
        details = self.order(number)["details"]
        assert isinstance(details, list)
        return details

    def stored(self, number: str) -> dict[str, Any]:
        """One order as the company itself holds it, with price and hold."""
        (found,) = (order for order in self.sim.state()["purchase_orders"] if order["number"] == number)
        assert isinstance(found, dict)
        return found

    def switch(self, **values: Any) -> None:
        """Set switches."""
        self.sim.operator("settings", **values)

    @staticmethod
    def _json(response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        found = response.json()
        assert isinstance(found, dict)
        return found


def line(**changes: Any) -> dict[str, Any]:
    """A purchase order line, with changes."""
    return {
        "identifier": "l1",
        "productId": 999,
        "boxTypeId": 9,
        "boxes": 10,
        "bunches": 12,
        "stemsBunch": 25,
        "unitType": "Stem",
        "cost": 0.28,
        "price": 0.42,
        **changes,
    }


def booked(**changes: Any) -> dict[str, Any]:
    """A prebook item, with changes; one that is None is left out."""
    item = {
        "identifier": "l1",
        "productId": 999,
        "boxTypeId": 9,
        "boxes": 5,
        "bunches": 12,
        "stemsBunch": 25,
        "unitType": "Stem",
        "cost": 0.28,
        "price": 0.42,
        **changes,
    }
    return {name: value for name, value in item.items() if value is not None}


def failed(answer: dict[str, Any], words: str) -> bool:
    """Whether `answer` is a failure whose message has these words."""
    return str(answer["status"]) == "0" and words.lower() in answer["message"].lower()


def seed_with(**changes: Any) -> Document:
    """The packaged seed with changes merged in."""
    return merged(wholesaler(), changes)
