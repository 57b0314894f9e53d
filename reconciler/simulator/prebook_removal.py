"""What ends prebooks and their items, and what forbids it: a purchase, an invoice (Komet API §5.7, A36)."""

from __future__ import annotations

from collections.abc import Sequence
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.orders import LineStatus, OrderStatus
from reconciler.simulator.prebook_draws import give_back
from reconciler.simulator.prebooking import CANCELLED, items_of, touch_prebook
from reconciler.simulator.purchasing import delete_line, find_line
from reconciler.simulator.store import Store


def purchases_of(store: Store, item_id: int) -> list[StoredRow]:
    """The live lines of purchase orders that were bought for an item; a cancelled one is none."""
    return store.rows(
        "SELECT l.*, o.number, o.status AS order_status FROM po_lines l "
        "JOIN purchase_orders o ON o.id = l.po_id "
        "WHERE l.prebook_item_id = ? AND l.status <> ? AND o.status <> ? ORDER BY l.id",
        item_id,
        LineStatus.CANCELLED,
        OrderStatus.CANCELLED,
    )


def is_invoiced(store: Store, item_id: int) -> bool:
    """Whether an item is on an invoice."""
    return store.row("SELECT 1 FROM invoice_items WHERE prebook_item_id = ?", item_id) is not None


def raise_if_fixed(store: Store, item: StoredRow) -> None:
    """Refuse to touch an item that is invoiced, or on an order past Pending Approval (§5.7, A36)."""
    if is_invoiced(store, item["id"]):
        raise Refused(f"The prebook item {item['id']} cannot be changed, it is invoiced.")
    for line in purchases_of(store, item["id"]):
        if line["order_status"] != OrderStatus.PENDING:
            raise Refused(
                f"The prebook item {item['id']} cannot be changed, the purchase order {line['number']} "
                "is not pending approval."
            )


def empty_item(store: Store, item: StoredRow, stamp: str, *, free: bool, vanish: bool) -> None:
    """The item stays with quantity 0: its boxes are back, its line of a pending order is gone.

    `free` and `vanish` as in `purchasing.delete_line` (A36, A26).
    """
    if not free:
        raise_if_fixed(store, item)
    give_back(store, item["id"])
    for line in purchases_of(store, item["id"]):
        if line["order_status"] == OrderStatus.PENDING:
            delete_line(store, find_line(store, line["id"]), stamp, free=free, vanish=vanish)
    store.run("UPDATE po_lines SET prebook_item_id = NULL WHERE prebook_item_id = ?", item["id"])
    store.update("prebook_items", item["id"], {"boxes": 0, "units": 0})
    touch_prebook(store, item["prebook_id"], stamp)


def delete_item(store: Store, item: StoredRow, stamp: str, *, free: bool, vanish: bool) -> None:
    """Take an item off its prebook, as `empty_item` does; the header stays."""
    empty_item(store, item, stamp, free=free, vanish=vanish)
    store.run("DELETE FROM prebook_items WHERE id = ?", item["id"])


def delete_prebook(store: Store, prebook: StoredRow, stamp: str, *, free: bool) -> None:
    """The prebook disappears with its items, unless one is purchased or invoiced (§7.6, A36)."""
    items = items_of(store, prebook["id"])
    if not free:
        _raise_if_under_way(store, prebook, items)
    for item in items:
        delete_item(store, item, stamp, free=True, vanish=False)
    store.run("DELETE FROM prebooks WHERE id = ?", prebook["id"])


def cancel_prebook(store: Store, prebook: StoredRow, stamp: str) -> None:
    """The prebook counts no more; its boxes can be sold again. Not once purchased or invoiced."""
    items = items_of(store, prebook["id"])
    _raise_if_under_way(store, prebook, items)
    for item in items:
        give_back(store, item["id"])
    store.update("prebooks", prebook["id"], {"status": CANCELLED, "updated_on": stamp})


def _raise_if_under_way(store: Store, prebook: StoredRow, items: Sequence[StoredRow]) -> None:
    for item in items:
        if is_invoiced(store, item["id"]):
            raise Refused(f"The prebook {prebook['number']} cannot be deleted, it is invoiced.")
        if purchases_of(store, item["id"]):
            raise Refused(f"The prebook {prebook['number']} cannot be deleted, it is purchased.")


def raise_if_closed(store: Store, prebook: StoredRow) -> None:
    """Refuse to change a prebook that is cancelled or invoiced."""
    if prebook["status"] == CANCELLED:
        raise Refused(f"The prebook {prebook['number']} is cancelled.")
    if any(is_invoiced(store, item["id"]) for item in items_of(store, prebook["id"])):
        raise Refused(f"The prebook {prebook['number']} is invoiced.")
