"""Each switch does what it says, and its default is the assumption's answer."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator.driver import COMPANY, Komet, failed, line
from reconciler.simulator.errors import Refused
from reconciler.simulator.seed import schema_path
from reconciler.simulator.switches import Switches, choices_of, make_switches


def _unmapped() -> dict[str, Any]:
    return {
        key: value for key, value in line(productCode="NOSUCH", identifier="x").items() if key != "productId"
    }


@pytest.mark.parametrize(
    ("value", "status", "line_status"),
    [
        ("PA", "Pending Approval", "Pending"),
        ("A", "Approved", "Pending"),
        ("CF", "Confirmed by Farm", "Confirmed"),
    ],
)
def test_po_initial_status(komet: Komet, value: str, status: str, line_status: str) -> None:
    """A2: a new order starts in the workflow's status; a confirmed one has confirmed lines."""
    komet.switch(po_initial_status=value)
    order = komet.order(komet.create()["purchaseOrderNumber"])
    assert (order["status"], order["details"][0]["lineItemStatus"]) == (status, line_status)


def test_po_line_unknown_fields(komet: Komet) -> None:
    """A1: a field outside the vocabulary is ignored, or fails its line."""
    assert komet.create(line(colour="red"))["items"][0]["status"] == 1
    komet.switch(po_line_unknown_fields="refuse")
    assert "colour" in komet.create(line(colour="red"))["items"][0]["message"]


def test_po_create_customer(komet: Komet) -> None:
    """A1: the customer of a create is taken, or silently ignored."""
    assert komet.lines(komet.create()["purchaseOrderNumber"])[0]["customerId"] == "48213"
    komet.switch(po_create_customer="ignored")
    assert "customerId" not in komet.lines(komet.create()["purchaseOrderNumber"])[0]


def test_po_list_status_form(komet: Komet) -> None:
    """Status as words or as codes; the filter takes the words always, codes in the code form."""
    assert komet.order("P057116")["status"] == "Confirmed by Farm"
    assert komet.get("purchase.order.list", number="P057116", status="CF")["message"] == "Orders not found."
    komet.switch(po_list_status_form="codes")
    assert komet.order("P057116")["status"] == "CF"
    for status in ("CF", "Confirmed by Farm"):
        assert "purchaseOrders" in komet.get("purchase.order.list", number="P057116", status=status)


def test_po_emptied(komet: Komet) -> None:
    """A26: with `vanish` the order goes with its last line."""
    komet.switch(po_emptied="vanish")
    number = komet.create()["purchaseOrderNumber"]
    komet.post("purchase.order.item.delete", poItemId=komet.lines(number)[0]["poItemId"])
    assert komet.get("purchase.order.list", number=number)["message"] == "Orders not found."


def test_po_confirm_from_pa(komet: Komet) -> None:
    """A24: with `refuse` an order in Pending Approval cannot be confirmed by API."""
    komet.switch(po_confirm_from_pa="refuse")
    number = komet.create()["purchaseOrderNumber"]
    confirm = {"poItemId": komet.lines(number)[0]["poItemId"], "quantityConfirmed": 10}
    assert failed(komet.post("purchase.order.item.confirm", **confirm), "pending approval")
    komet.sim.operator("approve", number=number)
    assert komet.post("purchase.order.item.confirm", **confirm)["status"] == "1"


def test_mandatory_po_carrier(komet: Komet) -> None:
    """§5.2: a carrier is required only with the setting."""
    assert komet.create()["status"] == 1
    komet.switch(mandatory_po_carrier=True)
    assert failed(komet.create(), "carrierId")
    assert komet.create(carrierCode="KLA")["status"] == 1


def test_temporary_awb(komet: Komet) -> None:
    """§5.2: with temporary AWBs the lines of a new order are shipped at once."""
    komet.switch(temporary_awb="on")
    number = komet.create(line(boxes=2))["purchaseOrderNumber"]
    (found,) = komet.lines(number)
    assert (found["lineItemStatus"], len(found["boxes"])) == ("Shipped", 2)
    assert failed(komet.post("purchase.order.item.delete", poItemId=found["poItemId"]), "AWB")


