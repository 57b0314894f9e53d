"""Reference lists, products, vendors, customers, ship-tos: filters, fields, quirks."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import CUSTOMER, USER, Komet, failed


@pytest.mark.parametrize(
    ("method", "key", "count", "members"),
    [
        (
            "product.list",
            "products",
            60,
            {"id", "description", "category", "divisionId", "divisionDescription"},
        ),
        ("boxtype.list", "boxtypes", 12, {"id", "code", "fbe", "kometNetworkName", "kometNetworkId"}),
        ("location.list", "locations", 3, {"id", "name", "code"}),
        ("carrier.list", "carriers", 8, {"id", "code", "name", "active"}),
        ("vendor.list", "vendors", 14, {"id", "name", "code", "portOrigin", "active"}),
        ("customer.list", "customers", 24, {"id", "name", "code", "active", "updatedOn"}),
    ],
)
def test_lists(komet: Komet, method: str, key: str, count: int, members: set[str]) -> None:
    """Every list of §2 and §3.1 answers all its rows at once, with the documented members (Q6, Q7)."""
    rows = komet.get(method)[key]
    assert len(rows) == count
    assert all(members <= set(row) for row in rows)


@pytest.mark.parametrize(
    ("method", "key", "params", "found"),
    [
        ("product.list", "products", {"legacyCode": "rsfre60"}, ["RSFRE60"]),
        ("product.list", "products", {"id": "999"}, ["RSFRE60"]),
        ("product.list", "products", {"description": "mondial 60"}, ["RSMON60"]),
        ("product.list", "products", {"legacyCode": "RSFRE"}, []),
        ("boxtype.list", "boxtypes", {"code": "hb"}, ["HB"]),
        ("boxtype.list", "boxtypes", {"id": 9, "code": "QB"}, []),
        ("location.list", "locations", {"name": "ANGEL"}, ["LAX"]),
        ("carrier.list", "carriers", {"active": "0"}, ["OLDCAR"]),
        ("carrier.list", "carriers", {"name": "express", "active": 1}, ["QCX"]),
        ("vendor.list", "vendors", {"code": "VIEJA"}, []),
        ("vendor.list", "vendors", {"code": "VIEJA", "includeInactive": "True"}, ["VIEJA"]),
        ("vendor.list", "vendors", {"portOrigin": "sjo"}, ["FERNRIDGE"]),
        ("customer.list", "customers", {"name": "bloomnet"}, ["BLOOM", "BLOOMSO"]),
        ("customer.list", "customers", {"code": "BLOOM"}, ["BLOOM"]),
        ("customer.list", "customers", {"code": "CLOSED"}, []),
        ("customer.list", "customers", {"code": "CLOSED", "includeInactive": 1}, ["CLOSED"]),
        ("customer.list", "customers", {"code": "BLOOM", "locationId": 13}, []),
        ("customer.list", "customers", {"code": "BLOOM", "updateAsOf": "2027-01-05"}, []),
        ("customer.list", "customers", {"salesPersonId": 1}, ["FUTURE"]),
    ],
)
def test_filters(komet: Komet, method: str, key: str, params: dict[str, Any], found: list[str]) -> None:
    """Q7: ids and codes exact, names LIKE, case aside, joined by AND, inactive rows left out by default."""
    rows = komet.get(method, **params).get(key, [])
    assert [row.get("legacyCode", row.get("code")) for row in rows] == found


def test_an_inactive_product_says_so(komet: Komet) -> None:
    """A13: `active` is absent on active products and 0 on the others."""
    rows = {row["legacyCode"]: row for row in komet.get("product.list")["products"]}
    assert rows["RSOLD60"]["active"] == 0
    assert "active" not in rows["RSFRE60"]


def test_lists_without_envelope(komet: Komet) -> None:
    """§1.4: these five answers have no envelope."""
    answers = {
        "companyResult": komet.ask("company.list"),
        "locations": komet.ask("company.location.list", customerId=48213),
        "grades": komet.ask("v2/product/grades", categoryName="rose"),
        "colors": komet.ask("v2/product/colors", categoryId=21),
        "customerResult": komet.ask("customer.by.company.list", USER),
    }
    assert all(list(answer) == [key] for key, answer in answers.items())
    assert answers["companyResult"]["companyResult"][0]["companyId"] == 6316
    assert [row["code"] for row in answers["locations"]["locations"]] == ["LAX", "MIA"]
    assert {row["grade"] for row in answers["grades"]["grades"]} == {"40cm", "50cm", "60cm", "70cm", "80cm"}
    assert {"color": "Red"} in answers["colors"]["colors"]
    assert len(komet.ask("category.list")["categoryItems"]) == 12


def test_login_gives_the_same_token_every_time(komet: Komet) -> None:
    """§1.3: URL parameters, `apiKey` in the answer; a wrong password speaks of the token."""
    params = {"username": "dana@petalandstem.example", "password": "not-a-real-password"}
    answers = [komet.http.post("/api/login", params=params).json() for _ in range(2)]
    assert {answer["apiKey"] for answer in answers} == {USER}
    assert failed(komet.http.post("/api/login", params={**params, "password": "x"}).json(), "token")
    assert "not-a-real-password" not in str(komet.sim.state()["calls"])
    rows = komet.ask("customer.by.user.list", USER)["customerResult"]
    assert [row["customerId"] for row in rows] == [48213, 48214]


def test_a_shop_user(komet: Komet) -> None:
    """v2/user/e-commerce makes a user for existing customers, at most ten."""
    headers = {"authenticationToken": "simulator-company", "X-ACCOUNT": "6316"}
    body = {
        "customerCodes": ["BLOOM"],
        "firstName": "J",
        "lastName": "G",
        "email": "j@x.example",
        "login": "j",
    }
    answers = [
        komet.http.post("/api/v2/user/e-commerce", json={**body, **more}, headers=headers).json()
        for more in ({}, {"customerCodes": ["NOPE"]}, {"customerCodes": ["BLOOM"] * 11})
    ]
    assert answers[0] == {"message": "User was successfully created.", "status": "1"}
    assert failed(answers[1], "not found") and failed(answers[2], "10")


def test_products_are_added_and_changed(komet: Komet) -> None:
    """product.add needs a category and one of variety, color, grade; update keeps what is left out."""
    assert failed(komet.post("product.add", category="Rose"), "variety")
    assert failed(komet.post("product.add", category="Nope", color="Red"), "category not found")
    answer = komet.post("product.add", category="Rose", variety="Freedom", grade="90cm", code="RSFRE90")
    product_id = answer["productId"]
    komet.post("product.update", productId=product_id, category="Rose", active=0)
    (row,) = komet.get("product.list", legacyCode="RSFRE90")["products"]
    assert (row["description"], row["grade"], row["active"]) == ("Rose Freedom 90cm", "90cm", 0)


def test_vendors_are_added_and_changed(komet: Komet) -> None:
    """vendor.add needs name, portOrigin, vendorType; both spellings count; update keeps the rest."""
    assert failed(komet.post("vendor.add", name="New", portOrigin="BOG"), "vendorType")
    vendor = {
        "name": "New Farm",
        "portOrigin": "BOG",
        "vendorType": "1",
        "code": "NEWFARM",
        "emailForPos": "a@b.example",
    }
    vendor_id = komet.post("vendor.add", **vendor)["vendorId"]
    komet.post("vendor.update", vendorId=vendor_id, contactName="Ana", webpage="x.example")
    (stored,) = (row for row in komet.sim.state()["vendors"] if row["id"] == vendor_id)
    assert (stored["email_for_pos"], stored["contact_name"], stored["web_page"]) == (
        "a@b.example",
        "Ana",
        "x.example",
    )
    assert failed(komet.post("vendor.update", vendorId=1), "not found")


def test_customer_add_and_details(komet: Komet) -> None:
    """Only the name is required; details read back what add takes; no limit is unlimited (§3.2)."""
    assert failed(komet.post("customer.add", code="X"), "name is required")
    sent = {"code": "NEWSHOP", "phone": "305", "emailForInvoices": "a@b.example;c@d.example", "type": 2}
    customer_id = komet.post("customer.add", name="New Shop", creditLimit="1500", **sent)["customerId"]
    details = komet.get("customer.details.get", customerId=customer_id)["customer"]
    assert (details["name"], details["code"], details["customerType"]) == ("New Shop", "NEWSHOP", "Retailer")
    assert (details["phone"], details["creditLimit"], details["defaultPrice"]) == ("305", 1500.0, "A")
    other = komet.post("customer.add", name="Unlimited")["customerId"]
    assert "creditLimit" not in komet.get("customer.details.get", customerId=other)["customer"]


def test_customer_update_quirks(komet: Komet) -> None:
    """Q8, A31: needs the name, locationCodes replace all, what is left out stays, empty clears."""
    assert failed(komet.post("customer.update", customerId=48213, phone="1"), "name is required")
    komet.post("customer.update", customerId=48213, name="BloomNet", locationCodes="JFK", phone="")
    (stored,) = (row for row in komet.sim.state()["customers"] if row["id"] == 48213)
    assert (stored["location_codes"], stored["phone"], stored["terms"]) == ("JFK", None, "Net 30")
    komet.post("customer.update", customerId=48213, name="BloomNet", active="0", creditHold=True)
    assert komet.get("customer.list", code="BLOOM")["message"] == "Customers not found."
    assert failed(komet.post("customer.update", customerId=1, name="X"), "not found")
    assert failed(komet.post("customer.update", customerId=48213, name="X", locationCodes="A:B"), "Location")


def test_customer_update_moves_updated_on(komet: Komet) -> None:
    """updateAsOf finds a customer that was changed since, and only that one."""
    komet.sim.operator("advance", days=3)
    komet.post("customer.update", customerId=48213, name="BloomNet")
    rows = komet.get("customer.list", updateAsOf="2027-01-07")["customers"]
    assert [row["code"] for row in rows] == ["BLOOM"]


def test_ship_tos(komet: Komet) -> None:
    """Q8: the list needs one of its filters; add and update as documented; the code cannot be set."""
    assert failed(komet.get("customer.shipto.list"), "required")
    body = {
        "customerId": 48213,
        "name": "Airport",
        "city": "Miami",
        "carrierId": 31,
        "shipToCode": "X",
        "zipcode": 33122,
    }
    answer = komet.post("customer.shipto.add", **body)
    assert answer["message"] == "Ship to was successfully saved"
    komet.post("customer.shipto.update", shipToId=answer["shipToId"], customerId=48213, city="Doral")
    (row,) = komet.get("customer.shipto.list", name="airp")["shiptos"]
    assert (row["city"], row["zipcode"], row["carrierName"], row["carrierCode"]) == (
        "Doral",
        "33122",
        "FedEx Priority",
        "FEDEX",
    )
    assert "shipToCode" not in row
    wrong = komet.post("customer.shipto.update", shipToId=answer["shipToId"], customerId=48214)
    assert failed(wrong, "not found")
    assert komet.get("customer.shipto.list", updatedAsOf="2027-02-01")["message"] == "Ship to not found."
    assert len(komet.get("customer.shipto.list", CUSTOMER, customerId=48213)["shiptos"]) == 3


def test_contacts(komet: Komet) -> None:
    """contactId comes from add only; name and type are required by both (§3.3)."""
    body = {"customerId": 48213, "name": "Joe", "type": "Buyer"}
    contact_id = komet.post("customer.contact.add", **body, email="a@b.example", emailPOD=False)["contactId"]
    komet.post("customer.contact.update", **{**body, "name": "Jo"}, contactId=contact_id)
    (stored,) = komet.sim.state()["contacts"]
    assert (stored["name"], stored["email"], stored["email_pod"]) == ("Jo", "a@b.example", 0)
    assert failed(
        komet.post("customer.contact.update", customerId=48213, contactId=contact_id, name="x"), "type"
    )
    assert failed(
        komet.post("customer.contact.update", **{**body, "customerId": 48214}, contactId=contact_id),
        "not found",
    )
