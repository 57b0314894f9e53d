"""The open operator steps as one page to print: a screen after the other, each step with a box to tick."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reconciler.report.page import render_page

Document = Mapping[str, Any]


def render_worklist_page(document: Document) -> str:
    """The worklist of `document` as a page that stands alone: no script, nothing loaded from anywhere.

    `document` has `project`, `account`, `at` and `steps`, each with the location that it is about, or None;
    and `closed`, the steps that need nobody any more. Whatever it holds is text on the page.
    """
    return render_page("worklist.html", screens=_screens(document["steps"]), **document)


def _screens(steps: Sequence[Document]) -> list[dict[str, Any]]:
    """The steps by screen, so that one is done before the next; within it by location, product and line."""
    ordered = sorted(steps, key=lambda each: (each["screen"], _rank(each), each["number"]))
    numbered = [
        {**each, "position": position, "target": _shortened(each)}
        for position, each in enumerate(ordered, start=1)
    ]
    return [
        {"name": name, "steps": list(group)}
        for name, group in groupby(numbered, key=lambda each: each["screen"])
    ]


def _shortened(step: Document) -> str:
    """The target without the words that the instruction below it says again."""
    which, colon, what = step["target"].partition(": ")
    return which if colon and what in step["instruction"] else str(step["target"])


def _rank(step: Document) -> tuple[str, str, list[tuple[int, str]]]:
    """What the target is of before which one it is: `line 88101: 4 HB Roses` goes with other roses."""
    which, colon, what = step["target"].partition(":")
    return (str(step["location"] or ""), _product(what) if colon else "", _natural(which))


def _product(words: str) -> str:
    return re.sub(r"^\s*\d+\s+\S+\s+", "", words).casefold()


def _natural(text: str) -> list[tuple[int, str]]:
    """Numbers within a text count as numbers: line 9 goes before line 10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d{1,18})", text)]