def test_delete_rules(komet: Komet) -> None:
    """A36: with `free` a line can be deleted even on an AWB."""
    komet.switch(temporary_awb="on", delete_rules="free")
    number = komet.create()["purchaseOrderNumber"]
    answer = komet.post("purchase.order.item.delete", poItemId=komet.lines(number)[0]["poItemId"])
    assert answer["status"] == "1"


def test_unknown_product_code(komet: Komet) -> None:
    """A30: an unknown code waits for Object Mapping, or fails its line and nothing is parked."""
    komet.switch(unknown_product_code="refuse")
    assert "NOSUCH" in komet.create(_unmapped())["items"][0]["message"]
    assert komet.sim.state()["parked_products"] == []


def test_skip_unmapped(komet: Komet) -> None:
    """A23: an unmapped line is left out silently, or fails."""
    assert komet.create(line(), _unmapped())["items"][1:] == []
    komet.switch(skip_unmapped="error")
    assert [each["status"] for each in komet.create(line(), _unmapped())["items"]] == [1, 0]


def test_partial_success(komet: Komet) -> None:
    """A23: with `refuse` one failed line refuses the whole request and nothing is made."""
    komet.switch(partial_success="refuse")
    before = len(komet.sim.state()["purchase_orders"])
    assert failed(komet.create(line(), line(boxes=0)), "boxes")
    assert len(komet.sim.state()["purchase_orders"]) == before


@pytest.mark.parametrize(("value", "kept"), [("trimmed", "hello"), ("exact", " hello "), ("cut", " hello ")])
def test_comments_roundtrip(komet: Komet, value: str, kept: str) -> None:
    """A11: comments come back trimmed, exactly, or cut at 200; only `cut` takes longer ones."""
    komet.switch(comments_roundtrip=value)
    assert komet.order(komet.create(comments=" hello ")["purchaseOrderNumber"])["comments"] == kept
    answer = komet.create(comments="c" * 250)
    if value == "cut":
        assert komet.order(answer["purchaseOrderNumber"])["comments"] == "c" * 200
    else:
        assert failed(answer, "200 characters")


def test_status_type(komet: Komet) -> None:
    """§1.4: number or text by method, always one of them, or at random but repeatable."""

    def kinds() -> list[str]:
        return [type(komet.get(method)["status"]).__name__ for method in ("carrier.list", "location.list")]

    assert kinds() == ["str", "int"]
    komet.switch(status_type="text")
    assert kinds() == ["str", "str"]
    komet.switch(status_type="number")
    assert kinds() == ["int", "int"]
    komet.switch(status_type="random")
    assert {kind for _ in range(20) for kind in kinds()} == {"str", "int"}


def test_empty_lists(komet: Komet) -> None:
    """A13: an empty list is a message without payload key; its status and wording are switches."""
    assert komet.get("vendor.list", code="NOPE") == {"status": 1, "message": "Vendors not found."}
    komet.switch(empty_list_status=0, empty_list_message="ok_appended")
    assert komet.get("vendor.list", code="NOPE") == {"status": 0, "message": "Vendors not found.OK"}


@pytest.mark.parametrize(("value", "wanted"), [("absent", "-"), ("null", None), ("empty", "")])
def test_empty_fields(komet: Komet, value: str, wanted: str | None) -> None:
    """§1.7: an empty optional field is absent, null or an empty text."""
    komet.switch(empty_fields=value)
    rows = komet.ask("company.location.list", customerId=48302)["locations"]
    assert [row.get("shortName", "-") for row in rows if row["code"] == "JFK"] == [wanted]


def test_ids_as_text(komet: Komet) -> None:
    """§1.7: some answers carry ids as text, others as numbers; off, all are numbers."""
    assert komet.get("product.list", legacyCode="RSFRE60")["products"][0]["id"] == "999"
    assert komet.get("boxtype.list", code="HB")["boxtypes"][0]["id"] == 9
    komet.switch(ids_as_text="off")
    assert komet.get("product.list", legacyCode="RSFRE60")["products"][0]["id"] == 999


def test_commas_in_amounts(komet: Komet) -> None:
    """§1.7: thousands commas in amounts that are text, or none."""
    assert komet.order("P057116")["totalCost"] == "1,835.00"
    komet.switch(commas_in_amounts="off")
    assert komet.order("P057116")["totalCost"] == "1835.00"


