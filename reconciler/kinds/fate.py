"""What became of an operator step, told by the value that a person was to change."""

from __future__ import annotations

from typing import assert_never

from reconciler.model.step import Ending, Fate, OperatorStep
from reconciler.model.value import Json


def fate_by_value(step: OperatorStep, subject: str, now: Json) -> Fate:
    """The fate of `step` where `subject` stands in Komet with the value `now`."""
    ending = _ending(step, now)
    match ending:
        case Ending.DONE:
            return Fate(ending, f"done: {subject} is {_shown(now)} now")
        case Ending.NOT_WANTED:
            return Fate(ending, f"no longer wanted: {subject} is {_shown(now)} as it was, and may stay so")
        case Ending.OVERTAKEN:
            return Fate(ending, f"overtaken: {subject} is {_shown(now)} now")
        case Ending.GONE:
            raise AssertionError(f"{subject} is there")
        case _:
            assert_never(ending)


def gone(why: str) -> Fate:
    """What the step was about is not there any more."""
    return Fate(Ending.GONE, why)


def _ending(step: OperatorStep, now: Json) -> Ending:
    if now == step.after:
        return Ending.DONE
    return Ending.NOT_WANTED if now == step.before else Ending.OVERTAKEN


def _shown(value: Json) -> str:
    return "empty" if value in (None, "") else str(value)
