"""Filling in what a plan could only call known after apply."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.step import KNOWN_AFTER_APPLY
from reconciler.model.value import Json


class NotKnown(Exception):
    """A fact that an earlier step should have taught and did not; the text names it."""


def fill_in(params: Mapping[str, Json], facts: Mapping[str, Json]) -> dict[str, Json]:
    """`params` with every placeholder replaced. `facts` are keyed `ADDRESS#FACT`; a missing one raises."""
    return {name: _filled(value, facts) for name, value in params.items()}


def _filled(value: Json, facts: Mapping[str, Json]) -> Json:
    if isinstance(value, list):
        return [_filled(inner, facts) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) != {KNOWN_AFTER_APPLY}:
        return fill_in(value, facts)
    wanted = str(value[KNOWN_AFTER_APPLY])
    if wanted not in facts:
        address, _, fact = wanted.partition("#")
        raise NotKnown(f"the {fact} of {address} is not known: Komet's answer did not tell it")
    return facts[wanted]
