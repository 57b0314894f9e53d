"""Every Komet method the simulator knows: importing the modules below registers them."""

from __future__ import annotations

from reconciler.simulator.method import METHODS
from reconciler.simulator.methods import (
    customers,
    lists,
    platform,
    products,
    purchase_order_list,
    purchase_orders,
    ship_tos,
    shipping,
    vendors,
)

MODULES = (
    customers,
    lists,
    platform,
    products,
    purchase_order_list,
    purchase_orders,
    ship_tos,
    shipping,
    vendors,
)

__all__ = ["METHODS", "MODULES"]
