"""What the guards said as Markdown: a line for each guard, the rest behind a fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.report.markdown_blocks import alert, fitting, fold
from reconciler.report.markdown_text import autolink, code, prose
from reconciler.report.report import Document, Tone
from reconciler.report.rulings import Ruling, rulings_of


def guard_blocks(plan: Document, workflow: str) -> Iterator[str]:
    """What was refused, with the way through, then what was allowed. `workflow` is the address at which the
    plan is started by hand."""
    if refused := list(rulings_of(plan, "refused")):
        lines = list(fitting([_refusal(each, workflow) for each in refused], "refused", len(refused)))
        yield alert(Tone.BAD, [*lines, _command_line(refused)])
        yield from _one_by_one("refusals", refused)
    if allowed := list(rulings_of(plan, "allowed")):
        yield alert(
            Tone.CAUTION, list(fitting([_allowance(each) for each in allowed], "allowed", len(allowed)))
        )
        yield from _one_by_one("allowances", allowed)


def _refusal(ruling: Ruling, workflow: str) -> str:
    return f"- Guard {code(ruling.name)} refuses{_said(ruling)} {_way(ruling, workflow)}"


def _allowance(ruling: Ruling) -> str:
    return f"- Guard {code(ruling.name)} was allowed{_said(ruling)}"


def _said(ruling: Ruling) -> str:
    how_often, words, rest = ruling.said
    return f"{' ' + how_often if how_often else ''}: {prose(words)}{rest}."


def _way(ruling: Ruling, workflow: str) -> str:
    """How a person lets it through: by a label, as long as a label can be that long."""
    if ruling.has_label:
        whom = "it" if len(ruling.flags) == 1 else "each"
        return f"Label {code('allow:' + ruling.flag)} lets {whom} through."
    long = f"{code(ruling.flag)} is too long for a label"
    return f"{long}: start the plan by hand{autolink(workflow)} and fill in its {code('allow')}."


def _command_line(refused: Sequence[Ruling]) -> str:
    more = " and so on" if len(refused) > 1 else ""
    return f"- At a command line it is {code('--allow ' + refused[0].flag)}{more}."


def _one_by_one(title: str, rulings: Sequence[Ruling]) -> Iterator[str]:
    """Each word of the guards that spoke more than once."""
    lines = [
        f"- {code(each.name)} {prose(text)}" for each in rulings if each.count > 1 for text in each.details
    ]
    if lines:
        yield fold(f"{len(lines):,} {title}, one by one", ["\n".join(fitting(lines, "details", len(lines)))])
