"""Remembering from plan to plan whose reserved lines are, so that not every customer is asked each time."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.asked import AskedShops, asked_from, asked_json
from reconciler.kinds.kind import Kind, Reading, Scope
from reconciler.kinds.reservations.owners import owners_of
from reconciler.kinds.reservations.stock import SHOP_LIST, stock_line
from reconciler.komet.drive import drive
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.query import Query
from reconciler.model.resource import LiveResource, Sought
from reconciler.report.style import counted
from reconciler.session import Session


def asked_shops(session: Session) -> AskedShops:
    """What the customers' lists of reserved stock said when each was asked last."""
    cached = session.state.lists.get(session.connection.account, _name(session))
    return asked_from(cached.rows) if cached is not None else AskedShops()


def read_kind(
    session: Session, kind: Kind, sought: Sequence[Sought], scope: Scope
) -> tuple[LiveResource, ...]:
    """What Komet has of `kind`; what customers said of their reserved stock is remembered."""
    asked: list[Query] = []
    live = drive(_noted(kind.read(sought, scope), asked), session.connection.port)
    shops = {int(str(each.params["customerId"])) for each in asked if each.method == SHOP_LIST}
    if shops and not session.rests_on_memory:
        stock = [stock_line(each.attributes) for each in live]
        found = owners_of(sought, scope).after(shops, stock)
        account, now = session.connection.account, session.connection.now()
        session.state.lists.put(account, _name(session), asked_json(found), now)
    return live


def spared_customers(session: Session) -> tuple[Diagnostic, ...]:
    """Says of how many customers the last reading took what they had said before (A40)."""
    asked = asked_shops(session)
    latest = asked.turn
    spared = sum(each.turn < latest for each in asked.customers.values())
    if not spared:
        return ()
    return (
        Diagnostic(
            Severity.WARNING,
            f"whose the reserved lines of {counted(spared, 'customer')} are was asked earlier today: their "
            "boxes are as they were",
            detail="`drift` asks every customer again; why that suffices: `docs/assumptions.md`, A40",
        ),
    )


def _noted(reading: Reading, asked: list[Query]) -> Reading:
    """`reading`, with all that it asks noted in `asked`."""
    try:
        queries = next(reading)
        while True:
            asked += queries
            queries = reading.send((yield queries))
    except StopIteration as stop:
        found: tuple[LiveResource, ...] = stop.value
        return found


def _name(session: Session) -> str:
    """Among the lists of the account: each project asks for the products that it keeps."""
    return f"owners {session.scope.project} {session.scope.environment or ''}"
