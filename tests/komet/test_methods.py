"""The table of methods."""

from __future__ import annotations

import pytest

from reconciler.errors import KometError
from reconciler.komet.methods import METHODS, Method, Place, method_named

LISTS = [
    "product.list",
    "boxtype.list",
    "location.list",
    "carrier.list",
    "vendor.list",
    "customer.list",
    "customer.shipto.list",
    "purchase.order.list",
    "inventory.list",
    "inventory.openmarket.list",
    "future.inventory.openmarket.list",
    "prebook.list",
    "prebook.details.list",
]
WRITES = [
    "customer.add",
    "customer.update",
    "customer.shipto.add",
    "customer.shipto.update",
    "vendor.add",
    "vendor.update",
    "inventory.update",
    "purchase.order.create",
    "purchase.order.mixed.create",
    "purchase.order.item.confirm",
    "purchase.order.item.price.update",
    "purchase.order.item.delete",
    "prebook.create",
    "prebook.update",
    "prebook.delete",
    "prebook.item.delete",
    "prebook.future.item.add",
]


@pytest.mark.parametrize("name", LISTS)
def test_classic_lists_are_got(name: str) -> None:
    """GET, parameters and token in the query, empty by message (§1.1, §1.2, §1.4)."""
    method = method_named(name)
    assert (method.verb, method.params, method.token) == ("GET", Place.QUERY, Place.QUERY)
    assert method.listing
    assert not method.writes


@pytest.mark.parametrize("name", WRITES)
def test_classic_writes_are_posted(name: str) -> None:
    """POST of a JSON body with the token in it, and never taken for a read."""
    method = method_named(name)
    assert (method.verb, method.params, method.token) == ("POST", Place.BODY, Place.BODY)
    assert method.writes


def test_inventory_add_takes_url_parameters() -> None:
    """A POST whose parameters, and token, stand in the URL (§4.2)."""
    method = method_named("inventory.add")
    assert (method.verb, method.params, method.token, method.writes) == (
        "POST",
        Place.QUERY,
        Place.QUERY,
        True,
    )


def test_the_shop_list_wants_headers() -> None:
    """Token and X-ACCOUNT are headers of the shop's methods (§1.2)."""
    method = method_named("ecommerce/inventory.list")
    assert (method.token, method.account, method.verb) == (Place.HEADER, True, "GET")


def test_a_post_that_reads_is_a_read() -> None:
    """vendor.availability.items.list is posted despite its name, and only reads (§1.1)."""
    method = method_named("vendor.availability.items.list")
    assert (method.verb, method.writes, method.listing) == ("POST", False, True)


@pytest.mark.parametrize("method", METHODS.values(), ids=str)
def test_a_method_reads_or_writes(method: Method) -> None:
    """What changes something is no list; what is a list names its rows."""
    assert not (method.writes and method.listing)
    assert not method.listing or method.payload
    assert method.verb == "POST" or not method.writes


@pytest.mark.parametrize("name", ["purchase.order.approve", "login", "", "product.list?x=1", "../admin"])
def test_what_is_not_in_the_table_is_not_called(name: str) -> None:
    """An unknown name never becomes a URL."""
    with pytest.raises(KometError, match="not in the table"):
        method_named(name)
