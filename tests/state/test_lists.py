"""Cached reference lists."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from reconciler.state.open import State


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
