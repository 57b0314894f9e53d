"""Past runs: their form as JSON, and as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from reconciler.model.change import Change
from reconciler.model.event import Outcome
from reconciler.model.inert import inert
from reconciler.model.step import ApiStep
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.report.document import attribute_document
from reconciler.report.style import SYMBOLS, Paint, amount, counted
from reconciler.report.words import OUTCOMES, Difference, Fact, Part, rows_of

Document = Mapping[str, Any]

_INDENT = "      "


def planned_document(change: Change) -> dict[str, Json]:
    """What history keeps of a change: what was to change, by which calls and clicks, at which cost."""
    return {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "headline": change.headline,
        "attributes": [attribute_document(each) for each in change.attributes],
        "steps": [
            {"by": "api", "method": each.method, "does": each.does}
            if isinstance(each, ApiStep)
            else {"by": "operator", "instruction": each.instruction}
            for each in change.steps
        ],
        "wanted": dict(change.wanted) if change.wanted is not None else None,
        "commitment": change.commitment,
        "fee": change.sale.fee if change.sale is not None else "0.00",
    }


def spent_document(changes: Iterable[Change], summary: Summary) -> dict[str, Json]:
    """The money of the changes that were carried out: what they committed, and Komet's fee."""
    done = {each.address for each in summary.results if each.outcome in (Outcome.DONE, Outcome.WAITING)}
    made = [change for change in changes if change.address in done]
    commitment = sum((Decimal(each.commitment) for each in made), Decimal(0))
    fee = sum((Decimal(each.sale.fee) for each in made if each.sale is not None), Decimal(0))
    return {"commitment": f"{commitment:.2f}", "fee": f"{fee:.2f}"}


def render_runs(documents: Sequence[Document]) -> str:
    """A line for each run (`run_document`), the newest first."""
    if not documents:
        return "Nothing was applied yet.\n"
    rows = [("run", "started", "by", "commit", "ended", "did"), *map(_row, documents)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def render_run(document: Document, *, color: bool = False) -> str:
    """One run whole (`whole_run_document`): each change with its outcome, then each writing call."""
    paint = Paint(color)
    lines = [render_runs([document["run"]])]
    for change in document["changes"]:
        lines += [*_change(change, paint), ""]
    lines += [_call(each) for each in document["calls"]]
    lines.append(f"{counted(len(document['calls']), 'writing call')}.")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(run: Document) -> tuple[str, ...]:
    started = str(run["started_at"])[:16].replace("T", " ")
    commit = str(run["commit"] or "no commit")[:10]
    ended = "not finished" if run["exit_code"] is None else f"exit {run['exit_code']}"
    return tuple(map(inert, (run["run"], started, run["author"] or "", commit, ended, _did(run["summary"]))))


def _did(summary: Document | None) -> str:
    """`2 done, 1 failed, 8 calls, 3,360.00 committed`."""
    if summary is None:
        return "killed, or still under way"
    counts = summary.get("counts", {})
    words = [f"{count:,} {OUTCOMES.get(name, name)}" for name, count in counts.items() if count]
    money = summary.get("money", {})
    spent = [
        f"{amount(money[name])} {word}"
        for name, word in (("commitment", "committed"), ("fee", "fee"))
        if Decimal(money.get(name, "0"))
    ]
    return ", ".join([*(words or ["nothing to do"]), counted(summary.get("calls", 0), "call"), *spent])


def _change(change: Document, paint: Paint) -> Iterator[str]:
    outcome = change["outcome"]
    ended = OUTCOMES[outcome] if outcome else "no outcome: the run ended before it was known"
    message = f": {inert(change['message'])}" if change["message"] else ""
    symbol = SYMBOLS[change["action"]]
    yield f"{symbol} {paint(inert(change['address']), 'bold')}   {ended}{message}"
    yield f"{_INDENT}{inert(change['headline'])}"
    for row in rows_of(change):
        match row:
            case Part(name, comes, words):
                yield f"{_INDENT}{'+' if comes else '-'} {name}   {' · '.join(words)}"
            case Fact(name, value):
                yield f"{_INDENT}{name} {value}"
            case Difference(path, before, after):
                yield f"{_INDENT}{path}   {before} → {after}"
    for step in change["steps"]:
        if step["by"] == "operator":
            yield f"{_INDENT}☐ in the web UI: {inert(step['instruction'])}"


def _call(each: Document) -> str:
    message = f": {inert(each['message'])}" if each["message"] else ""
    place = f"{str(each['intended_at'])[11:19]}  {inert(each['address'])}  {inert(each['method'])}"
    return f"  {place}  {_ended(each)}{message}"


def _ended(entry: Document) -> str:
    """How the call ended, by its answer or by what reading showed."""
    outcome = entry["settled"] or entry["outcome"]
    if outcome is None:
        return "no outcome: it was under way when the run ended"
    word = str(outcome).replace("_", " ")
    return f"{word} (found by reading)" if entry["settled"] else word
