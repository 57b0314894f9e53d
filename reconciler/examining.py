"""What can be told of an account by looking: `doctor`, `coverage`, `handover`. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from msgspec import Struct

from reconciler.config.configuration import Configuration
from reconciler.config.tokens import read_token
from reconciler.errors import AccessError, ReconcilerError, StateError, TokenMissing, UsageError
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.plan import CallBudget
from reconciler.model.project import TokenSource
from reconciler.model.value import Json
from reconciler.reading import read_account, read_customer
from reconciler.report.style import counted
from reconciler.session import Session
from reconciler.verify.coverage import coverage_document, coverage_of
from reconciler.verify.doctor import (
    Check,
    Verdict,
    check_clock,
    check_quota,
    check_state,
    examine_account,
    exit_code_of,
    probes_for,
)
from reconciler.verify.handover import Token, handover_document, locations_of, routes_of, token_words
from reconciler.verify.probes import Judgement
from reconciler.verify.probing import Aim, probe_account

Connect = Callable[[TokenSource], KometPort]
Tell = Callable[[str], None]
"""Hears of calls before they are made, and of what had to be left out."""


class Examination(Struct, frozen=True):
    """The checks, in the order in which one rests on the other; what the probes said; the calls of all."""

    checks: tuple[Check, ...]
    judged: tuple[Judgement, ...] = ()
    calls: int = 0

    @property
    def exit_code(self) -> int:
        """That of the first failed check; 0 when none failed."""
        return exit_code_of(self.checks)


def examine(
    opening: AbstractContextManager[Session],
    open_shops: Callable[[Session], AbstractContextManager[Connect]] | None = None,
    tell: Tell = lambda words: None,
) -> Examination:
    """Whether token, methods, company, quota and state are in order; `opening` is a session that only
    reads.

    With `open_shops` the assumptions are held against the account too, unless a check failed. That a session
    cannot be opened, or the account not be read, is a failed check and no error.
    """
    checks: list[Check] = []
    try:
        with opening as session:
            checks += _examine_session(session, tell)
            judged: tuple[Judgement, ...] = ()
            more = 0
            if open_shops is not None and all(each.verdict is not Verdict.FAILED for each in checks):
                judged, more = _probe(session, open_shops, tell)
            return Examination(tuple(checks), judged, session.connection.port.calls_made + more)
    except ReconcilerError as error:
        failed = Check(_subject(error), Verdict.FAILED, str(error), exit_code=error.exit_code)
        return Examination((*checks, failed))


def read_coverage(session: Session) -> dict[str, Json]:
    """What is managed, adopted, another project's and nobody's (`schemas/coverage.schema.json`)."""
    reading = read_account(session)
    basis = reading.basis
    owned = coverage_of(basis.matches, reading.live, basis.scope)
    return coverage_document(owned, basis.matches, basis.project.name, basis.read, basis.scope)


def read_handover(session: Session, name: str, environ: Mapping[str, str]) -> dict[str, Json]:
    """What BloomNet's team needs for the customer `name` (`schemas/handover.schema.json`); of tokens only
    where they are, and whether one is there. `UsageError` for a customer that is not in the configuration."""
    configuration = session.configuration
    raise_if_no_customer(configuration, name)
    address = Address("customers", name)
    project, desired = configuration.project, configuration.resources[address]
    own = configuration.customer_tokens.get(name)
    has_own = own is not None and _is_there(own, configuration, environ)
    tokens = [
        Token("Company", token_words(project.komet.token), True, project.bloomnet_methods.company),
        Token("Customer", token_words(own), has_own, project.bloomnet_methods.customer),
    ]
    wanted, match, scope = read_customer(session, address)
    routes = routes_of(name, desired, wanted.resolved[address], match, scope)
    places = locations_of(desired, wanted.resolved, scope)
    return handover_document(project.komet.company, name, desired, match, tokens, routes, places)


def raise_if_no_customer(configuration: Configuration, name: str) -> None:
    """`UsageError` when the configuration has no customer of that name; it says which there are."""
    if Address("customers", name) not in configuration.resources:
        known = ", ".join(each.name for each in configuration.resources if each.kind == "customers")
        raise UsageError(f"there is no customer {name!r} in the configuration; there are {known or 'none'}")


def kind_counts(configuration: Configuration) -> dict[str, int]:
    """How many resources of each kind there are."""
    return dict(Counter(address.kind for address in configuration.resources))


def _subject(error: ReconcilerError) -> str:
    """What an error that ended the examination is about."""
    if isinstance(error, AccessError):
        return "token"
    return "state" if isinstance(error, StateError) else "host"


def _examine_session(session: Session, tell: Tell) -> list[Check]:
    project, connection = session.configuration.project, session.connection
    kinds = sorted(kind_counts(session.configuration))
    used = session.calls_used_today
    checks = [
        check_state(session.state),
        Check("token", Verdict.OK, f"there is one in the {project.komet.token}"),
    ]
    count = len(probes_for(kinds, session.today))
    tell(f"asking {connection.account} with {counted(count, 'call')}, none of which writes")
    checks += examine_account(connection.port, project, kinds, session.today)
    budget = CallBudget(connection.port.calls_made, 0, 0, used, project.komet.daily_limit, project.reserve)
    checks.append(check_clock(connection.now(), session.today, project.komet.timezone))
    exhausted = session.state.ledger.is_exhausted(connection.account, session.today)
    checks.append(check_quota(budget, exhausted))
    return checks


def _probe(
    session: Session, open_shops: Callable[[Session], AbstractContextManager[Connect]], tell: Tell
) -> tuple[tuple[Judgement, ...], int]:
    """The assumption probes, and the calls that they made with the customer's own token."""

    def announce(calls: int) -> None:
        if calls:
            tell(f"{counted(calls, 'call')} to probe assumptions, none of which writes")

    with open_shops(session) as connect:
        aim = _aim(session, connect, tell)
        judged = probe_account(session.connection.port, aim, announce)
        return tuple(judged), aim.own.calls_made if aim.own else 0


