"""Blocks of a comment, and how much of it each part may fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.report.report import Tone

LIMIT = 65_000
"""Bytes, and so characters too, that a comment may have: GitHub refuses more than 65,536 characters."""

ROOM = {
    "faults": 20_000,
    "refused": 8_000,
    "allowed": 5_000,
    "details": 5_000,
    "remarks": 6_000,
    "steps": 6_000,
    "last": 4_000,
}
"""Bytes for each part, so that all of them together leave room for changes; `last` is what stands below."""

_ALERTS = {Tone.BAD: "CAUTION", Tone.CAUTION: "IMPORTANT"}


def alert(tone: Tone, lines: Sequence[str]) -> str:
    """`lines` in the box that GitHub draws around what must not be overlooked."""
    return "\n".join([f"> [!{_ALERTS[tone]}]", *(f"> {line}  " for line in lines)]).rstrip()


def fold(title: str, parts: Sequence[str], is_open: bool = False) -> str:
    """`parts` behind a line that opens them; `title` is harmless HTML already."""
    began = f"<details{' open' if is_open else ''}><summary>{title}</summary>"
    return "\n\n".join([began, *parts, "</details>"])


def fitting(texts: Iterable[str], part: str, count: int, pointer: str = "") -> Iterator[str]:
    """As many of `count` texts as there is room for, then how many are missing."""
    room = ROOM[part]
    for place, text in enumerate(texts):
        room -= size([text])
        if room < 0:
            yield f"- And {count - place:,} more. {pointer}".rstrip()
            return
        yield text


def size(parts: Sequence[str]) -> int:
    """The bytes that `parts` fill, each with the gap after it."""
    return sum(len(part.encode()) + 2 for part in parts)
