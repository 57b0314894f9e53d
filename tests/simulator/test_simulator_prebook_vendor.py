"""Prebooks by Vendor tokens: what they may set, see and delete."""

from __future__ import annotations

from typing import Any

import pytest
from seeded import seeded

from reconciler.simulator.driver import CUSTOMER, USER, VENDOR, Komet, booked, failed, seed_with

DAY = "2027-02-12"


def _book(komet: Komet, *items: dict[str, Any]) -> dict[str, Any]:
    header = {"customerId": 48213, "carrierId": 31, "shipDate": DAY}
    return komet.post("prebook.create", VENDOR, **header, prebookItems=list(items))


def _stored(komet: Komet, answer: dict[str, Any]) -> dict[str, Any]:
    (item,) = komet.stored_prebook(answer["prebookNumber"])["items"]
    assert isinstance(item, dict)
    return item


def test_price_vendor_and_cost_are_ignored(komet: Komet) -> None:
    """Q24: the line is the token's vendor's; price and cost count for nothing, however wrong they are."""
    part = {"productId": 999, "bunches": 1, "stemsBunch": 1, "cost": 1, "price": 2}
    answer = _book(komet, booked(vendorId=78, vendorCode="x", price="nonsense", cost=-1, breakdowns=[part]))
    item = _stored(komet, answer)
    assert (item["vendor"], item["price"], item["cost"]) == ("ROSALEDA", None, None)
    assert [(each["cost"], each["price"]) for each in item["breakdowns"]] == [(None, None)]
    assert _book(komet, booked(price=None, cost=None))["items"][0]["status"] == 1


@pytest.mark.parametrize(
    ("flags", "price", "cost"),
    [
        ({"changes_price": True}, "0.42", None),
        ({"changes_cost": True}, None, "0.28"),
        ({"changes_price": True, "changes_cost": True}, "0.42", "0.28"),
    ],
)
def test_the_vendors_settings(flags: dict[str, bool], price: str | None, cost: str | None) -> None:
    """§7.2: price counts with "Allow changing sales price", cost with "Allow changing cost"."""
    sim = seeded(seed_with(vendors=[{"code": "ROSALEDA", **flags}]))
    komet = Komet(sim)
    part = {"productId": 999, "bunches": 1, "stemsBunch": 1, "cost": 0.28, "price": 0.42}
    item = _stored(komet, _book(komet, booked(breakdowns=[part])))
    assert (item["price"], item["cost"]) == (price, cost)
    assert [(each["price"], each["cost"]) for each in item["breakdowns"]] == [(price, cost)]
    assert _book(komet, booked(price=None, cost=None))["items"][0]["status"] == 1
    sim.close()


@pytest.mark.parametrize(
    ("switch", "price", "cost"),
    [("vendor_changes_price", "0.42", None), ("vendor_changes_cost", None, "0.28")],
)
def test_the_companys_settings(komet: Komet, switch: str, price: str | None, cost: str | None) -> None:
    """§7.2: a newer text has the setting for the whole company; the switch turns it on for every vendor."""
    komet.switch(**{switch: "on"})
    item = _stored(komet, _book(komet, booked()))
    assert (item["price"], item["cost"]) == (price, cost)


def test_a_vendor_sees_its_own_costed_lines(komet: Komet) -> None:
    """§7.5: own lines with a cost, shipped yesterday or later; no customer, no price; nothing else."""
    komet.book(
        booked(vendorId=77),
        booked(vendorId=77, cost=None),
        booked(vendorId=78),
        booked(),
        comments="For BloomNet",
        customerPO="BN-1",
    )
    komet.book(booked(vendorId=78))
    (prebook,) = komet.prebooks(DAY, VENDOR)
    (line,) = prebook["details"]
    assert (line["vendorId"], line["totalBoxes"]) == ("77", 5)
    assert not {"unitPrice", "totalPrice"} & set(line)
    hidden = {"customerId", "customerCode", "customerName", "customerPONumber", "totalPrice", "shipName"}
    assert not hidden & set(prebook)
    komet.book(booked(vendorId=77), shipDate="2027-01-05")
    assert len(komet.prebooks("2027-01-05", VENDOR)) == 1
    komet.sim.operator("advance", days=1)
    assert komet.prebooks("2027-01-05", VENDOR) == []


def test_a_vendors_delete_leaves_quantity_0(komet: Komet) -> None:
    """Q24: a Vendor token empties its own line, which stays; its boxes are back; not another's line."""
    order = komet.create()["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=order)
    answer = komet.book(booked(vendorId=77, futureSalesPoNumber=order), booked(vendorId=78))
    own, other = (row["prebookItemId"] for row in answer["items"])
    drop = {"prebookId": answer["prebookId"]}
    refused = komet.post("prebook.item.delete", VENDOR, **drop, prebookItemId=other)
    assert failed(refused, "another vendor")
    done = komet.post("prebook.item.delete", VENDOR, **drop, prebookItemId=own)
    assert (done["status"], done["message"]) == ("1", "success")
    first, second = komet.prebooks(DAY)[0]["details"]
    assert (first["totalBoxes"], first["totalUnits"], second["totalBoxes"]) == (0, 0, 5)
    assert komet.stored(order)["lines"][0]["sold"] == 0


@pytest.mark.parametrize("token", [CUSTOMER, USER])
@pytest.mark.parametrize(
    "name",
    [
        "prebook.create",
        "prebook.update",
        "prebook.delete",
        "prebook.item.delete",
        "prebook.future.item.add",
        "multiple.prebooks.create",
    ],
)
def test_who_may_not_write(komet: Komet, token: str, name: str) -> None:
    """§1.9: no Customer or User token writes prebooks."""
    assert failed(komet.post(name, token), "not available for a token")


@pytest.mark.parametrize(
    "name", ["prebook.update", "prebook.delete", "prebook.future.item.add", "multiple.prebooks.create"]
)
def test_what_a_vendor_may_not_call(komet: Komet, name: str) -> None:
    """§1.9: only create and item.delete take a Vendor token."""
    assert failed(komet.post(name, VENDOR), "not available for a token")
