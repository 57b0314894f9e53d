"""Keeping the Future Sales customer out: what is bought under it becomes everybody's (Komet API §6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.project import KometCustomer

if TYPE_CHECKING:
    from reconciler.kinds.kind import Matches

FUTURE_SALES = "this is the Future Sales customer: nothing is kept for it"
FUTURE_SALES_DETAIL = (
    "boxes bought under it become future stock for everybody, so they protect nothing; name the customer "
    "that stands for the buyer, or correct komet.future_sales_customer"
)


def future_sales_faults(customers: Matches, named: KometCustomer) -> Iterator[Diagnostic]:
    """A fault for each address whose customer in Komet turns out to be the Future Sales one: it may be named
    by its code in one place and by its id in the other."""
    for address, match in sorted(customers.wanted.items()):
        live = match.live
        if live is not None and named.is_meant(live.id, str(live.attributes["code"])):
            yield Diagnostic(
                Severity.ERROR, FUTURE_SALES, detail=FUTURE_SALES_DETAIL, address=address, path=("komet",)
            )
