"""What the guards said, one ruling for each guard, and how a person lets through what one refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from reconciler.model.address import KINDS
from reconciler.report.words import Document

LONGEST_LABEL = 50
"""Characters that GitHub allows in the name of a label."""

_BEYOND = re.compile(r"(-?\d+) %, (?:at least )?(\d+) % (?:are allowed|is wanted)$")
_SHARE = re.compile(r"^(\d+) of (\d+) .* (\d+) % are allowed$")
_ADDRESS = re.compile(rf"^(?:{'|'.join(KINDS)})\.\S+ ")
_NO_MARGIN = re.compile(r": no margin, at least \d+ % is wanted$")


class Ruling(Struct, frozen=True):
    """One guard that spoke: how often, and its words, what is farthest beyond the limit first.

    `has_figure` says whether the words have a figure by which the first is the worst. `flags` are the
    arguments of `--allow` that let all of it through.
    """

    name: str
    details: tuple[str, ...]
    flags: tuple[str, ...]
    has_figure: bool

    @property
    def count(self) -> int:
        """How often the guard spoke."""
        return len(self.details)

    @property
    def said(self) -> tuple[str, str, str]:
        """How often, then the words of the worst (of many without its address), then what is left out."""
        if self.count == 1:
            return "", self.details[0], ""
        if self.has_figure:
            return f"{self.count:,} times, at worst", _ADDRESS.sub("", self.details[0]), ""
        return f"{self.count:,} times", self.details[0], f" and {self.count - 1:,} more"

    @property
    def flag(self) -> str:
        """The argument of `--allow`; `NAME:ADDRESS` where there is one for each address."""
        return self.flags[0] if len(self.flags) == 1 else f"{self.name}:ADDRESS"

    @property
    def has_label(self) -> bool:
        """Whether each flag fits into a label of a pull request."""
        return all(len(f"allow:{flag}") <= LONGEST_LABEL for flag in self.flags)


def rulings_of(plan: Document, verdict: str) -> Iterator[Ruling]:
    """The guards that ended with `verdict`, in the plan's order."""
    spoken = [guard for guard in plan["guards"] if guard["verdict"] == verdict]
    for name, guards in groupby(spoken, key=itemgetter("name")):
        yield _ruling(name, list(guards))


def _ruling(name: str, guards: Sequence[Document]) -> Ruling:
    excess = {guard["detail"]: _excess(guard["detail"]) for guard in guards}
    details = sorted((guard["detail"] for guard in guards), key=lambda detail: -excess[detail])
    flags = tuple(dict.fromkeys(guard["flag"] for guard in guards))
    return Ruling(name, tuple(details), flags, any(excess.values()))


def _excess(detail: str) -> float:
    """By how much a figure is beyond its limit, in percent; 0 where the words have none."""
    if _NO_MARGIN.search(detail):
        return float("inf")
    if found := _BEYOND.search(detail):
        return abs(int(found[1]) - int(found[2]))
    found = _SHARE.search(detail)
    return int(found[1]) / max(int(found[2]), 1) * 100 - int(found[3]) if found else 0.0
