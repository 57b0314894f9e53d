"""What an apply did, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.event import Outcome
from reconciler.model.inert import inert
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.report.closed import closed_lines
from reconciler.report.document import closed_document
from reconciler.report.style import SYMBOLS, Paint, counted
from reconciler.report.words import OUTCOMES

_SIGNS = {
    "done": ("✓", "green"),
    "skipped": ("=", "cyan"),
    "stale": ("✗", "yellow"),
    "failed": ("✗", "red"),
    "in_doubt": ("?", "magenta"),
    "waiting_for_operator": ("☐", "yellow"),
    "not_started": ("·", "dim"),
}


def summary_document(summary: Summary) -> dict[str, Json]:
    """The summary as JSON."""
    closed: list[Json] = [closed_document(each) for each in summary.closed]
    return {
        "run": summary.run,
        "counts": {outcome.value: summary.count(outcome) for outcome in Outcome},
        "calls": summary.calls,
        "predicted_calls": summary.predicted_calls,
        "left_today": summary.left_today,
        "error": summary.error,
        "exit_code": summary.exit_code,
        "changes": [
            {
                "address": str(result.address),
                "action": result.action.value,
                "outcome": result.outcome.value,
                "message": result.message,
                "calls": result.calls,
                "number": result.number,
                "waiting": [step.instruction for step in result.waiting],
            }
            for result in summary.results
        ],
        "closed": closed,
    }


def render_summary(document: Mapping[str, Any], *, color: bool = False) -> str:
    """The summary of `document` (`summary_document`): each change, then every count, then how to go on."""
    return "\n".join(line.rstrip() for line in _lines(document, Paint(color))) + "\n"


def _lines(document: Mapping[str, Any], paint: Paint) -> Iterator[str]:
    for change in document["changes"]:
        sign, tint = _SIGNS[change["outcome"]]
        number = f"  {inert(change['number'])}" if change["number"] else ""
        message = f"  {inert(change['message'])}" if change["message"] else ""
        symbol = SYMBOLS[change["action"]]
        yield f"{paint(sign, tint)} {symbol} {inert(change['address'])}{number}{message}"
        for instruction in change["waiting"]:
            yield f"      ☐ in the web UI: {inert(instruction)}"
    closed = document.get("closed", ())
    yield from closed_lines(closed, paint)
    if document["changes"] or closed:
        yield ""
    if document["error"]:
        yield f"{paint('It ended early:', 'red', 'bold')} {inert(document['error'])}"
    counts = [
        f"{count:,} {OUTCOMES[name]}" for name, count in document["counts"].items() if count or name == "done"
    ]
    yield f"{paint('Apply:', 'bold')} {', '.join(counts)}."
    made, planned, left = (document[name] for name in ("calls", "predicted_calls", "left_today"))
    yield f"Calls: {made:,} made, {planned:,} planned. {left:,} left today."
    yield from _way_on(document)


def _way_on(document: Mapping[str, Any]) -> Iterator[str]:
    counts = document["counts"]
    if counts["in_doubt"]:
        doubtful = counted(counts["in_doubt"], "change")
        yield f"Of {doubtful} nobody knows the outcome. Plan again: it reads what happened."
    elif any(counts[name] for name in ("stale", "failed", "not_started")):
        yield "Plan again: it takes up what was not done."
    if counts["waiting_for_operator"]:
        yield "`reconciler worklist` lists what a person has to do; the next plan sees when it was done."
