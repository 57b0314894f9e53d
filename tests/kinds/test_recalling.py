"""What came before is recognised, and means what it meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode

from reconciler.kinds.kind import Scope
from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.recalling import recall
from reconciler.kinds.row import Row, row_of
from reconciler.komet.envelope import read_answer
from reconciler.komet.exchange import Received
from reconciler.komet.methods import method_named
from reconciler.model.glance import Glances
from reconciler.model.query import Answer
from reconciler.model.resource import LiveResource
from reconciler.state.open import State
from reconciler.state.schema import migrate
from reconciler.state.scope import Scope as Whose
from reconciler.state.snapshots import Snapshot
from reconciler.state.sqlite import SqliteDatabase

KIND, KEY = "purchase_orders", "purchaseOrders"
WHOSE = Whose("bloomnet-miami", None, "api.kometsales.com/6316")
NOW = datetime(2027, 1, 4, 14, 0, tzinfo=UTC)

Order = Mapping[str, Any]


def parse(row: Row) -> LiveResource:
    """An order, all of it in its row."""
    comments, marker = split_marker(row.text("comments"))
    attributes = {"comments": comments, "boxes": row.integer("boxes")}
    return LiveResource(KIND, row.required("id"), row.text("number") or None, marker, attributes)


def answer(orders: Sequence[Order]) -> Answer:
    """The list of `orders`, as it came over the wire."""
    body = encode(
        {
            "status": 1,
            "message": "OK",
            KEY: [dict(each) if isinstance(each, Mapping) else each for each in orders],
        }
    )
    return read_answer(method_named("purchase.order.list"), Received(200, {}, body))


class Memory:
    """Reads lists of orders as plans do, one after the other."""

    def __init__(self) -> None:
        database = SqliteDatabase(":memory:")  # type: ignore[arg-type]
        migrate(database)
        self.state = State(database, None)  # type: ignore[arg-type]

    def read(self, *lists: Sequence[Order]) -> dict[int, LiveResource]:
        """What the orders of `lists` mean, by id; remembered for the next time."""
        scope = Scope("bloomnet-miami", "2027-01-04", remembered=self.glances)
        answers = [answer(each) for each in lists]
        found = {each.id: each for one in answers for each in recall(KIND, row_of(one), KEY, scope, parse)}
        self.is_cut = any(one.payload[KEY]._rows is not None for one in answers)  # type: ignore[attr-defined]
        live = [found[id] for id in sorted(found)]  # the order of a list is Komet's
        self.state.snapshots.put(WHOSE, Snapshot("1", {KIND: live}, frozenset(), NOW))
        return found

    @property
    def glances(self) -> Glances:
        """What is known of them."""
        return self.state.snapshots.glances(WHOSE, "1")


def order(id: int, boxes: int = 4, comments: str = "[rc:bloomnet-miami/weekly]") -> Order:
    """An order as Komet says it."""
    return {"id": id, "number": f"P{id}", "boxes": boxes, "comments": comments}


def test_a_list_that_came_before_is_not_cut() -> None:
    """Everything that is asked before an order is looked into is known; then it says what it said."""
    memory = Memory()
    first = memory.read([order(2, boxes=7), order(1)])
    assert memory.is_cut
    second = memory.read([order(2, boxes=7), order(1)])
    assert not memory.is_cut
    assert second == first and second[2].shown == first[2].shown
    assert second[2].attributes["boxes"] == 7


def test_a_row_that_came_before_is_known_in_another_list() -> None:
    """Also when it says the same in another order of its members."""
    memory = Memory()
    first = memory.read([order(1), order(2)])
    respelled = dict(reversed(list(order(1).items())))
    second = memory.read([respelled, order(3)])
    assert second[1].shown == first[1].shown
    assert second[1].spelling != first[1].spelling
    assert second[1].attributes == {"comments": "", "boxes": 4}
    assert memory.read([respelled])[1].shown == first[1].shown


def test_an_order_that_stands_in_two_lists_is_read_from_both() -> None:
    """The list that came first does not lose it."""
    memory = Memory()
    for _ in range(3):
        assert memory.read([order(1), order(2)], [order(2), order(3)]).keys() == {1, 2, 3}
    assert memory.read([order(1), order(2)]).keys() == {1, 2}


def test_what_is_no_order_is_told_when_the_list_is_read() -> None:
    """A list that was never understood is not known."""
    memory = Memory()
    for _ in range(2):
        with pytest.raises(Exception, match="should be an object"):
            memory.read([order(1), 5])  # type: ignore[list-item]


orders = st.builds(
    order,
    st.integers(1, 4),
    st.integers(1, 2),
    st.sampled_from(["", "[rc:bloomnet-miami/weekly]", "[rc:b/x]"]),
)


@given(st.lists(st.lists(st.lists(orders, max_size=4), max_size=3), min_size=1, max_size=5))
def test_whatever_was_read_before_it_means_the_same(readings: list[list[list[Order]]]) -> None:
    """As without any memory, whichever lists came before and however their orders overlap."""
    memory = Memory()
    for lists in readings:
        assert memory.read(*lists) == Memory().read(*lists)
