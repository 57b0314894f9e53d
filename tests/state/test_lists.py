"""Cached reference lists, snapshots and agreements."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.resource import Glance, LiveResource, Marker
from reconciler.state.open import State
from reconciler.state.scope import Scope
from reconciler.state.snapshots import Snapshot

WEEKLY, DAILY = Address("purchase_orders", "weekly"), Address("purchase_orders", "daily")


def order(id: int, boxes: int = 1) -> LiveResource:
    """An order as a row showed it."""
    return LiveResource("purchase_orders", id, f"P{id}", None, {"boxes": boxes}, f"row {id}", f"spelled {id}")


def test_a_list_comes_back_with_its_age(state: State, now: datetime) -> None:
    """Rows and the moment of reading, by account and name."""
    state.lists.put("a", "product.list", [{"id": 501, "code": "010225"}], now)
    assert state.lists.get("a", "product.list") == ([{"id": 501, "code": "010225"}], now)
    assert state.lists.get("a", "vendor.list") is None
    assert state.lists.get("b", "product.list") is None


def test_the_newest_list_counts(state: State, now: datetime) -> None:
    """Putting a list again replaces rows and age."""
    state.lists.put("a", "l", [1], now)
    state.lists.put("a", "l", [2], now + timedelta(days=1))
    assert state.lists.get("a", "l") == ([2], now + timedelta(days=1))


def test_a_snapshot_comes_back_with_its_age(state: State, scope: Scope, now: datetime) -> None:
    """The newest snapshot of the scope, and of no other."""
    older = Snapshot("1", {"purchase_orders": [order(2), order(1)]}, frozenset(), now - timedelta(days=1))
    newer = Snapshot("1", {"purchase_orders": [order(1), order(3)]}, frozenset([WEEKLY]), now)
    state.snapshots.put(scope, older)
    state.snapshots.put(scope, newer)
    assert state.snapshots.get(scope) == newer
    assert state.snapshots.get(Scope("other", None, scope.account)) is None


def test_only_what_has_changed_is_written(state: State, scope: Scope, now: datetime) -> None:
    """A row with the digest that is known stays as it is; one without a digest is compared."""
    known, unknown = order(1, boxes=4), replace(order(2, boxes=4), shown="")
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": [known, unknown]}, frozenset(), now))
    again = [replace(each, attributes={"boxes": 5}) for each in (known, unknown)]
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": again}, frozenset(), now))
    found = state.snapshots.get(scope)
    assert found is not None
    assert [each.attributes for each in found.live["purchase_orders"]] == [{"boxes": 4}, {"boxes": 5}]


def test_a_row_is_recognised_by_how_it_was_spelled_last(state: State, scope: Scope, now: datetime) -> None:
    """Komet may say the same in another order from some day on; what it says is not written again."""
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": [order(1, boxes=4)]}, frozenset(), now))
    respelled = replace(order(1, boxes=5), spelling="another order of keys")
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": [respelled]}, frozenset(), now))
    known = state.snapshots.glances(scope, "1")
    assert known.keys() == {("purchase_orders", "row 1"), ("purchase_orders", "another order of keys")}
    found = state.snapshots.get(scope)
    assert found is not None
    assert found.live["purchase_orders"][0].attributes == {"boxes": 4}


def test_what_another_version_wrote_is_not_mixed_with_ours(state: State, scope: Scope, now: datetime) -> None:
    """Its rows are neither recognised nor kept."""
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": [order(1, boxes=4)]}, frozenset(), now))
    assert state.snapshots.glances(scope, "2") == {}
    state.snapshots.put(scope, Snapshot("2", {"purchase_orders": [order(1, boxes=5)]}, frozenset(), now))
    found = state.snapshots.get(scope)
    assert found is not None
    assert found.live["purchase_orders"][0].attributes == {"boxes": 5}


def test_a_glance_is_what_a_row_says_before_it_is_looked_into(
    state: State, scope: Scope, now: datetime
) -> None:
    """Id, number, marker and digest, by kind and either digest; nothing of rows that have none."""
    rows = [replace(order(1), marker=Marker("bench", "weekly")), replace(order(2), shown="")]
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": rows}, frozenset(), now))
    glance = Glance(1, "P1", Marker("bench", "weekly"), "row 1")
    found = {("purchase_orders", "row 1"): glance, ("purchase_orders", "spelled 1"): glance}
    assert state.snapshots.glances(scope, "1") == found


def test_a_snapshot_takes_in_what_was_read_later(state: State, scope: Scope, now: datetime) -> None:
    """What is new or gone; its age stays that of the reading. Without a snapshot nothing is kept."""
    state.snapshots.renew(scope, {"purchase_orders": [order(9)]}, {})
    assert state.snapshots.get(scope) is None
    state.snapshots.put(scope, Snapshot("1", {"purchase_orders": [order(1), order(2)]}, frozenset(), now))
    later = replace(order(2), attributes={"boxes": 7}, shown="another row")
    state.snapshots.renew(scope, {"purchase_orders": [later, order(3)]}, {"purchase_orders": {1}})
    found = state.snapshots.get(scope)
    assert found == Snapshot("1", {"purchase_orders": [later, order(3)]}, frozenset(), now)


def test_agreements_come_back(state: State, scope: Scope) -> None:
    """The newest of each address, of the scope and no other, until they are over."""
    first, second = Agreement(WEEKLY, "w", "s", "a", "2027-02-01", 4), Agreement(DAILY, "w", "s", "a", "", 0)
    state.agreements.put(scope, [first, second], [])
    state.agreements.put(scope, [replace(first, shown="t")], [DAILY])
    assert state.agreements.get(scope) == {WEEKLY: replace(first, shown="t")}
    assert state.agreements.get(Scope("other", None, scope.account)) == {}


def test_moments_are_kept_in_utc(state: State, now: datetime) -> None:
    """The same moment told in another zone is the same moment."""
    state.lists.put("a", "l", [], now.astimezone(timezone(timedelta(hours=-5))))
    cached = state.lists.get("a", "l")
    assert cached is not None
    assert cached.fetched_at == now
    assert cached.fetched_at.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_a_fault(state: State, now: datetime) -> None:
    """A time of day that could be anywhere is not remembered."""
    with pytest.raises(ValueError, match="time zone"):
        state.lists.put("a", "l", [], now.replace(tzinfo=None))