def _aim(session: Session, connect: Connect, tell: Tell) -> Aim:
    """The first customer with a token, else the first; its location and ship dates."""
    configuration = session.configuration
    tokens = configuration.customer_tokens
    names = [each.name for each in configuration.resources if each.kind == "customers"]
    name = next((each for each in names if each in tokens), next(iter(names), ""))
    written = [each for each in configuration.resources.values() if each.attributes.get("customer") == name]
    places = [str(each.attributes["location"]) for each in written if each.attributes.get("location")]
    dates = sorted({str(each.attributes.get("ship_date") or "") for each in written})
    return Aim(
        project=configuration.project.name,
        today=session.today,
        customer=_komet_customer(configuration, name),
        location=next(iter(places), ""),
        dates=tuple(day for day in dates if day >= session.today.isoformat()),
        own=_own(connect, tokens, name, tell),
    )


def _komet_customer(configuration: Configuration, name: str) -> str:
    """The code or the id by which the configuration names a Komet customer; empty for none."""
    resource = configuration.resources.get(Address("customers", name)) if name else None
    komet = resource.attributes["komet"] if resource is not None else {}
    return str(next(iter(komet.values()), "")) if isinstance(komet, Mapping) else ""


def _own(connect: Connect, tokens: Mapping[str, TokenSource], name: str, tell: Tell) -> KometPort | None:
    if name not in tokens:
        return None
    try:
        return connect(tokens[name])
    except AccessError as error:
        tell(f"without the Customer token of {name}: {error}")
        return None


def _is_there(source: TokenSource, configuration: Configuration, environ: Mapping[str, str]) -> bool:
    try:
        read_token(source, configuration.root, environ)
    except TokenMissing:
        return False
    return True
