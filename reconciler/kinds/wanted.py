"""Reading back what a change wants and remembers, kind by kind: a document says it, and may be edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.kinds.customers.fields import wanted_customer
from reconciler.kinds.orders.order import wanted_order
from reconciler.kinds.prebooks.prebook import wanted_prebook
from reconciler.kinds.reservations.arrivals import read_arrivals
from reconciler.kinds.reservations.wanted import wanted_reservation
from reconciler.model.value import Json

WANTED: Mapping[str, Callable[[Mapping[str, Json]], object]] = {
    "customers": wanted_customer,
    "reservations": wanted_reservation,
    "purchase_orders": wanted_order,
    "prebooks": wanted_prebook,
}
"""What reads the wanted attributes of each kind; an error when they are not what it wrote."""

REMEMBERED: Mapping[str, Callable[[Mapping[str, Json]], object]] = {"reservations": read_arrivals}
"""What reads the facts of a binding, of the kinds that read them whole; an error as above."""
