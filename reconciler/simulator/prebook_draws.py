"""The boxes that prebook items have taken: of ordered lines, and of lines on hand (Q21, A28)."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.selling import return_future, return_stock, take_future, take_stock
from reconciler.simulator.shop import FUTURE, ON_HAND
from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches


def draw_future(
    store: Store, switches: Switches, item_id: int, line_id: int, customer_id: int, boxes: int
) -> None:
    """Take boxes of an ordered line for an item, at once (A28)."""
    take_future(store, switches, line_id, customer_id, boxes)
    _draw(store, item_id, FUTURE, line_id, boxes)


def draw_stock(
    store: Store, switches: Switches, item_id: int, line_id: int, customer_id: int, boxes: int
) -> None:
    """Allocate boxes of an on-hand line to an item."""
    take_stock(store, switches, line_id, customer_id, boxes)
    _draw(store, item_id, ON_HAND, line_id, boxes)


def _draw(store: Store, item_id: int, origin: int, line_id: int, boxes: int) -> None:
    store.insert("prebook_draws", {"item_id": item_id, "origin": origin, "line_id": line_id, "boxes": boxes})


def draws_of(store: Store, item_id: int) -> list[StoredRow]:
    """The boxes that an item has taken, on hand and future."""
    return store.rows("SELECT * FROM prebook_draws WHERE item_id = ? ORDER BY id", item_id)


def give_back(store: Store, item_id: int, keep: int = 0) -> None:
    """The boxes that an item had taken can be sold again, all but the first `keep`."""
    for draw in draws_of(store, item_id):
        stays = min(keep, draw["boxes"])
        keep -= stays
        back = return_stock if draw["origin"] == ON_HAND else return_future
        back(store, draw["line_id"], draw["boxes"] - stays)
        store.update("prebook_draws", draw["id"], {"boxes": stays})
    store.run("DELETE FROM prebook_draws WHERE item_id = ? AND boxes = 0", item_id)