def test_shuffle_members(komet: Komet) -> None:
    """§1.4: the order of members varies from call to call, or stays."""

    def orders() -> set[tuple[str, ...]]:
        return {tuple(komet.get("boxtype.list", code="HB")["boxtypes"][0]) for _ in range(8)}

    assert len(orders()) > 1
    komet.switch(shuffle_members="off")
    assert orders() == {("id", "code", "kometNetworkName", "kometNetworkId", "fbe")}


def test_error_form(komet: Komet) -> None:
    """A8: a business failure is HTTP 200, or HTTP 400 with the same body."""
    assert komet.raw_get("carrier.list", "nonsense").status_code == 200
    komet.switch(error_form="http_4xx")
    response = komet.raw_get("carrier.list", "nonsense")
    assert response.status_code == 400 and failed(response.json(), "token")


@pytest.mark.parametrize(
    ("mode", "pattern", "found"),
    [
        ("contains", "freedom 6", 1),
        ("contains", "%", 0),
        ("contains", "fr__dom", 0),
        ("prefix", "Roses Freedom 6", 1),
        ("prefix", "Freedom", 0),
        ("sql", "Roses%60cm", 14),
        ("sql", "Roses Free_om 60cm", 1),
        ("sql", "Freedom", 0),
    ],
)
def test_like_mode(komet: Komet, mode: str, pattern: str, found: int) -> None:
    """A14: LIKE means contains with literal wildcards, prefix, or SQL's own wildcards; case never matters."""
    komet.switch(like_mode=mode)
    rows = komet.get("product.list", description=pattern).get("products", [])
    assert len(rows) == found


def test_multi_location(komet: Komet) -> None:
    """In a multi-location company a new order needs the location's code; else the first one serves."""
    assert komet.order(komet.create()["purchaseOrderNumber"])["locationId"] == "11"
    komet.switch(multi_location="on")
    assert failed(komet.create(), "companyLocationCode is required")
    assert komet.create(companyLocationCode="JFK")["status"] == 1


def test_size_limit_and_quota_users_are_switches(komet: Komet) -> None:
    """Numbers are set like the rest."""
    komet.switch(size_limit=100)
    assert failed(komet.get("carrier.list", name="n" * 100), "64kb")


def test_random_seed_repeats_a_run(komet: Komet) -> None:
    """The same seed and number of the call give the same bytes; another seed others."""
    from reconciler.simulator.driver import wholesaler
    from reconciler.simulator.embed import make_simulator

    texts = []
    for seed in (1, 1, 2):
        again = Komet(make_simulator(wholesaler()))
        again.switch(random_seed=seed)
        texts.append(again.raw_get("product.list", COMPANY).text)
        again.sim.close()
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [("nonsense", 1), ("like_mode", "x"), ("quota_users", "many"), ("quota_reset", "25:00")],
)
def test_unknown_switches_are_refused(komet: Komet, name: str, value: object) -> None:
    """A typo in a switch is an error that names it."""
    with pytest.raises(Refused, match=name):
        komet.sim.operator("settings", **{name: value})


def test_the_schema_knows_the_switches() -> None:
    """The seed's schema lists exactly the switches, values and defaults that the code has."""
    schema = json.loads(schema_path().read_text(encoding="utf-8"))["properties"]["switches"]["properties"]
    assert list(schema) == [each.name for each in fields(Switches)]
    for name, rule in schema.items():
        choices = choices_of(name)
        assert rule["default"] == getattr(Switches(), name)
        assert list(dict.fromkeys(str(value) for value in rule.get("enum", []))) == list(choices)
        for value in rule.get("enum", []):
            make_switches({name: value})


def test_the_reference_names_every_switch() -> None:
    """Section 11.2 of docs/komet-api.md lists them all."""
    reference = (Path(__file__).parents[2] / "docs" / "komet-api.md").read_text(encoding="utf-8")
    told = reference.partition("### 11.2 Switches")[2].partition("\n### ")[0]
    assert [each.name for each in fields(Switches) if each.name not in told] == []
