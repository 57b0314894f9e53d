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


def fill_in_known(value: Json, facts: Mapping[str, Json]) -> Json:
    """`value` with every placeholder replaced whose fact is known; the others stay."""
    if isinstance(value, list):
        return [fill_in_known(inner, facts) for inner in value]
    if not isinstance(value, dict):
        return value
    if _is_placeholder(value):
        return facts.get(str(value[KNOWN_AFTER_APPLY]), value)
    return {name: fill_in_known(inner, facts) for name, inner in value.items()}


def fits(planned: Json, made: Json, facts: Mapping[str, Json]) -> bool:
    """Whether `made` is what `planned` turns into: a placeholder whose fact is not known may be anything."""
    if _is_placeholder(planned) and isinstance(planned, dict):
        known = facts.get(str(planned[KNOWN_AFTER_APPLY]))
        return planned == made or known is None or known == made
    if isinstance(planned, list) and isinstance(made, list):
        pairs = zip(planned, made, strict=False)
        return len(planned) == len(made) and all(fits(each, other, facts) for each, other in pairs)
    if isinstance(planned, dict) and isinstance(made, dict):
        return planned.keys() == made.keys() and all(
            fits(value, made[name], facts) for name, value in planned.items()
        )
    return type(planned) is type(made) and planned == made


def _filled(value: Json, facts: Mapping[str, Json]) -> Json:
    if isinstance(value, list):
        return [_filled(inner, facts) for inner in value]
    if not isinstance(value, dict):
        return value
    if not _is_placeholder(value):
        return fill_in(value, facts)
    wanted = str(value[KNOWN_AFTER_APPLY])
    if wanted not in facts:
        address, _, fact = wanted.partition("#")
        raise NotKnown(f"the {fact} of {address} is not known: Komet's answer did not tell it")
    return facts[wanted]


def _is_placeholder(value: Json) -> bool:
    return isinstance(value, dict) and set(value) == {KNOWN_AFTER_APPLY}
