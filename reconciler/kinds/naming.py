"""Names for what was found: made from what it is, unique, and the same every time."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

LONGEST_NAME = 61
LONGEST_ITEM = 30


def slug(*parts: object) -> str:
    """`parts` as one name of a-z, 0-9 and -; "" when nothing of them is left."""
    text = unicodedata.normalize("NFKD", "-".join(str(part) for part in parts if part))
    return re.sub(r"[^a-z0-9]+", "-", text.encode("ascii", "ignore").decode().lower()).strip("-")


def longer_names(*parts: object) -> tuple[str, ...]:
    """Candidates for one name, each with one of `parts` more than the one before it."""
    return tuple(slug(*parts[: count + 1]) for count in range(len(parts)))


def distinct_names(
    wishes: Sequence[Sequence[str]], taken: Collection[str] = (), longest: int = LONGEST_NAME
) -> list[str]:
    """A name for each of `wishes`, which are its candidates, the short one first.

    Everyone gets the first candidate that nobody else has as theirs and that is not `taken`; where none is
    left, the last one with a number behind it.
    """
    wishes = [[cut(each, longest) or "unnamed" for each in wish] or ["unnamed"] for wish in wishes]
    counts = Counter(each for wish in wishes for each in dict.fromkeys(wish))
    used = set(taken)
    names: list[str] = []
    for wish in wishes:
        free = [each for each in wish if each not in used]
        name = next((each for each in free if counts[each] == 1), None) or _numbered(wish[-1], used, longest)
        used.add(name)
        names.append(name)
    return names


def cut(text: str, longest: int) -> str:
    """`text`, at most `longest` characters of it."""
    return text[:longest].rstrip("-")


def _numbered(name: str, used: Collection[str], longest: int) -> str:
    if name not in used:
        return name
    number = 2
    while (candidate := f"{cut(name, longest - 1 - len(str(number)))}-{number}") in used:
        number += 1
    return candidate
