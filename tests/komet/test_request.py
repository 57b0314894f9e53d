"""Requests: where everything stands, and how values are written."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest

from reconciler.errors import KometError
from reconciler.komet.methods import method_named
from reconciler.komet.request import json_text, make_request, seal
from reconciler.model.secret import Secret

TOKEN = Secret("sesame-0123456789abcdef")


def sealed(name: str, params: dict[str, Any]) -> Any:
    return seal(make_request(method_named(name), params, 6316), TOKEN)


def test_a_classic_list_carries_all_in_its_query() -> None:
    """Parameters and token are URL parameters, and there is no body."""
    request = sealed("customer.list", {"name": "Petal & Stem", "includeInactive": 1})
    assert parse_qs(request.query) == {
        "name": ["Petal & Stem"],
        "includeInactive": ["1"],
        "authenticationToken": [TOKEN.reveal()],
    }
    assert request.body is None


def test_a_classic_write_carries_all_in_its_body() -> None:
    """Parameters and token are members of one JSON object, and there is no query."""
    request = sealed("purchase.order.create", {"vendorId": 77, "purchaseOrderItems": [{"boxes": 4}]})
    assert json.loads(request.body) == {
        "authenticationToken": TOKEN.reveal(),
        "vendorId": 77,
        "purchaseOrderItems": [{"boxes": 4}],
    }
    assert request.query == ""
    assert request.headers["Content-Type"].startswith("application/json")


def test_amounts_leave_as_numbers() -> None:
    """Amounts, which plans hold as text, are numbers with exactly their digits; other texts stay text."""
    line = {"identifier": "1.50", "cost": "0.280", "price": "0.42", "notes": "12"}
    params = {"creditLimit": "", "purchaseOrderItems": [line]}
    request = make_request(method_named("purchase.order.create"), params, 6316)
    assert request.body == (
        '{"creditLimit":"","purchaseOrderItems":'
        '[{"identifier":"1.50","cost":0.28,"price":0.42,"notes":"12"}]}'
    )


def test_a_write_without_parameters_carries_its_token() -> None:
    """The body is an object with the token alone."""
    assert json.loads(sealed("customer.update", {}).body) == {"authenticationToken": TOKEN.reveal()}


def test_a_shop_method_carries_headers() -> None:
    """The token and the company id are headers; the query holds the parameters only."""
    request = sealed("ecommerce/inventory.list", {"customerId": 4711, "reservedInventory": True})
    assert request.headers["authenticationToken"] == TOKEN.reveal()
    assert request.headers["X-ACCOUNT"] == "6316"
    assert request.query == "customerId=4711&reservedInventory=true"


def test_inventory_add_carries_url_parameters() -> None:
    """A POST with a query and no body."""
    request = make_request(method_named("inventory.add"), {"unitCost": Decimal("0.280")}, 6316)
    assert (request.verb, request.query, request.body) == ("POST", "unitCost=0.28", None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.10"), "0.1"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0"), "0"),
        (True, "true"),
        (1, "1"),
        (None, "null"),
        ('Rosé "50"\n', '"Rosé \\"50\\"\\n"'),
        ({"a": [1, {"b": Decimal("2.50")}]}, '{"a":[1,{"b":2.5}]}'),
        ((), "[]"),
    ],
)
def test_values_are_written_exactly(value: object, text: str) -> None:
    """A Decimal is a number with its very digits; the rest is compact JSON."""
    assert json_text(value) == text


@pytest.mark.parametrize(
    "value", [0.1, Decimal("NaN"), Decimal("Infinity"), b"bytes", {1, 2}, object(), "\ud800"]
)
def test_what_json_cannot_say_is_not_sent(value: Any) -> None:
    """A float, a NaN or half a character is refused before anything leaves."""
    with pytest.raises(KometError, match="the call was not sent"):
        sealed("customer.update", {"name": value})


def test_a_list_is_no_url_parameter() -> None:
    """How Komet wants lists in a URL differs by method: the caller joins them."""
    with pytest.raises(KometError, match="number is a list"):
        sealed("purchase.order.list", {"number": ["P057101"]})


def test_an_absent_parameter_is_left_out_of_a_url() -> None:
    """None in a query is absence; in a body it is null."""
    assert sealed("customer.list", {"id": None}).query == f"authenticationToken={TOKEN.reveal()}"
    assert json.loads(sealed("customer.update", {"code": None}).body)["code"] is None


def test_a_sealed_request_shows_nothing() -> None:
    """Neither the request nor its sealed form shows the token when printed."""
    for name in ("customer.list", "customer.add", "ecommerce/inventory.list"):
        request = make_request(method_named(name), {}, 6316)
        assert "sesame" not in f"{request!r} {seal(request, TOKEN)!r}"


def test_size_is_body_and_query() -> None:
    """What counts against 64 kB is the body and the query in bytes, the token included (A16)."""
    assert sealed("customer.update", {"name": "é"}).size == len(sealed("customer.update", {"name": "é"}).body)
    assert sealed("customer.update", {"name": "é"}).size == sealed("customer.update", {"name": "e"}).size + 1
