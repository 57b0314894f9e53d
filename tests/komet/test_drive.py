"""Driving a reading."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import pytest

from reconciler.errors import Refused
from reconciler.komet.drive import drive
from reconciler.model.query import Answer, Query


def test_a_reading_gets_its_answers_in_turn(border: Any) -> None:
    """Each batch is asked, its answers sent in, and what the reading returns comes out."""
    world = border({"status": 1, "message": "OK", "products": [{"id": 7}]})

    def reading() -> Generator[Sequence[Query], Sequence[Answer], list[int]]:
        first = yield [Query("product.list", {"id": 1}), Query("product.list", {"id": 2})]
        second = yield [Query("product.list", {"id": 3})]
        return [len(first), len(second)]

    assert drive(reading(), world.port) == [2, 1]
    assert [request.url.params["id"] for request in world.script.requests] == ["1", "2", "3"]


def test_a_reading_may_need_nothing(border: Any) -> None:
    """One that asks nothing costs nothing."""
    world = border({})

    def reading() -> Generator[Sequence[Query], Sequence[Answer], str]:
        return "done"
        yield []

    assert drive(reading(), world.port) == "done"
    assert world.port.calls_made == 0


def test_a_reading_is_closed_when_a_question_fails(border: Any) -> None:
    """The failure comes out, and the reading cleans up."""
    closed = []

    def reading() -> Generator[Sequence[Query], Sequence[Answer], None]:
        try:
            yield [Query("product.list")]
        finally:
            closed.append(True)

    with pytest.raises(Refused):
        drive(reading(), border({"status": 0, "message": "No"}).port)
    assert closed == [True]
