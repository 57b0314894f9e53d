"""The last reading: only what changed is written, and what came before is recognised."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.glance import Glance
from reconciler.model.resource import LiveResource, Marker
from reconciler.state.database import Database
from reconciler.state.open import State
from reconciler.state.scope import Scope
from reconciler.state.snapshots import Snapshot

WEEKLY = Address("purchase_orders", "weekly")
KIND = "purchase_orders"


def order(id: int, boxes: int = 1, came_in: str = "list 1") -> LiveResource:
    """An order as a row showed it, the only one of its list."""
    row = f"row {id} of {boxes}"
    return LiveResource(KIND, id, f"P{id}", None, {"boxes": boxes}, row, row, f"spelled {id}", came_in)


def snapshot(*orders: LiveResource, at: datetime, format: str = "1") -> Snapshot:
    """A reading that found these orders."""
    return Snapshot(format, {KIND: list(orders)}, frozenset([WEEKLY]), at)


def attributes(state: State, scope: Scope) -> list[object]:
    """What is remembered that each order said."""
    found = state.snapshots.get(scope)
    assert found is not None
    return [each.attributes for each in found.live[KIND]]


def test_a_snapshot_comes_back_with_its_age(state: State, scope: Scope, now: datetime) -> None:
    """The newest snapshot of the scope, and of no other."""
    older = Snapshot("1", {KIND: [order(2), order(1)]}, frozenset(), now - timedelta(days=1))
    newer = Snapshot("1", {KIND: [order(1), order(3)]}, frozenset([WEEKLY]), now)
    state.snapshots.put(scope, older)
    state.snapshots.put(scope, newer)
    assert state.snapshots.get(scope) == newer
    assert state.snapshots.get(Scope("other", None, scope.account)) is None


def test_the_same_again_is_only_younger(state: State, scope: Scope, now: datetime) -> None:
    """Nothing but its age is written."""
    state.snapshots.put(scope, snapshot(order(1), at=now))
    state.snapshots.put(scope, snapshot(order(1), at=now + timedelta(minutes=5)))
    assert state.snapshots.get(scope) == snapshot(order(1), at=now + timedelta(minutes=5))


def test_only_what_has_changed_is_written(state: State, scope: Scope, now: datetime) -> None:
    """A row with the digest that is known stays as it is; of one without a digest all counts."""
    known, unknown = order(1, boxes=4), replace(order(2, boxes=4), shown="")
    state.snapshots.put(scope, snapshot(known, unknown, at=now))
    state.snapshots.put(
        scope, snapshot(*[replace(x, attributes={"boxes": 5}) for x in (known, unknown)], at=now)
    )
    assert attributes(state, scope) == [{"boxes": 4}, {"boxes": 5}]


@pytest.mark.parametrize("shown", ["", "a digest"])
def test_what_changes_beside_is_written(state: State, scope: Scope, now: datetime, shown: str) -> None:
    """Another number is another row, whether one row shows everything or not."""
    first = replace(order(1), shown=shown, row=shown, came_in=f"{shown} 1")
    state.snapshots.put(scope, snapshot(first, at=now))
    other = shown and "another"
    second = replace(first, number="P2", shown=other, row=other, came_in=f"{other} 1")
    state.snapshots.put(scope, snapshot(second, at=now))
    assert state.snapshots.get(scope) == snapshot(second, at=now)


def test_what_another_version_wrote_is_not_mixed_with_ours(state: State, scope: Scope, now: datetime) -> None:
    """Its rows are neither recognised nor kept."""
    state.snapshots.put(scope, snapshot(order(1, boxes=4), at=now))
    assert state.snapshots.glances(scope, "2").of_list(KIND, "list") is None
    again = replace(order(1, boxes=4), attributes={"boxes": 5})
    state.snapshots.put(scope, snapshot(again, at=now, format="2"))
    assert attributes(state, scope) == [{"boxes": 5}]


def test_a_glance_is_what_a_row_says_before_it_is_looked_into(
    state: State, scope: Scope, now: datetime
) -> None:
    """Id, number, marker and both digests, by the list or by either digest, for its kind."""
    state.snapshots.put(scope, snapshot(replace(order(1), marker=Marker("bench", "weekly")), at=now))
    known = state.snapshots.glances(scope, "1")
    glance = Glance(1, "P1", Marker("bench", "weekly"), "row 1 of 1", "spelled 1")
    assert known.of_list(KIND, "list") == [glance]
    assert known.of_row(KIND, "row 1 of 1") == known.of_row(KIND, "spelled 1") == glance
    assert known.of_list("prebooks", "list") is None
    assert known.of_row("prebooks", "spelled 1") is None


def test_a_list_is_known_by_all_of_its_rows_or_not_at_all(state: State, scope: Scope, now: datetime) -> None:
    """Not where a row stood in another list too, or was not recognised. That other answers said more of it is
    no reason."""
    twice = [order(1, came_in="first 2"), order(2, came_in="second 2")]
    twice.append(replace(order(3, came_in="second 2"), shown=""))
    dark = [order(4, came_in="third 2"), replace(order(5, came_in="third 2"), shown="", row="")]
    state.snapshots.put(scope, snapshot(*twice, *dark, at=now))
    known = state.snapshots.glances(scope, "1")
    assert known.of_list(KIND, "first") is known.of_list(KIND, "third") is None
    second = known.of_list(KIND, "second")
    assert second is not None and [each.id for each in second] == [2, 3]
    assert second[1].row == "row 3 of 1"


def test_a_list_that_does_not_come_again_is_forgotten(state: State, scope: Scope, now: datetime) -> None:
    """What comes in its place is known instead."""
    state.snapshots.put(scope, snapshot(order(1, came_in="old 1"), at=now))
    state.snapshots.put(scope, snapshot(order(1, boxes=2, came_in="new 1"), at=now))
    known = state.snapshots.glances(scope, "1")
    assert known.of_list(KIND, "old") is None
    assert known.of_list(KIND, "new") is not None


def test_glances_changed_from_outside_are_an_error(
    state: State, scope: Scope, now: datetime, database: Database
) -> None:
    """They are not taken for anything."""
    state.snapshots.put(scope, snapshot(order(1), at=now))
    database.execute("UPDATE glances SET known = '[[1]]'")
    with pytest.raises(StateError, match="changed from outside"):
        state.snapshots.glances(scope, "1").of_list(KIND, "list")


def test_a_snapshot_takes_in_what_was_read_later(state: State, scope: Scope, now: datetime) -> None:
    """What is new or gone; its age stays that of the reading. Without a snapshot nothing is kept."""
    state.snapshots.renew(scope, {KIND: [order(9)]}, {})
    assert state.snapshots.get(scope) is None
    state.snapshots.put(scope, snapshot(order(1), order(2), at=now))
    later = order(2, boxes=7)
    state.snapshots.renew(scope, {KIND: [later, order(3)]}, {KIND: {1}})
    assert state.snapshots.get(scope) == snapshot(later, order(3), at=now)


def test_what_an_apply_wrote_is_not_taken_for_the_reading(state: State, scope: Scope, now: datetime) -> None:
    """A person who takes it back has Komet show what was read before: that is written again."""
    state.snapshots.put(scope, snapshot(order(1, boxes=4), at=now))
    state.snapshots.renew(scope, {KIND: [order(1, boxes=5)]}, {})
    state.snapshots.put(scope, snapshot(order(1, boxes=4), at=now))
    assert attributes(state, scope) == [{"boxes": 4}]
