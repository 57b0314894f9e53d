"""Where two canonical sides differ."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import AttributeChange
from reconciler.model.value import Json
from reconciler.plan.diff import diff_attributes, path_key

names = st.text("abc-.[]'\"0", min_size=1, max_size=4)
leaves = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "1", "a", "0.42"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
sides = st.dictionaries(names, values.filter(lambda value: value != {}), max_size=4)
# A section without parts is never on a side alone.


@given(sides, sides)
def test_sides_differ_exactly_when_there_is_a_change(before: dict[str, Json], after: dict[str, Json]) -> None:
    """Equal sides have no change, and sides that are not equal have one."""
    assert bool(diff_attributes(before, after)) == (before != after)
    assert diff_attributes(before, deepcopy(before)) == ()


@given(sides, sides)
def test_every_change_says_what_stands_at_its_path(before: dict[str, Json], after: dict[str, Json]) -> None:
    """`before` and `after` of a change are what the two sides hold at its path, None where there is nothing;
    and paths are sorted and named once."""
    found = diff_attributes(before, after)
    for each in found:
        assert each.before == _at(before, each.path)
        assert each.after == _at(after, each.path)
    keys = [path_key(each.path) for each in found]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys)


def _at(side: Json | Mapping[str, Json], path: tuple[str | int, ...]) -> Json:
    value: Json | Mapping[str, Json] = side
    for part in path:
        if isinstance(value, dict) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part] if part < len(value) else None
        else:
            return None
    return value  # type: ignore[return-value]


def test_mappings_that_share_few_keys_are_not_folded() -> None:
    """Each attribute is told by itself, however few of them are on both sides."""
    before: dict[str, Json] = {"items": {"a": {"boxes": 1, "old-1": 1, "old-2": 2, "old-3": 3}}}
    after: dict[str, Json] = {"items": {"a": {"boxes": 2, "new-1": 1, "new-2": 2, "new-3": 3}}}
    paths = [each.path for each in diff_attributes(before, after)]
    assert paths == [
        ("items", "a", name) for name in ("boxes", "new-1", "new-2", "new-3", "old-1", "old-2", "old-3")
    ]


@pytest.mark.parametrize(
    ("before", "after"), [(1, "1"), ("0.42", "0.420"), (None, ""), ([], None), ({}, None), (0, "")]
)
def test_values_of_another_type_are_other_values(before: Json, after: Json) -> None:
    """Both sides are canonical: what is not equal there is a change, and is shown as it is."""
    (only,) = diff_attributes({"x": before, "y": 1}, {"x": after, "y": 1})
    assert (only.path, only.before, only.after) == (("x",), before, after)


def test_true_is_not_one() -> None:
    """Not at any depth, though Python holds them for equal."""
    before: dict[str, Json] = {"deep": {"flag": 1, "name": "a"}, "same": [1, {"a": True}], "y": 1}
    after: dict[str, Json] = {"deep": {"flag": True, "name": "a"}, "same": [1, {"a": True}], "y": 2}
    paths = [each.path for each in diff_attributes(before, after)]
    assert paths == [("deep", "flag"), ("y",)]


def test_positions_are_sorted_as_numbers() -> None:
    """The tenth part of a breakdown comes after the second."""
    before: dict[str, Json] = {"parts": [{"cost": place} for place in range(12)]}
    after: dict[str, Json] = {"parts": [{"cost": -1 - place} for place in range(12)]}
    found = [each.path for each in diff_attributes(before, after)]
    assert found == [("parts", place, "cost") for place in range(12)]


def test_a_list_of_plain_values_is_one_attribute() -> None:
    """E-mail addresses have no names by which to tell them apart: the whole list is shown."""
    before: dict[str, Json] = {"emails": ["a", "b"], "name": "x"}
    after: dict[str, Json] = {"emails": ["a", "c", "d"], "name": "x"}
    assert diff_attributes(before, after) == (AttributeChange(("emails",), ["a", "b"], ["a", "c", "d"]),)


def test_what_comes_or_goes_whole_is_told_by_section() -> None:
    """A new resource shows its attributes, and of a section each named part, once."""
    side: dict[str, Json] = {"vendor": "ROSALEDA", "items": {"b": {"boxes": 1}, "a": {"boxes": 2}}}
    paths = [("items", "a"), ("items", "b"), ("vendor",)]
    assert [each.path for each in diff_attributes({}, side)] == paths
    assert [each.path for each in diff_attributes(side, {})] == paths
    assert diff_attributes({}, side)[2] == AttributeChange(("vendor",), None, "ROSALEDA")
