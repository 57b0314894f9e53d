"""What of a watch is told: what is new, and once that it is over; never each look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.errors import QuotaExhausted, ReconcilerError, Unreachable
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.event import Outcome
from reconciler.model.notification import FOR_SOMEBODY, Occasion, Occurrence
from reconciler.model.step import OpenStep, OperatorStep
from reconciler.model.summary import ChangeResult, Summary
from reconciler.watch.look import Look
from reconciler.watch.loop import Seen
from reconciler.watch.pace import Pace
from reconciler.watch.telling import FORGOTTEN, MOST_PATIENT, Memory, standing_after

NOON = datetime(2027, 1, 4, 14, tzinfo=UTC)
ORDER, OTHER = Address("purchase_orders", "valentines"), Address("purchase_orders", "mothers-day")
EVERYTHING = tuple(Occasion)


def look(**more: Any) -> Look:
    """A look that found what is given, and nothing else."""
    return Look("shop", None, NOON, NOON + timedelta(hours=10), 6, 6, 3000, 200, **more)


def drifted(*addresses: Address) -> Look:
    return look(drifts=frozenset(addresses), addresses=frozenset(addresses))


def seen(found: Look | ReconcilerError, flapping: Sequence[Address] = (), *, is_paused: bool = False) -> Seen:
    pace = Pace(timedelta(minutes=5), is_paused=is_paused)
    if isinstance(found, Look):
        return Seen(found, None, tuple(flapping), pace)
    return Seen(None, found, (), pace)


def told(
    looks: Sequence[Look | ReconcilerError | Seen],
    on: Sequence[Occasion] = FOR_SOMEBODY,
    *,
    is_applying: bool = False,
) -> list[str]:
    """Under what each look was told; `-` for one that was not."""
    memory, heard = Memory(), []
    for each in looks:
        standing = standing_after(each if isinstance(each, Seen) else seen(each), is_applying=is_applying)
        memory, occurrence = memory.after(standing, on)
        heard.append("-" if occurrence is None else occurrence.occasions[0].value)
    return heard


def once(found: Seen, *, is_applying: bool = False) -> Occurrence:
    """What the first look tells who listens to everything."""
    _, occurrence = Memory().after(standing_after(found, is_applying=is_applying), EVERYTHING)
    assert occurrence is not None
    return occurrence


GONE = Unreachable("customer.list", "gone")


def test_what_stays_is_told_once_and_its_end_once() -> None:
    """However many looks see it."""
    looks = [look(), drifted(ORDER), drifted(ORDER), drifted(ORDER), look(), look(), look()]
    assert told(looks) == ["-", "drift", "-", "-", "recovered", "-", "-"]


def test_what_joins_is_told_and_what_leaves_is_not() -> None:
    """As long as something stands it is not over."""
    looks = [drifted(ORDER), drifted(ORDER, OTHER), drifted(OTHER), look()]
    assert told(looks) == ["drift", "drift", "-", "recovered"]


def test_errors_are_told_once() -> None:
    """Whatever their words are; what stood before them is neither over nor new after them."""
    again = Unreachable("customer.list", "gone for 8 s")
    looks: list[Look | ReconcilerError] = [drifted(ORDER), GONE, again, GONE, drifted(ORDER), look()]
    assert told(looks) == ["drift", "failed", "-", "-", "-", "recovered"]


def test_what_comes_and_goes_falls_silent() -> None:
    """Each time it comes back, its end is believed later: an hour of it is a handful of messages."""
    heard = told([drifted(ORDER), look()] * 20)
    assert heard[:3] == ["drift", "recovered", "drift"]
    assert set(heard[3:]) == {"-"}


def test_an_end_is_believed_in_the_end() -> None:
    """After so many looks without it, at most; and long after that it is as new."""
    flood = [drifted(ORDER), look(), drifted(ORDER), look(), look(), drifted(ORDER)]
    heard = told([*flood, *[look()] * MOST_PATIENT, *[look()] * FORGOTTEN, drifted(ORDER), look()])
    assert heard.count("recovered") == 4
    assert heard[-2:] == ["drift", "recovered"]


def test_who_does_not_listen_hears_of_no_end() -> None:
    """Neither of what it never heard of, nor where it does not listen to that."""
    assert told([drifted(ORDER), look()], [Occasion.FAILED, Occasion.RECOVERED]) == ["-", "-"]
    assert told([drifted(ORDER), look()], [Occasion.DRIFT]) == ["drift", "-"]


@pytest.mark.parametrize(
    ("found", "occasion", "name"),
    [
        (seen(GONE), Occasion.FAILED, "Unreachable"),
        (seen(QuotaExhausted("customer.list", "used up")), Occasion.BUDGET, "QuotaExhausted"),
        (seen(look(), is_paused=True), Occasion.BUDGET, "calls"),
        (seen(look(is_short=True, why_not="8 calls are needed")), Occasion.BUDGET, "calls"),
        (seen(look(refused=("max_deletes",))), Occasion.REFUSED, "max_deletes"),
        (seen(drifted(ORDER)), Occasion.DRIFT, str(ORDER)),
        (seen(look(addresses=frozenset([ORDER]))), Occasion.PENDING, str(ORDER)),
        (seen(drifted(ORDER), [ORDER]), Occasion.FLAPPING, str(ORDER)),
    ],
)
def test_what_a_look_is_told_as(found: Seen, occasion: Occasion, name: str) -> None:
    """The gravest of what it is, and what it is about."""
    occurrence = once(found)
    assert occurrence.occasions[0] is occasion
    assert occurrence.subjects[0].name == name


def test_what_flaps_is_told_as_that_alone() -> None:
    """Neither as drift nor as pending."""
    assert once(seen(drifted(ORDER), [ORDER])).occasions == (Occasion.FLAPPING,)


def test_what_is_applied_is_not_pending() -> None:
    """A watch that applies tells what it did."""
    summary = Summary("run", (ChangeResult(ORDER, Action.UPDATE, Outcome.DONE),), 2, 2, 100)
    occurrence = once(seen(look(addresses=frozenset([ORDER]), applied=summary)), is_applying=True)
    assert occurrence.occasions == (Occasion.APPLIED,)
    assert occurrence.title == "1 resource was applied"


def test_each_apply_is_told() -> None:
    """It is an event, and no state."""
    summary = Summary("run", (ChangeResult(ORDER, Action.UPDATE, Outcome.DONE),), 2, 2, 100)
    assert told([look(applied=summary)] * 2, [Occasion.APPLIED], is_applying=True) == ["applied"] * 2


def test_an_apply_that_goes_on_failing_is_told_once() -> None:
    """Until it does not."""
    failed = ChangeResult(ORDER, Action.UPDATE, Outcome.FAILED, "Komet refused")
    looks = [look(applied=Summary("run", (failed,), 2, 2, 100))] * 3 + [look()]
    assert told(looks, is_applying=True) == ["failed", "-", "-", "recovered"]
    assert once(seen(looks[0])).subjects[0].text == "failed · Komet refused"


def test_steps_for_a_person_are_told_with_what_to_do() -> None:
    """Once for each resource, whatever becomes of the words."""
    step = OperatorStep(1, "key", "screen", "target", "put BLOOM on line 88104")
    steps = (OpenStep(ORDER, step, NOON),)
    assert told([look(steps=steps)] * 2 + [look()]) == ["worklist", "-", "recovered"]
    occurrence = once(seen(look(steps=steps)))
    assert occurrence.subjects[0].text == "put BLOOM on line 88104"
    assert occurrence.title == "1 resource waits for a person"
