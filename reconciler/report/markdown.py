"""A run as Markdown for the comment of a pull request: short on top, each change behind a fold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import assert_never

from reconciler.report.markdown_text import clipped, code, fence, html_code, prose
from reconciler.report.report import Document, Report, Tone, outcomes_of, verdict_of
from reconciler.report.style import SYMBOLS, amount, counted
from reconciler.report.words import (
    ACTIONS,
    OUTCOMES,
    Difference,
    Fact,
    Part,
    Row,
    calls_left,
    left_alone_words,
    limits_words,
    person_steps,
    place_words,
    reason_words,
    rows_of,
    sale_parts,
    sales_of,
)

LIMIT = 65_000
"""Bytes, and so characters too, that a comment may have: GitHub refuses more than 65,536 characters."""

_ROOM = {"faults": 40_000, "refused": 10_000, "allowed": 5_000, "remarks": 8_000, "last": 5_000}
"""Bytes for each part, so that all of them together leave room for changes; `last` is what stands below."""

_WIDTH = 46
_LONGEST_ROW = 1_000
_ALERTS = {Tone.BAD: "CAUTION", Tone.CAUTION: "IMPORTANT"}


def render_markdown(report: Report, *, show_calls: bool = False) -> str:
    """`report` as GitHub-flavoured Markdown of at most `LIMIT` bytes.

    Its first line is a hidden comment by which CI finds the comment to be brought up to date. What does not
    fit is counted, and `report.elsewhere` says where it is.
    """
    parts = [*_head(report), *_error(report)]
    if report.plan is None:
        return _joined(parts)
    parts += [*_guards(report.plan), *_warnings(report.plan), *_closed(report), _table(report)]
    return _joined(
        [*parts, *_changes(report, report.plan, _size(parts), show_calls), *_left_alone(report.plan)]
    )


def marker(report: Report) -> str:
    """The hidden first line, `<!-- reconciler:PROJECT:ENV -->`; what is not known or not chosen is empty."""
    names = (re.sub(r"[^A-Za-z0-9_.-]", "", name or "") for name in (report.project, report.environment))
    return f"<!-- reconciler:{':'.join(names)} -->"


def _head(report: Report) -> Iterator[str]:
    yield f"{marker(report)}\n### {verdict_of(report).title}"
    words = [f"**{code(name)}**" for name in (report.project, report.environment) if name]
    if report.plan is not None:
        words += [f"account {report.plan['company']}", code(report.plan["digest"])]
    if words:
        yield " · ".join(words)
    if report.plan is not None and (limits := limits_words(report.plan)):
        yield f"Only a part was planned: {code(limits)}"


def _error(report: Report) -> Iterator[str]:
    if report.summary is not None and report.summary["error"]:
        yield f"It ended early: {prose(report.summary['error'])}"
    if report.error is None:
        return
    told = report.error.get("diagnostics") or []
    if not told:
        yield _alert(Tone.BAD, [prose(line) for line in report.error["message"].splitlines()[:10] if line])
    if told:
        yield "\n".join(_fitting(map(_diagnostic, told), "faults", len(told), _pointer(report)))


def _diagnostic(each: Document) -> str:
    place = place_words(each["origin"]) or str(each["address"] or "")
    near = f" Did you mean {code(each['suggestion'])}?" if each["suggestion"] is not None else ""
    detail = f"  \n  {prose(each['detail'])}" if each["detail"] else ""
    return f"- {code(place) + ' ' if place else ''}{prose(each['summary'])}.{near}{detail}"


def _guards(plan: Document) -> Iterator[str]:
    for verdict, tone, verb in (("refused", Tone.BAD, "refuses"), ("allowed", Tone.CAUTION, "was allowed")):
        lines = [_guard(guard, verb) for guard in plan["guards"] if guard["verdict"] == verdict]
        if lines:
            yield _alert(tone, list(_fitting(lines, verdict, len(lines))))


def _guard(guard: Document, verb: str) -> str:
    way = f" {code('--allow ' + guard['flag'])} lets it through." if verb == "refuses" else ""
    return f"Guard {code(guard['name'])} {verb}: {prose(guard['detail'])}.{way}"


def _warnings(plan: Document) -> Iterator[str]:
    told = plan["diagnostics"]
    if told:
        yield "\n".join(_fitting(map(_diagnostic, told), "remarks", len(told)))


def _closed(report: Report) -> Iterator[str]:
    closed = (report.summary or report.plan or {}).get("closed", ())
    lines = [f"- [x] {prose(each['step']['instruction'])}  \n  {prose(each['why'])}" for each in closed]
    if lines:
        yield "\n".join(["Off the worklist:", "", *_fitting(lines, "remarks", len(lines))])


def _table(report: Report) -> str:
    rows = [f"| {name} | {figure} |" for name, figure in _figures(report)]
    return "\n".join(["| | |", "|:--|--:|", *rows])


def _figures(report: Report) -> Iterator[tuple[str, str]]:
    plan, summary = report.plan or {}, report.summary
    actions = Counter(change["action"] for change in plan["changes"])
    for name, word in ACTIONS.items():
        if actions[name] or name in ("create", "update", "delete"):
            yield f"`{SYMBOLS[name]}` {word}", f"{actions[name]:,}"
    yield "unchanged", f"{plan['unchanged']:,}"
    if steps := len(list(person_steps(plan))):
        yield "for a person", counted(steps, "step")
    for name, count in summary["counts"].items() if summary else ():
        if count:
            yield f"**{OUTCOMES[name]}**", f"**{count:,}**"
    yield from _costs(plan, summary)


def _costs(plan: Document, summary: Document | None) -> Iterator[tuple[str, str]]:
    money, calls = plan["money"], plan["calls"]
    if Decimal(money["commitment"]):
        yield "committed", amount(money["commitment"])
    if sales := sales_of(plan):
        yield "sold", sale_parts(sales)[0]
    if Decimal(money["fee"]):
        yield "fee", amount(money["fee"])
    if summary is not None:
        yield "calls made", f"{summary['calls']:,} of {summary['predicted_calls']:,} planned"
        yield "calls left today", f"{summary['left_today']:,}"
        return
    yield "calls to apply", f"{calls['apply']:,}"
    yield "calls to check", f"{calls['verify']:,}"
    yield "calls left today", f"{calls_left(plan):,}"
    yield "kept for others", f"{calls['reserve']:,}"


def _changes(report: Report, plan: Document, used: int, show_calls: bool) -> Iterator[str]:
    """The changes in the plan's order, whole, as many as fit; then what is missing and where it is."""
    room = LIMIT - used - _ROOM["last"]
    outcomes = outcomes_of(report)
    for place, change in enumerate(plan["changes"]):
        text = "\n\n".join(_change(change, outcomes.get(change["address"]), show_calls))
        room -= _size([text])
        if room < 0:
            yield _cut(plan["changes"][place:], _pointer(report))
            return
        yield text


