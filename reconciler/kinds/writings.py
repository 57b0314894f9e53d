"""The kinds that `import` and `accept` can write."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.customers.writing import CustomersWriting
from reconciler.kinds.purchase_orders.writing import PurchaseOrdersWriting
from reconciler.kinds.reservations.writing import ReservationsWriting
from reconciler.kinds.writing import Writing

WRITINGS: Mapping[str, Writing] = {
    "customers": CustomersWriting(),
    "reservations": ReservationsWriting(),
    "purchase_orders": PurchaseOrdersWriting(),
}
"""By the name of their section. A kind that is not here is not written: both commands say so."""
