"""Configurations that are nearly right: the examples' files with a few random changes, of text or of tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import yaml

from hostile.atoms import HOSTILE, SCALARS

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MOST_CHANGES = 4
MOST_COPIES = 60
"""A piece is repeated so often at most: what is large by itself has tests of its own."""

Files: TypeAlias = Mapping[str, str]


@cache
def examples() -> Mapping[str, Files]:
    """The files of every example, by name; `seed.yaml` is the simulator's and none of the configuration."""
    folders = sorted(path.parent for path in EXAMPLES.glob("*/reconciler.yaml"))
    return {folder.name: _files(folder) for folder in folders}


def _files(folder: Path) -> Files:
    paths = [folder / "reconciler.yaml", *sorted((folder / "config").glob("*"))]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


def mutated(chance: Random) -> dict[str, str]:
    """One example with one to four changes, nearly all of them in a single file."""
    files = dict(chance.choice(list(examples().values())))
    name = chance.choice(sorted(files))
    for _ in range(chance.choice((1, 1, 1, 2, MOST_CHANGES))):
        change = chance.choice(_TEXT_CHANGES if name.endswith(".j2") else _CHANGES)
        files[name] = change(files[name], chance)
        if chance.random() < 0.1:
            name = chance.choice(sorted(files))
    return files


def _span(text: str, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(text) + 1)
    return start, min(start + chance.choice((1, 1, 2, 5, 20, 200)), len(text))


def _delete(text: str, chance: Random) -> str:
    start, end = _span(text, chance)
    return text[:start] + text[end:]


def _repeat(text: str, chance: Random) -> str:
    start, end = _span(text, chance)
    return text[:end] + text[start:end] * chance.choice((1, 2, MOST_COPIES)) + text[end:]


def _insert(text: str, chance: Random) -> str:
    start, _ = _span(text, chance)
    return text[:start] + chance.choice(HOSTILE) + text[start:]


def _overwrite(text: str, chance: Random) -> str:
    start, end = _span(text, chance)
    return text[:start] + chance.choice(HOSTILE) + text[end:]


def _truncate(text: str, chance: Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _swap_lines(text: str, chance: Random) -> str:
    lines = text.split("\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def _shift_line(text: str, chance: Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    lines[at] = lines[at].lstrip() if chance.random() < 0.5 else chance.choice((" ", "  ", "\t")) + lines[at]
    return "\n".join(lines)


def _replace_value(text: str, chance: Random) -> str:
    """Another value behind one of the colons."""
    places = [at for at in range(len(text) - 1) if text[at : at + 2] == ": "]
    if not places:
        return text
    at = chance.choice(places) + 2
    ends = [end for sign in "\n,}]" if (end := text.find(sign, at)) >= 0]
    return text[:at] + chance.choice((*SCALARS, *HOSTILE)) + text[min(ends, default=len(text)) :]


def _nudge_digit(text: str, chance: Random) -> str:
    """Another digit in place of one: most of these are valid, and wanted otherwise."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    at = chance.choice(places) if places else 0
    return text[:at] + str(chance.randrange(10)) + text[at + 1 :]


def _of_tree(change: Callable[[Any, Random], Any]) -> Callable[[str, Random], str]:
    """`change` of the file's tree, written down again; a file that holds no tree any more stays."""

    def change_text(text: str, chance: Random) -> str:
        try:
            tree = yaml.load(text, Loader=yaml.BaseLoader)
        except (yaml.YAMLError, ValueError, TypeError):  # BaseLoader knows a key of two types as TypeError
            return text
        places = list(_places(tree))
        if not places:
            return text
        change(chance.choice(places), chance)
        return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=10_000)

    return change_text


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (collection, key or index) of `tree`; what an alias holds is met once."""
    found: list[tuple[Any, Any]] = []
    waiting, seen = [tree], {id(tree)}
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            if id(node[key]) not in seen:
                seen.add(id(node[key]))
                waiting.append(node[key])
    return found


def _drop(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    del node[key]


def _retype(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    value = node[key]
    node[key] = chance.choice(
        (None, True, 0, -1, 1.5, "", "x", [], {}, [value], {"x": value}, str(value), 10**30)
    )


def _put_atom(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    node[key] = chance.choice(HOSTILE)


def _rename(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    if isinstance(node, dict):
        node[chance.choice((*HOSTILE, f"{key}s", str(key).upper(), str(key)[:-1]))] = node.pop(key)


def _copy_under_another_name(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    if isinstance(node, dict):
        node[f"{key}-{chance.randrange(9)}"] = node[key]
    else:
        node.append(node[key])


def _move_value(place: tuple[Any, Any], chance: Random) -> None:
    node, key = place
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    other = chance.choice(keys)
    node[key], node[other] = node[other], node[key]


_TEXT_CHANGES = (
    _delete,
    _repeat,
    _insert,
    _overwrite,
    _truncate,
    _swap_lines,
    _shift_line,
    _replace_value,
    _nudge_digit,
    _nudge_digit,
)
_CHANGES = (
    *_TEXT_CHANGES,
    *map(_of_tree, (_drop, _drop, _retype, _put_atom, _rename, _copy_under_another_name, _move_value)),
)
