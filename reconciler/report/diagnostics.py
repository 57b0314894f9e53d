"""Diagnostics to text: where, what, the line itself, what was probably meant, how to go on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.inert import inert
from reconciler.model.origin import Origin

MAX_WIDTH = 160


_COLORS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m"}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class Excerpt(Struct, frozen=True):
    """A line of a file, inert: `gutter` is its number, `before` as many blanks as stand before the fault."""

    gutter: str
    text: str
    before: str


def render_diagnostics(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """The diagnostics in their order, one below the other; everything that steers a terminal is made inert.

    ```
    config/orders.yaml:12:7: error: unknown key 'shipdate'
      12 |       shipdate: 2027-02-01
         |       ^
      did you mean 'ship_date'?
    ```
    """
    return "\n".join("\n".join(_lines(diagnostic, color)) for diagnostic in diagnostics)


def excerpt(line: int, column: int, source: str) -> Excerpt:
    """The line that has a fault at `column`; of a long line the part round it."""
    place = min(column - 1, len(source))
    start = max(place - MAX_WIDTH // 2, 0) if len(source) > MAX_WIDTH else 0
    lead = "…" if start else ""
    tail = "…" if start + MAX_WIDTH < len(source) else ""
    text = f"{lead}{inert(source[start : start + MAX_WIDTH])}{tail}"
    return Excerpt(str(line), text, " " * (_width(inert(source[start:place])) + len(lead)))


def _lines(diagnostic: Diagnostic, color: bool) -> Iterator[str]:
    severity = diagnostic.severity.value
    place = _place(diagnostic)
    summary = inert(diagnostic.summary)
    if color:
        place, summary = f"{_BOLD}{place}{_PLAIN}", f"{_BOLD}{summary}{_PLAIN}"
        severity = f"{_COLORS[diagnostic.severity]}{severity}{_PLAIN}"
    yield f"{place}: {severity}: {summary}" if place else f"{severity}: {summary}"
    if diagnostic.origin is not None and diagnostic.source is not None:
        yield from _source(diagnostic.origin, diagnostic.source, color)
    if diagnostic.suggestion is not None:
        yield f"  did you mean {_quoted(inert(diagnostic.suggestion))}?"
    if diagnostic.detail:
        yield f"  {inert(diagnostic.detail)}"


def _place(diagnostic: Diagnostic) -> str:
    if diagnostic.origin is not None:
        return inert(str(diagnostic.origin))
    if diagnostic.address is None:
        return ""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in diagnostic.path)
    return inert(f"{diagnostic.address}{path}")


def _source(origin: Origin, source: str, color: bool) -> Iterator[str]:
    shown = excerpt(origin.line, origin.column, source)
    gutter, blank, caret = f"  {shown.gutter} | ", f"  {' ' * len(shown.gutter)} | ", f"{shown.before}^"
    if color:
        yield f"{_DIM}{gutter}{_PLAIN}{shown.text}".rstrip()
        yield f"{_DIM}{blank}{_PLAIN}{_COLORS[Severity.ERROR]}{caret}{_PLAIN}"
    else:
        yield f"{gutter}{shown.text}".rstrip()
        yield f"{blank}{caret}"


def _width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _quoted(suggestion: str) -> str:
    return suggestion if suggestion.startswith(('"', "[")) else f"'{suggestion}'"
