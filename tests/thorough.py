"""How many examples a property is tried on: few in every run, ten times as many with `make thorough`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

T = TypeVar("T")

USUAL = 100
"""What the profile of every run says of a property that says nothing itself."""


def tried(count: int) -> settings:
    """Tries a property on `count` examples, and on more where the profile in force says more than usual."""
    return settings(max_examples=count * settings().max_examples // USUAL)


def is_thorough() -> bool:
    """Whether the profile in force says more than usual."""
    return settings().max_examples > USUAL


def every(count: int, cases: Sequence[T], first: int = 0) -> Sequence[T]:
    """The `first` of `cases`, counted from 0, the `count`th after it, and so on; all where `is_thorough`."""
    return cases if is_thorough() else cases[first::count]
