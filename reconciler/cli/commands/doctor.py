"""`reconciler doctor`: whether everything that an apply needs is in order."""

from __future__ import annotations

from collections.abc import Mapping
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
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.komet.port import KometPort
    from reconciler.model.project import TokenSource
    from reconciler.model.value import Json
    from reconciler.session import Session
    from reconciler.verify.doctor import Check
    from reconciler.verify.probes import Judgement
    from reconciler.verify.probing import Aim

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
    from reconciler.verify.doctor import checks_document, exit_code_of
    from reconciler.verify.probing import judgements_document

    configuration = open_configuration(settings)
    judged: list[Judgement] = []
    checks, calls = _examine(settings, configuration, judged if probe else None)
    if settings.json:
        document = checks_document(checks, calls)
        more: dict[str, Json] = {"assumptions": judgements_document(judged)} if probe else {}
        screen.put_json(document | more)
    else:
        color = screen.has_color(settings)
        screen.put("\n".join([*_lines(checks, color), *_assumptions(judged, color)]))
    return exit_code_of(checks)


def _examine(
    settings: Settings, configuration: Configuration, judged: list[Judgement] | None
) -> tuple[list[Check], int]:
    """The checks in the order in which one rests on the other, and the calls they took; the probes are made
    where `judged` is there to take what they say."""
    from reconciler.cli.opening import open_work
    from reconciler.errors import AccessError, ReconcilerError, StateError
    from reconciler.verify.doctor import Check, Verdict

    kinds = counted_kinds(_counts(configuration)) or "nothing"
    text = f"{kinds} in {counted(len(configuration.files), 'file')}"
    checks = [Check("configuration", Verdict.OK, text)]
    try:
        with open_work(settings, configuration, writing=False, parallel=1) as session:
            checks += _examine_session(settings, session)
            more = 0
            if judged is not None and all(each.verdict is not Verdict.FAILED for each in checks):
                found, more = _probe(settings, session)
                judged += found
            return checks, session.connection.port.calls_made + more
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


def _probe(settings: Settings, session: Session) -> tuple[Sequence[Judgement], int]:
    """The assumption probes, and the calls that they made with the customer's own token."""
    from reconciler.cli.shops import opening_shops
    from reconciler.verify.probing import probe_account

    with opening_shops(session) as connect, Progress(settings) as progress:
        aim = _aim(session, connect)

        def announce(calls: int) -> None:
            if calls:
                progress.stays(f"{counted(calls, 'call')} to probe assumptions, none of which writes")

        judged = probe_account(session.connection.port, aim, announce)
        return judged, aim.own.calls_made if aim.own else 0


def _aim(session: Session, connect: Callable[[TokenSource], KometPort]) -> Aim:
    """The first customer with a token, else the first; its location and ship dates."""
    from reconciler.errors import AccessError
    from reconciler.verify.probing import Aim

    configuration = session.configuration
    tokens = configuration.customer_tokens
    names = [each.name for each in configuration.resources if each.kind == "customers"]
    name = next((each for each in names if each in tokens), next(iter(names), ""))
    written = [each for each in configuration.resources.values() if each.attributes.get("customer") == name]
    places = [str(each.attributes["location"]) for each in written if each.attributes.get("location")]
    dates = sorted({str(each.attributes.get("ship_date") or "") for each in written})
    komet = next(
        (
            each.attributes["komet"]
            for each in configuration.resources.values()
            if each.address.kind == "customers" and each.address.name == name
        ),
        {},
    )
    own = None
    if name in tokens:
        try:
            own = connect(tokens[name])
        except AccessError as error:
            screen.say_inert(f"without the Customer token of {name}: {error}")
    return Aim(
        project=configuration.project.name,
        today=session.today,
        customer=str(next(iter(komet.values()), "")) if isinstance(komet, Mapping) else "",
        location=next(iter(places), ""),
        dates=tuple(day for day in dates if day >= session.today.isoformat()),
        own=own,
    )


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
