"""A run as Markdown for the comment of a pull request, to be reviewed on a phone without unfolding it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import assert_never

from reconciler.model.address import KINDS
from reconciler.report.gist import gist_of
from reconciler.report.markdown_blocks import LIMIT, ROOM, alert, fitting, fold, size
from reconciler.report.markdown_guards import guard_blocks
from reconciler.report.markdown_text import autolink, clipped, code, fence, html_code, html_phrase, prose
from reconciler.report.report import Document, Report, Tone, outcomes_of, verdict_of
from reconciler.report.style import SYMBOLS, amount, counted
from reconciler.report.words import (
    ACTIONS,
    OUTCOMES,
    REASONS,
    Difference,
    Fact,
    Part,
    Row,
    calls_left,
    left_alone_words,
    limits_words,
    person_steps,
    place_words,
    rows_of,
    sale_parts,
    sales_of,
)

MOST_UNFOLDED = 5
"""Changes, and steps for a person, that are shown open; of more each is opened by whom it interests."""

_TELLING = frozenset({"drifted", "config_changed_and_drifted", "undone"})
_WIDTH = 42
_LONGEST_ROW = 1_000


def render_markdown(report: Report, *, show_calls: bool = False) -> str:
    """`report` as GitHub-flavoured Markdown of at most `LIMIT` bytes.

    Its first line is a hidden comment by which CI finds the comment to be brought up to date. What does not
    fit is counted, and `report.elsewhere` says where it is.
    """
    parts = [*_head(report), *_error(report)]
    if report.plan is None:
        return _joined(parts)
    parts += [
        *guard_blocks(report.plan, report.workflow),
        *_warnings(report.plan),
        *_closed(report),
        *_steps(report),
    ]
    return _joined([*parts, *_changes(report, report.plan, size(parts), show_calls), *_last(report.plan)])


def marker(report: Report) -> str:
    """The hidden first line, `<!-- reconciler:PROJECT:ENV -->`; what is not known or not chosen is empty."""
    names = (re.sub(r"[^A-Za-z0-9_.-]", "", name or "") for name in (report.project, report.environment))
    return f"<!-- reconciler:{':'.join(names)} -->"


def _head(report: Report) -> Iterator[str]:
    yield f"{marker(report)}\n### {verdict_of(report).title}"
    if report.plan is not None:
        yield " · ".join(_figures(report.plan, report.summary))
    words = [f"**{code(name)}**" for name in (report.project, report.environment) if name]
    if report.plan is not None:
        words.append(f"account {report.plan['company']}")
    if words:
        yield " · ".join(words)
    if report.plan is not None and (limits := limits_words(report.plan)):
        yield f"Only a part was planned: {code(limits)}"


def _figures(plan: Document, summary: Document | None) -> Iterator[str]:
    """How much of what: changes or outcomes, money, calls."""
    if summary is not None:
        counts = summary["counts"].items()
        yield from (f"**{count:,} {OUTCOMES[name]}**" for name, count in counts if count)
    else:
        actions = Counter(change["action"] for change in plan["changes"])
        yield from (
            f"**{code(SYMBOLS[name])} {actions[name]:,} to {word}**"
            for name, word in ACTIONS.items()
            if actions[name]
        )
    if not plan["changes"]:
        yield f"{plan['unchanged']:,} unchanged"
    yield from _money(plan)
    if summary is not None:
        made = f"{summary['calls']:,} of {counted(summary['predicted_calls'], 'call')}"
        yield f"{made}, {summary['left_today']:,} left"
    else:
        calls = plan["calls"]["apply"] + plan["calls"]["verify"]
        yield f"{counted(calls, 'call')}, {calls_left(plan):,} left"


def _money(plan: Document) -> Iterator[str]:
    if Decimal(plan["money"]["commitment"]):
        yield f"{amount(plan['money']['commitment'])} committed"
    if sales := sales_of(plan):
        yield f"{sale_parts(sales)[0]} sold"
    if Decimal(plan["money"]["fee"]):
        yield f"fee {amount(plan['money']['fee'])}"


def _error(report: Report) -> Iterator[str]:
    if report.summary is not None and report.summary["error"]:
        yield f"It ended early: {prose(report.summary['error'])}"
    if report.error is None:
        return
    told = report.error.get("diagnostics") or []
    if not told:
        yield alert(Tone.BAD, [prose(line) for line in report.error["message"].splitlines()[:10] if line])
    if told:
        yield "\n".join(fitting(map(_diagnostic, told), "faults", len(told), _pointer(report)))


def _diagnostic(each: Document) -> str:
    place = place_words(each["origin"]) or str(each["address"] or "")
    near = f" Did you mean {code(each['suggestion'])}?" if each["suggestion"] is not None else ""
    detail = f"  \n  {prose(each['detail'])}" if each["detail"] else ""
    return f"- {code(place) + ' ' if place else ''}{prose(each['summary'])}.{near}{detail}"


def _warnings(plan: Document) -> Iterator[str]:
    told = plan["diagnostics"]
    if told:
        yield "\n".join(fitting(map(_diagnostic, told), "remarks", len(told)))


def _closed(report: Report) -> Iterator[str]:
    closed = (report.summary or report.plan or {}).get("closed", ())
    lines = [f"- ☑ {prose(each['step']['instruction'])}  \n  {prose(each['why'])}" for each in closed]
    if lines:
        yield "\n".join(["Off the worklist:", "", *fitting(lines, "remarks", len(lines))])


def _steps(report: Report) -> Iterator[str]:
    """Everything that a person has to click, in one place. No box can be ticked: the next plan sees it."""
    steps = list(person_steps(report.plan)) if report.plan is not None else []
    if steps:
        lines = (f"- ☐ {prose(step['instruction'])}" for step in steps)
        when = ", in the web UI" if report.summary is not None else ", in the web UI once this is applied"
        title = f"☐ <b>{counted(len(steps), 'step')} for a person</b>{when}"
        yield fold(title, ["\n".join(fitting(lines, "steps", len(steps)))], len(steps) <= MOST_UNFOLDED)


def _changes(report: Report, plan: Document, used: int, show_calls: bool) -> Iterator[str]:
    """The changes kind by kind, whole, as many as fit; then what is missing and where it is."""
    room = LIMIT - used - ROOM["last"]
    outcomes, is_open = outcomes_of(report), len(plan["changes"]) <= MOST_UNFOLDED
    changes = sorted(plan["changes"], key=lambda change: _rank(_kind(change)))
    kinds = Counter(map(_kind, changes))
    for place, change in enumerate(changes):
        kind, former = _kind(change), _kind(changes[place - 1]) if place else ""
        heading = [f"#### {_kind_words(kind, kinds[kind])}"] if kind != former else []
        text = _change(change, outcomes.get(change["address"]), show_calls, is_open)
        room -= size([*heading, text])
        if room < 0:
            yield _cut(changes[place:], _pointer(report))
            return
        yield from [*heading, text]


def _kind(change: Document) -> str:
    return str(change["address"]).partition(".")[0]


def _rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _kind_words(kind: str, count: int) -> str:
    return counted(count, prose(kind.replace("_", " ").removesuffix("s")))


def _change(change: Document, outcome: Document | None, show_calls: bool, is_open: bool) -> str:
    return fold(_summary(change, outcome), list(_body(change, outcome, show_calls)), is_open)


def _summary(change: Document, outcome: Document | None) -> str:
    """What stands there while the fold is closed: everything that a decision needs."""
    ended = f"<b>{OUTCOMES[outcome['outcome']]}</b> · " if outcome else ""
    name = html_code(change["address"].partition(".")[2])
    steps = len(list(person_steps({"changes": [change]})))
    phrases = [*map(html_phrase, [*gist_of(change), *_reason(change)]), *([f"☐ {steps}"] if steps else [])]
    return f"{ended}<code>{SYMBOLS[change['action']]}</code> {name}<br>{' · '.join(phrases)}"


def _reason(change: Document) -> Iterator[str]:
    """The reason, where neither the sign of the action nor what moves says it already."""
    if change["reason"] in _TELLING or not gist_of(change):
        yield REASONS[change["reason"]]


def _body(change: Document, outcome: Document | None, show_calls: bool) -> Iterator[str]:
    place = place_words(change["origin"])
    yield prose(change["headline"]) + (f"  \n{code(place)}" if place else "")
    lines = [line for row in rows_of(change) for line in _row(row)]
    if lines:
        yield fence(lines, "diff")
    if remarks := list(_remarks(change, outcome)):
        yield "\n".join(remarks)
    if show_calls and (calls := [step for step in change["steps"] if step["by"] == "api"]):
        yield "\n".join(f"{each['number']}. {code(each['method'])} {prose(each['does'])}" for each in calls)


def _remarks(change: Document, outcome: Document | None) -> Iterator[str]:
    if outcome and outcome["message"]:
        yield f"- {prose(outcome['message'])}"
    for text in change["endangered"]:
        yield f"- **would be lost:** {prose(text)}"
    for note in change["notes"]:
        yield f"- {prose(note)}"


def _row(row: Row) -> Iterator[str]:
    """A row of a diff, folded so that a phone shows it without scrolling."""
    match row:
        case Part(name, comes, words, lot):
            yield from _folded("+" if comes else "-", f"{name}:", [*lot, *words[1:]] if lot else words)
        case Fact(name, value):
            yield from _folded(" ", name, [value])
        case Difference(path, before, after):
            yield from _folded("-", path, [before])
            yield from _folded("+", path, [after])
        case _ as never:
            assert_never(never)


def _folded(sign: str, name: str, words: Sequence[str]) -> Iterator[str]:
    """`name` and `words` on lines of at most `_WIDTH`; a word that fits on one line is not torn."""
    lines = [f"{sign} {name} {words[0]}"]
    for word in words[1:]:
        longer = f"{lines[-1]} · {word}"
        lines[-1:] = [longer] if len(longer) <= _WIDTH else [lines[-1], f"{sign}   {word}"]
    for line in lines:
        yield from wrap(
            clipped(line, _LONGEST_ROW), _WIDTH, subsequent_indent=f"{sign}   ", break_on_hyphens=False
        )


def _cut(missing: Sequence[Document], pointer: str) -> str:
    actions = Counter(change["action"] for change in missing)
    words = ", ".join(f"{actions[name]:,} to {word}" for name, word in ACTIONS.items() if actions[name])
    first = ", ".join(code(clipped(change["address"], 80)) for change in missing[:3])
    return (
        f"**{counted(len(missing), 'more change')} not shown here:** {words}. "
        f"The first of them: {first}. {pointer}".rstrip()
    )


def _pointer(report: Report) -> str:
    """Where the rest is, with the link of the run."""
    files = " and ".join(code(name) for name in report.elsewhere)
    where = f"All of it is in {files}" if files else "`reconciler plan` shows all of it"
    return f"{where}.{autolink(report.link)}"


def _last(plan: Document) -> Iterator[str]:
    """What nobody decides by, and the digest that says which plan this is."""
    calls = plan["calls"]
    told = []
    if plan["changes"]:
        told.append(f"{counted(calls['apply'], 'call')} to apply, {calls['verify']:,} to check.")
        told.append(f"{plan['unchanged']:,} unchanged.")
    if calls["reserve"]:
        told.append(f"{calls['reserve']:,} of the calls left today are kept for others.")
    if others := left_alone_words(plan):
        told.append(f"Left alone: {prose(others)} that nobody manages here.")
    if told:
        yield " ".join(told)
    yield f"Plan {code(plan['digest'])}"


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
