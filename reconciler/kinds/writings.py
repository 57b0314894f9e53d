"""How every kind is written, for `import` and `accept`."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.customers.writing import CustomersWriting
from reconciler.kinds.prebooks.writing import PrebooksWriting
from reconciler.kinds.purchase_orders.writing import PurchaseOrdersWriting
from reconciler.kinds.reservations.writing import ReservationsWriting
from reconciler.kinds.writing import Writing

WRITINGS: Mapping[str, Writing] = {
    "customers": CustomersWriting(),
    "reservations": ReservationsWriting(),
    "purchase_orders": PurchaseOrdersWriting(),
    "prebooks": PrebooksWriting(),
}
"""By the name of their section: every kind, in the order of the files that `import` tells of."""
