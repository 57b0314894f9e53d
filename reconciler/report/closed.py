"""The operator steps that left the worklist, each with a word of why, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.style import Paint

_SIGNS = {
    "done": ("☑", "green"),
    "not_wanted": ("☒", "dim"),
    "gone": ("☒", "yellow"),
    "overtaken": ("☒", "yellow"),
}


def closed_lines(closed: Sequence[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    """Two lines for each of `closed` (`closed_document`): what was asked, and what became of it."""
    for each in closed:
        sign, tint = _SIGNS[each["ending"]]
        yield f"{paint(sign, tint)} {inert(each['address'])}: {inert(each['step']['instruction'])}"
        yield f"      {paint(inert(each['why']), 'dim')}"
