"""The plan as text that an engineer reads at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from reconciler.model.inert import inert
from reconciler.report.closed import closed_lines
from reconciler.report.style import COLORS, SYMBOLS, Paint, counted
from reconciler.report.words import (
    Difference,
    Document,
    Fact,
    Part,
    Row,
    calls_left,
    counts_words,
    left_alone_words,
    money_words,
    place_words,
    reason_words,
    rows_of,
)

_INDENT = "      "


def render_plan(
    document: Document, *, color: bool = False, show_calls: bool = False, width: int | None = None
) -> str:
    """The plan of `document` (`plan_document`): what changes and why, then what it costs.

    Where the columns of a change do not fit into `width`, its reason and its place stand below its name.
    """
    paint = Paint(color)
    lines = [_title(document, paint), ""]
    widths = _widths(document, width)
    for change in document["changes"]:
        lines += [*_change(change, widths, paint, show_calls), ""]
    lines += [*_closed(document, paint), *_warnings(document, paint)]
    lines += [*_guards(document, paint), *_footer(document, paint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _title(document: Document, paint: Paint) -> str:
    environment = f" · {inert(document['environment'])}" if document["environment"] else ""
    read = counted(document["calls"]["read"], "call")
    verb = "read" if document["calls"]["read"] else "were needed to read"
    project = paint(inert(document["project"]), "bold")
    if basis := document.get("basis_at"):
        when = inert(basis[:16]).replace("T", " ")
        return f"{project}{environment} · account {document['company']} · no call was made: as read {when}"
    return f"{project}{environment} · account {document['company']} · {read} {verb} the live state"


def _widths(document: Document, width: int | None) -> tuple[int, int] | None:
    """The columns of addresses and reasons, None where they do not fit; a very long address does not push the
    others away."""
    changes = document["changes"]
    address = min(max((len(change["address"]) for change in changes), default=0), 60)
    reason = max((len(reason_words(change)) for change in changes), default=0)
    place = max((len(place_words(change["origin"])) for change in changes), default=0)
    is_wide = width is not None and 2 + address + 3 + reason + 3 + place > width
    return None if is_wide else (address, reason)


def _change(
    change: Document, widths: tuple[int, int] | None, paint: Paint, show_calls: bool
) -> Iterator[str]:
    action = change["action"]
    symbol = paint(SYMBOLS[action], COLORS[action], "bold")
    address = inert(change["address"])
    reason, origin = reason_words(change), paint(place_words(change["origin"]), "dim")
    if widths is None:
        yield f"{symbol} {paint(address, 'bold')}"
        yield f"{_INDENT}{reason}   {origin}"
    else:
        gap = " " * (widths[0] - len(address))
        yield f"{symbol} {paint(address, 'bold')}{gap}   {reason:<{widths[1]}}   {origin}"
    yield f"{_INDENT}{inert(change['headline'])}"
    rows = list(rows_of(change))
    width = max((len(row.name) for row in rows if isinstance(row, Part)), default=0)
    for row in rows:
        yield f"{_INDENT}{_row(row, width, paint)}"
    for text in change["endangered"]:
        yield f"{_INDENT}{paint('!', 'red')} {inert(text)}"
    for step in change["steps"]:
        if step["by"] == "operator":
            yield f"{_INDENT}☐ in the web UI: {inert(step['instruction'])}"
    for note in change["notes"]:
        yield f"{_INDENT}{paint(f'({inert(note)})', 'dim')}"
    if show_calls:
        yield from _calls(change, paint)


def _row(row: Row, width: int, paint: Paint) -> str:
    match row:
        case Part(name, comes, words):
            sign = paint("+", "green") if comes else paint("-", "red")
            return f"{sign} {name:<{width}}   {' · '.join(words)}"
        case Fact(name, value):
            return f"{name} {value}"
        case Difference(path, before, after):
            return f"{path}   {before} {paint('→', 'dim')} {after}"
        case _ as never:
            assert_never(never)


def _calls(change: Document, paint: Paint) -> Iterator[str]:
    for step in change["steps"]:
        if step["by"] == "api":
            held = " (once the new lines were read back)" if step["after_check"] else ""
            text = f"{step['number']}. {inert(step['method'])}: {inert(step['does'])}{held}"
            yield f"{_INDENT}{paint(text, 'dim')}"


def _closed(document: Document, paint: Paint) -> Iterator[str]:
    """What a person was asked to do and need not do any more."""
    closed = document.get("closed", ())
    if closed:
        steps = "step is" if len(closed) == 1 else "steps are"
        yield f"{len(closed)} {steps} off the worklist:"
        yield from closed_lines(closed, paint)
        yield ""


def _warnings(document: Document, paint: Paint) -> Iterator[str]:
    for each in document["diagnostics"]:
        place = f"{place_words(each['origin'])}: " if each["origin"] else ""
        address = f"{each['address']}: " if each["address"] else ""
        yield f"{paint('!', 'yellow', 'bold')} {place}{inert(address)}{inert(each['summary'])}"
    if document["diagnostics"]:
        yield ""


def _guards(document: Document, paint: Paint) -> Iterator[str]:
    spoken = [guard for guard in document["guards"] if guard["verdict"] != "passed"]
    for guard in spoken:
        name, detail = paint(inert(guard["name"]), "bold"), inert(guard["detail"])
        if guard["verdict"] == "refused":
            yield f"{paint('✗', 'red', 'bold')} guard {name} refuses: {detail}"
            yield f"    --allow {inert(guard['flag'])} lets it through"
        else:
            yield f"{paint('!', 'yellow', 'bold')} guard {name} was allowed: {detail}"
    if spoken:
        yield ""


def _footer(document: Document, paint: Paint) -> Iterator[str]:
    changes = document["changes"]
    if changes:
        yield f"{paint('Plan:', 'bold')} {counts_words(document)}"
    else:
        same = counted(document["unchanged"], "resource")
        yield f"{paint('No changes.', 'bold', 'green')} Komet is as the configuration wants it: {same}."
    if others := left_alone_words(document):
        yield f"Left alone: {others} that nobody manages here."
    calls, left = document["calls"], calls_left(document)
    yield (
        f"Calls: {calls['apply']:,} to apply, {calls['verify']:,} to check. {left:,} left today, "
        f"{calls['reserve']:,} of them kept for others."
    )
    if changes:
        yield f"Money: {money_words(document)}"
