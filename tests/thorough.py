"""How many examples a property is tried on: few in every run, ten times as many with `make thorough`."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""What the profile of every run says of a property that says nothing itself."""


def tried(count: int) -> settings:
    """Tries a property on `count` examples, and on more where the profile in force says more than usual."""
    return settings(max_examples=count * settings().max_examples // USUAL)
