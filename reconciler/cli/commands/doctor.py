"""`reconciler doctor`: whether everything that an apply needs is in order."""

from __future__ import annotations

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
    from reconciler.session import Session
    from reconciler.verify.doctor import Check

WIDTH = 90

_SIGNS = {
    "ok": ("✓", "32"),
    "warning": ("!", "33"),
    "failed": ("✗", "31"),
    "unknown": ("?", "36"),
}


@click.command(cls=Command)
@pass_settings
def command(settings: Settings) -> int:
    """Check token, permissions, company, quota and state.

    Komet is only read. Ends with 0 when nothing failed, 9 where the token lacks something, 3 for a wrong
    company, 1 for the rest.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.verify.doctor import checks_document, exit_code_of

    configuration = open_configuration(settings)
    checks, calls = _examine(settings, configuration)
    if settings.json:
        screen.put_json(checks_document(checks, calls))
    else:
        screen.put("\n".join(_lines(checks, screen.has_color(settings))))
    return exit_code_of(checks)


def _examine(settings: Settings, configuration: Configuration) -> tuple[list[Check], int]:
    """The checks in the order in which one rests on the other, and the calls they took."""
    from reconciler.cli.opening import open_work
    from reconciler.errors import AccessError, ReconcilerError, StateError
    from reconciler.verify.doctor import Check, Verdict

    kinds = counted_kinds(_counts(configuration)) or "nothing"
    text = f"{kinds} in {counted(len(configuration.files), 'file')}"
    checks = [Check("configuration", Verdict.OK, text)]
    try:
        with open_work(settings, configuration, writing=False, parallel=1) as session:
            checks += _examine_session(settings, session)
            return checks, session.connection.port.calls_made
    except ReconcilerError as error:
        name = (
            "token"
            if isinstance(error, AccessError)
            else "state"
            if isinstance(error, StateError)
            else "host"
        )
        checks.append(Check(name, Verdict.FAILED, str(error), exit_code=error.exit_code))
        return checks, 0


def _examine_session(settings: Settings, session: Session) -> list[Check]:
    from reconciler.model.plan import CallBudget
    from reconciler.verify import doctor

    project, connection = session.configuration.project, session.connection
    kinds = sorted(_counts(session.configuration))
    used = session.calls_used_today
    checks = [doctor.check_state(session.state, project.state)]
    checks.append(doctor.Check("token", doctor.Verdict.OK, f"there is one in the {project.komet.token}"))
    with Progress(settings) as progress:
        count = len(doctor.probes_for(kinds, session.today))
        progress.stays(f"asking {connection.account} with {counted(count, 'call')}, none of which writes")
        checks += doctor.examine_account(connection.port, project, kinds, session.today)
    budget = CallBudget(connection.port.calls_made, 0, 0, used, project.komet.daily_limit, project.reserve)
    checks.append(doctor.check_clock(connection.now(), session.today, project.komet.timezone))
    exhausted = session.state.ledger.is_exhausted(connection.account, session.today)
    checks.append(doctor.check_quota(budget, exhausted))
    return checks


def _counts(configuration: Configuration) -> dict[str, int]:
    counts: dict[str, int] = {}
    for address in configuration.resources:
        counts[address.kind] = counts.get(address.kind, 0) + 1
    return counts


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
