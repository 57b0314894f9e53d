"""Every kind there is, in the order in which they are read and created."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.customers.kind import Customers
from reconciler.kinds.kind import Kind
from reconciler.kinds.prebooks.kind import Prebooks
from reconciler.kinds.purchase_orders.kind import PurchaseOrders
from reconciler.kinds.reservations.kind import Reservations

REGISTRY: Mapping[str, Kind] = {
    kind.name: kind for kind in (Customers(), Reservations(), PurchaseOrders(), Prebooks())
}
"""The kinds by the name of their section."""