def _change(change: Document, outcome: Document | None, show_calls: bool) -> Iterator[str]:
    ended = f"<b>{OUTCOMES[outcome['outcome']]}</b> · " if outcome else ""
    address, sign = html_code(change["address"]), SYMBOLS[change["action"]]
    yield f"<details><summary>{ended}<code>{sign}</code> {address} · {_reason(change)}</summary>"
    place = place_words(change["origin"])
    yield prose(change["headline"]) + (f"  \n{code(place)}" if place else "")
    lines = [line for row in rows_of(change) for line in _row(row)]
    if lines:
        yield fence(lines, "diff")
    if remarks := list(_remarks(change, outcome)):
        yield "\n".join(remarks)
    if show_calls and (calls := [step for step in change["steps"] if step["by"] == "api"]):
        yield "\n".join(f"{each['number']}. {code(each['method'])} {prose(each['does'])}" for each in calls)
    yield "</details>"


def _reason(change: Document) -> str:
    """The reason, in which the name of an attribute may come from outside."""
    words = reason_words(change)
    return words if re.fullmatch(r"[A-Za-z ,]+", words) else html_code(words)


def _remarks(change: Document, outcome: Document | None) -> Iterator[str]:
    if outcome and outcome["message"]:
        yield f"- {prose(outcome['message'])}"
    for text in change["endangered"]:
        yield f"- **would be lost:** {prose(text)}"
    for step in change["steps"]:
        if step["by"] == "operator":
            yield f"- [ ] in the web UI: {prose(step['instruction'])}"
    for note in change["notes"]:
        yield f"- {prose(note)}"


def _row(row: Row) -> Iterator[str]:
    """A row of a diff, folded so that a phone shows it without scrolling."""
    match row:
        case Part(name, comes, words):
            yield from _folded("+" if comes else "-", f"{name}:", words)
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
    """Where the rest is; the link is the run's own and the only one that a comment has."""
    link = f" <{report.link}>" if re.fullmatch(r"https?://[\w./:-]+", report.link) else ""
    files = " and ".join(code(name) for name in report.elsewhere)
    return f"{f'All of it is in {files}' if files else '`reconciler plan` shows all of it'}.{link}"


def _left_alone(plan: Document) -> Iterator[str]:
    if others := left_alone_words(plan):
        yield f"Left alone: {prose(others)} that nobody manages here."


def _fitting(texts: Iterable[str], part: str, count: int, pointer: str = "") -> Iterator[str]:
    """As many of `count` texts as there is room for, then how many are missing."""
    room = _ROOM[part]
    for place, text in enumerate(texts):
        room -= _size([text])
        if room < 0:
            yield f"- And {count - place:,} more. {pointer}".rstrip()
            return
        yield text


def _alert(tone: Tone, lines: Sequence[str]) -> str:
    return "\n".join([f"> [!{_ALERTS[tone]}]", *(f"> {line}  " for line in lines)]).rstrip()


def _size(parts: Sequence[str]) -> int:
    return sum(len(part.encode()) + 2 for part in parts)


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
