"""Every Komet method the simulator knows: importing the modules below registers them."""

from __future__ import annotations

from reconciler.simulator.method import METHODS
from reconciler.simulator.methods import (
    customers,
    ecommerce,
    inventory,
    invoice_writes,
    invoices,
    lists,
    multiple_prebooks,
    open_market,
    platform,
    prebook_items,
    prebook_list,
    prebooks,
    products,
    purchase_order_list,
    purchase_orders,
    ship_tos,
    shipping,
    units,
    vendors,
    web_order_items,
    web_orders,
)

MODULES = (
    customers,
    ecommerce,
    inventory,
    invoice_writes,
    invoices,
    lists,
    multiple_prebooks,
    open_market,
    platform,
    prebook_items,
    prebook_list,
    prebooks,
    products,
    purchase_order_list,
    purchase_orders,
    ship_tos,
    shipping,
    units,
    vendors,
    web_order_items,
    web_orders,
)

__all__ = ["METHODS", "MODULES"]
