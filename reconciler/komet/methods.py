"""Komet's methods: how each is called, and whether it reads or writes (Komet API §1.9)."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType

from msgspec import Struct

from reconciler.errors import KometError


class Place(Enum):
    """Where in a request something stands."""

    QUERY = "query"
    BODY = "body"
    HEADER = "header"


class Method(Struct, frozen=True):
    """How a method is called and answers.

    `payload` are the keys under which its answer's substance stands; a `listing` says by a message that it
    found nothing. `enveloped` is False where the documented samples have neither status nor message. `pages`:
    the rows' key is not documented, and `total` comes along (Komet API §4.5). `account` and `channel` are the
    headers X-ACCOUNT and X-SALES-CHANNEL.
    """

    name: str
    writes: bool
    verb: str
    params: Place
    token: Place
    payload: tuple[str, ...] = ()
    listing: bool = False
    enveloped: bool = True
    pages: bool = False
    account: bool = False
    channel: str | None = None


def _classic_list(name: str, *payload: str) -> Method:
    return Method(name, False, "GET", Place.QUERY, Place.QUERY, payload, listing=True)


def _classic_get(name: str, *payload: str) -> Method:
    return Method(name, False, "GET", Place.QUERY, Place.QUERY, payload)


def _header_list(
    name: str,
    *payload: str,
    enveloped: bool = True,
    pages: bool = False,
    account: bool = False,
    channel: str | None = None,
) -> Method:
    return Method(
        name, False, "GET", Place.QUERY, Place.HEADER, payload, True, enveloped, pages, account, channel
    )


def _posted_list(name: str, *payload: str) -> Method:
    return Method(name, False, "POST", Place.BODY, Place.BODY, payload, listing=True)


def _write(name: str, *payload: str) -> Method:
    return Method(name, True, "POST", Place.BODY, Place.BODY, payload)


_ALL: tuple[Method, ...] = (
    # reference lists (§2)
    _classic_list("product.list", "products"),
    _classic_list("boxtype.list", "boxtypes"),
    _classic_list("location.list", "locations"),
    _classic_list("carrier.list", "carriers"),
    _classic_list("vendor.list", "vendors"),
    _header_list("company.location.list", "locations", enveloped=False),
    _header_list("company.list", "companyResult", enveloped=False, channel="WEB_APP"),
    _header_list("category.list", "categoryItems"),
    _header_list("v2/product/grades", "grades", enveloped=False),
    _header_list("v2/product/colors", "colors", enveloped=False),
    _posted_list("vendor.availability.items.list", "inventoryItems"),
    _write("product.add", "productId"),
    _write("product.update"),
    _write("vendor.add", "vendorId"),
    _write("vendor.update"),
    # customers and ship-tos (§3)
    _classic_list("customer.list", "customers"),
    _classic_get("customer.details.get", "customer"),
    _classic_list("customer.shipto.list", "shiptos"),
    _write("customer.add", "customerId"),
    _write("customer.update"),
    _write("customer.shipto.add", "shipToId"),
    _write("customer.shipto.update"),
    _write("customer.contact.add", "contactId"),
    _write("customer.contact.update"),
    # on-hand inventory (§4); inventory.add takes URL parameters
    _classic_list("inventory.list", "inventoryItems"),
    _classic_list("inventory.openmarket.list", "inventoryItems"),
    _classic_list("future.inventory.openmarket.list", "inventoryItems"),
    _header_list("ecommerce/inventory.list", "inventoryItems", pages=True, account=True),
    _header_list("ecommerce/inventory.get", "inventoryItems", pages=True, account=True),
    Method("inventory.add", True, "POST", Place.QUERY, Place.QUERY, ("inventoryId",)),
    _write("inventory.update"),
    # purchase orders (§5)
    _classic_list("purchase.order.list", "purchaseOrders"),
    _write("purchase.order.create", "purchaseOrderId", "purchaseOrderNumber"),
    _write("purchase.order.mixed.create", "purchaseOrderId", "purchaseOrderNumber"),
    _write("purchase.order.item.confirm"),
    _write("purchase.order.item.price.update"),
    _write("purchase.order.item.delete"),
    # prebooks (§7)
    _classic_list("prebook.list", "prebooks"),
    _classic_list("prebook.details.list", "prebooks"),
    _write("prebook.create", "prebookId", "prebookNumber"),
    _write("prebook.update"),
    _write("prebook.delete"),
    _write("prebook.item.delete"),
    _write("prebook.future.item.add"),
    _write("prebook.vendor.availability.item.add", "prebookItemId"),
    # orders flowing back (§8)
    _classic_list("invoice.list", "invoices"),
    _classic_list("invoice.details.list", "invoices"),
)

METHODS = MappingProxyType({method.name: method for method in _ALL})
"""Every method that the product may call, by name."""


def method_named(name: str) -> Method:
    """The method of that name; KometError for one that is not in the table, so that it is never sent."""
    method = METHODS.get(name)
    if method is None:
        raise KometError(name, "this method is not in the table of methods, so it is not called")
    return method
