"""`reconciler doctor`: whether everything that an apply needs is in order."""

from __future__ import annotations

import os
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings
from reconciler.cli.words import counted_kinds
from reconciler.model.inert import inert
from reconciler.report.style import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.examining import Examination
    from reconciler.model.value import Json
    from reconciler.verify.doctor import Check
    from reconciler.verify.probes import Judgement

WIDTH = 90

_SIGNS = {
    "ok": ("✓", "32"),
    "warning": ("!", "33"),
    "failed": ("✗", "31"),
    "unknown": ("?", "36"),
}


@click.command(cls=Command)
@click.option("--probe", is_flag=True, help="Hold the assumptions about the API against the account, too.")
@pass_settings
def command(settings: Settings, probe: bool) -> int:
    """Check token, permissions, company, quota and state.

    Komet is only read. Ends with 0 when nothing failed, 9 where the token lacks something, 3 for a wrong
    company, 1 for the rest. With --probe what is not documented is looked at: each assumption is confirmed,
    contradicted, or nothing in the account can tell; that changes no exit code.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.verify.doctor import checks_document
    from reconciler.verify.probing import judgements_document

    configuration = open_configuration(settings)
    found = _examine(settings, configuration, probe)
    checks = [_configuration_check(configuration), *found.checks, *_notification_checks(configuration)]
    if settings.json:
        document = checks_document(checks, found.calls)
        more: dict[str, Json] = {"assumptions": judgements_document(found.judged)} if probe else {}
        screen.put_json(document | more)
    else:
        color = screen.has_color(settings)
        screen.put("\n".join([*_lines(checks, color), *_assumptions(found.judged, color)]))
    return found.exit_code


def _examine(settings: Settings, configuration: Configuration, probe: bool) -> Examination:
    from reconciler.cli.opening import open_work
    from reconciler.cli.shops import opening_shops
    from reconciler.examining import examine

    opening = open_work(settings, configuration, writing=False, parallel=1)
    with Progress(settings) as progress:
        return examine(opening, opening_shops if probe else None, progress.stays)


def _configuration_check(configuration: Configuration) -> Check:
    from reconciler.examining import kind_counts
    from reconciler.verify.doctor import Check, Verdict

    kinds = counted_kinds(kind_counts(configuration)) or "nothing"
    text = f"{kinds} in {counted(len(configuration.files), 'file')}"
    return Check("configuration", Verdict.OK, text)


def _notification_checks(configuration: Configuration) -> Iterator[Check]:
    """Whether the destinations' addresses are here; nothing is sent, and where they are missing only a remark
    is made, since they may be elsewhere: in CI."""
    from reconciler.notifying import unsendable
    from reconciler.verify.doctor import Check, Verdict

    wanted = configuration.project.notifications
    if not wanted:
        return
    missing = dict(unsendable(configuration, os.environ))
    for name, why in missing.items():
        remedy = "nothing is told there from here; `reconciler notify` tries it where it is set"
        yield Check("notifications", Verdict.WARNING, f"{name}: {why}", remedy)
    if len(missing) < len(wanted):
        there = [each.name for each in wanted if each.name not in missing]
        yield Check("notifications", Verdict.OK, f"{', '.join(there)}: the address is there")


def _assumptions(judged: Sequence[Judgement], color: bool) -> Iterator[str]:
    """One line for each assumption, what it means where it does not hold."""
    signs = {"confirmed": ("✓", "32"), "contradicted": ("✗", "31"), "cannot tell": ("?", "36")}
    if judged:
        yield ""
    for each in judged:
        sign, tint = signs[each.found.value]
        shown = f"\x1b[{tint}m{sign}\x1b[0m" if color else sign
        first, *more = wrap(inert(f"{each.statement}: {each.seen}"), WIDTH)
        yield f"{shown} {each.number:<4} {first}"
        lines = [*more, *(wrap(f"→ {inert(each.meaning)}", WIDTH) if each.meaning else [])]
        yield from (f"       {line}" for line in lines)
    if judged:
        words = [each.found.value for each in judged]
        yield ""
        yield (
            f"Assumptions: {words.count('confirmed')} confirmed, {words.count('contradicted')} contradicted, "
            f"of {words.count('cannot tell')} this account cannot tell."
        )


def _lines(checks: Sequence[Check], color: bool) -> Iterator[str]:
    width = max(len(each.name) for each in checks)
    for each in checks:
        sign, tint = _SIGNS[each.verdict.value]
        shown = f"\x1b[{tint}m{sign}\x1b[0m" if color else sign
        lines = wrap(inert(each.text), WIDTH) or [""]
        yield f"{shown} {inert(each.name):<{width}}  {lines[0]}"
        if each.remedy:
            first, *more = wrap(inert(each.remedy), WIDTH)
            lines += [f"→ {first}", *(f"  {line}" for line in more)]
        yield from (f"  {'':<{width}}  {line}" for line in lines[1:])
    yield ""
    yield _total([each.verdict.value for each in checks])


def _total(verdicts: Sequence[str]) -> str:
    failed, unknown = verdicts.count("failed"), verdicts.count("unknown")
    first = f"{counted(failed, 'check')} failed" if failed else "Nothing failed"
    return f"{first}; {unknown} could not be made." if unknown else f"{first}."
