"""Where two canonical sides differ. The only module that imports deepdiff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.change import AttributeChange
from reconciler.model.value import Json, Path


def diff_attributes(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[AttributeChange, ...]:
    """The attributes that differ, by path. What comes or goes whole is one change; equal sides have none."""
    if before == after:
        return ()
    if not before:
        return tuple(AttributeChange(path, None, value) for path, value in _sections(after))
    if not after:
        return tuple(AttributeChange(path, value, None) for path, value in _sections(before))
    changes = {change.path: change for change in _differences(before, after)}
    return tuple(changes[path] for path in sorted(changes, key=path_key))


def path_key(path: Path) -> tuple[tuple[bool, int, str], ...]:
    """What paths are sorted by: names before positions, positions as numbers."""
    return tuple((isinstance(part, int), part if isinstance(part, int) else 0, str(part)) for part in path)


def _sections(side: Mapping[str, Json]) -> Iterator[tuple[Path, Json]]:
    """Every attribute of a side; a section of named parts (items, ship-tos) gives one for each part."""
    for name in sorted(side):
        value = side[name]
        if isinstance(value, dict):
            yield from (((name, inner), value[inner]) for inner in sorted(value))
        else:
            yield (name,), value


def _differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[AttributeChange]:
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    # With the default threshold deepdiff folds mappings that share few keys into one change.
    tree = DeepDiff(*_unequal(before, after), threshold_to_diff_deeper=0, view="tree")
    for levels in tree.values():
        for level in levels:
            old = None if level.t1 is notpresent else level.t1
            new = None if level.t2 is notpresent else level.t2
            path: Path = tuple(level.path(output_format="list"))
            yield _whole_list(before, after, path) or AttributeChange(path, old, new)


def _unequal(
    before: Mapping[str, Json], after: Mapping[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Both sides without what they have in common: of an order with many items one or two differ, and what is
    equal is most of what deepdiff would walk through."""
    old, new = dict(before), dict(after)
    for name in before.keys() & after.keys():
        was, is_now = before[name], after[name]
        if isinstance(was, dict) and isinstance(is_now, dict):
            old[name], new[name] = _unequal(was, is_now)
        if repr(old[name]) == repr(new[name]):  # equality would take 1 for True
            del old[name], new[name]
    return old, new


def _whole_list(before: Mapping[str, Json], after: Mapping[str, Json], path: Path) -> AttributeChange | None:
    """A list of plain values is one attribute: its members have no names by which to tell them apart."""
    place = next((index for index, part in enumerate(path) if isinstance(part, int)), None)
    if place is None:
        return None
    old, new = _at(before, path[:place]), _at(after, path[:place])
    if any(
        isinstance(member, dict | list) for side in (old, new) if isinstance(side, list) for member in side
    ):
        return None
    return AttributeChange(path[:place], old, new)


def _at(side: Mapping[str, Json], path: Path) -> Json:
    value: Json = dict(side)
    for part in path:
        value = value.get(str(part)) if isinstance(value, dict) else None
    return value
