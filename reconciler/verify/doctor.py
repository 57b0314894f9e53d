"""The health of an installation: token, permissions, company, quota, state; read-only, a value at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct, field

from reconciler.errors import AccessDenied, QuotaExhausted, ReconcilerError, Unreachable
from reconciler.kinds.catalogue import LISTS, rows_from_answer
from reconciler.kinds.row import row_of
from reconciler.komet.port import KometPort
from reconciler.model.plan import CallBudget
from reconciler.model.project import Project
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json
from reconciler.state.open import State
from reconciler.state.schema import MIGRATIONS

WHERE_TO_TICK = "Setup > Settings > Integrations > Tokens"

WRITES: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer.add", "customer.shipto.add", "customer.shipto.update", "customer.update"),
    "prebooks": ("prebook.create", "prebook.delete", "prebook.item.delete", "prebook.update"),
    "purchase_orders": (
        "purchase.order.create",
        "purchase.order.item.confirm",
        "purchase.order.item.delete",
        "purchase.order.item.price.update",
        "purchase.order.mixed.create",
    ),
    "reservations": ("inventory.add", "inventory.update"),
}
"""The writing methods of each kind, which nobody can try without writing."""


class Verdict(StrEnum):
    """How a check ended; UNKNOWN says that nobody could tell."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Check(Struct, frozen=True):
    """One check: what was found, and what to do about it. `exit_code` is that of a failed one."""

    name: str
    verdict: Verdict
    text: str
    remedy: str = ""
    exit_code: int = 0


class Probe(Struct, frozen=True):
    """One reading call that shows whether its method is allowed.

    `some` are parameters that take any id: each with the method whose answer, asked before, has one.
    """

    query: Query
    some: Mapping[str, str] = field(default_factory=dict)


class _Findings(Struct):
    """What the probes brought. Nothing is asked any more once the host is unreachable."""

    answers: dict[str, Answer] = field(default_factory=dict)
    errors: dict[str, ReconcilerError] = field(default_factory=dict)
    untried: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether further calls would only meet the same wall."""
        return any(isinstance(error, Unreachable | QuotaExhausted) for error in self.errors.values())

    @property
    def denied(self) -> dict[str, AccessDenied]:
        return {name: error for name, error in self.errors.items() if isinstance(error, AccessDenied)}


COMPANY = Probe(Query("company.list"))
_CUSTOMER = {"customerId": "customer.list"}
_LOCATION = {"locationId": "location.list"}
_SHOP = {"customerId": "customer.list", "companyLocationId": "location.list"}
_ROWS = {"customer.list": "customers", "location.list": LISTS["locations"].rows}


def probes_for(kinds: Collection[str], today: date) -> tuple[Probe, ...]:
    """One cheap call for each reading method that a configuration with these kinds needs."""
    probes = [COMPANY, *(Probe(LISTS[name].query) for name in sorted(LISTS))]
    if "customers" in kinds:
        probes.append(Probe(Query("customer.list", {"includeInactive": "1"})))
        probes.append(Probe(Query("customer.details.get"), _CUSTOMER))
        probes.append(Probe(Query("customer.shipto.list"), _CUSTOMER))
    if "purchase_orders" in kinds:
        probes.append(Probe(Query("purchase.order.list", {"date": today.isoformat()})))
    if "prebooks" in kinds:
        day: dict[str, Json] = {"date": today.isoformat()}
        probes.append(Probe(Query("prebook.details.list", day)))
        span: dict[str, Json] = {"dateFrom": today.isoformat(), "dateTo": today.isoformat()}
        probes.append(Probe(Query("prebook.list", span)))
    if "reservations" in kinds:
        probes.append(Probe(Query("inventory.list", {"inventoryType": "all"}), _LOCATION))
        probes.append(Probe(Query("inventory.openmarket.list"), _LOCATION))
        one_row: dict[str, Json] = {"reservedInventory": "true", "page": 1, "rows": 1}
        probes.append(Probe(Query("ecommerce/inventory.list", one_row), _SHOP))
    return tuple(probes)


def examine_account(
    port: KometPort, project: Project, kinds: Collection[str], today: date
) -> tuple[Check, ...]:
    """What the account says to the token: a call for each of `probes_for`, more only where one fails."""
    findings = _ask(port, probes_for(kinds, today))
    unreachable = [error for error in findings.errors.values() if isinstance(error, Unreachable)]
    if unreachable:
        remedy = f"check komet.url ({project.komet.url}), the network and the proxy"
        return (Check("host", Verdict.FAILED, str(unreachable[0]), remedy, unreachable[0].exit_code),)
    if findings.denied and not findings.answers:
        first = next(iter(findings.denied.values()))
        text = f"Komet refuses it for every method: {first.message}"
        remedy = f"make a Company token under {WHERE_TO_TICK}, and put it into the {project.komet.token}"
        return (Check("token", Verdict.FAILED, text, remedy, first.exit_code),)
    return (
        Check("host", Verdict.OK, f"{project.komet.url} answers"),
        _company(findings, project.komet.company),
        *_lists(findings),
        *_reading(findings),
        _writing(project, kinds),
        *_future_sales(findings, project, kinds),
        *_vendor_token(project, kinds),
    )


def check_state(state: State) -> Check:
    """The state opened and its schema is ours: opening it has migrated it."""
    return Check("state", Verdict.OK, f"{state.where}, schema version {len(MIGRATIONS)}")


def check_clock(now: datetime, today: date, timezone: str) -> Check:
    """Komet offers no clock to compare with: ours is shown."""
    text = f"ours says {now:%Y-%m-%d %H:%M:%S} UTC, and the quota's day is {today} in {timezone}"
    remedy = "compare it with a watch: no method of Komet tells the time"
    return Check("clock", Verdict.UNKNOWN, text, remedy)


def check_quota(budget: CallBudget, is_exhausted: bool) -> Check:
    """The day's calls by our own count; `budget.read` are the doctor's own."""
    ours = max(budget.left - budget.reserve, 0)
    text = (
        f"{budget.used_today + budget.read:,} of {budget.daily_limit:,} calls used today by our own count, "
        f"{budget.read:,} of them by this doctor; {budget.reserve:,} kept for others, {ours:,} left for us"
    )
    if is_exhausted:
        return Check(
            "quota", Verdict.WARNING, f"Komet said today that it is used up; {text}", "wait for tomorrow"
        )
    if not ours:
        return Check("quota", Verdict.WARNING, text, "wait for tomorrow, or lower budget.reserve")
    return Check("quota", Verdict.OK, text)


def exit_code_of(checks: Sequence[Check]) -> int:
    """That of the first failed check; 0 when none failed."""
    return next((check.exit_code for check in checks if check.verdict is Verdict.FAILED), 0)


def checks_document(checks: Sequence[Check], calls: int) -> dict[str, Json]:
    """The checks as JSON."""
    return {
        "checks": [
            {"name": each.name, "verdict": each.verdict.value, "text": each.text, "remedy": each.remedy}
            for each in checks
        ],
        "calls": calls,
        "exit_code": exit_code_of(checks),
    }


def _ask(port: KometPort, probes: Sequence[Probe]) -> _Findings:
    """Asks one probe after the other, so that one refusal does not hide the next."""
    findings = _Findings()
    for probe in probes:
        method = probe.query.method
        ids = {name: _some_id(findings, source) for name, source in probe.some.items()}
        if None in ids.values() or findings.is_over:
            findings.untried.append(method)
            continue
        try:
            (findings.answers[method],) = port.ask([Query(method, {**probe.query.params, **ids})])
        except ReconcilerError as error:
            findings.errors[method] = error
    return findings


def _some_id(findings: _Findings, method: str) -> int | None:
    """The first id in the answer of a list; None without it."""
    answer = findings.answers.get(method)
    rows = row_of(answer).rows(_ROWS[method]) if answer is not None else iter(())
    return next((row.integer("id") for row in rows), None)


def _company(findings: _Findings, company: int) -> Check:
    answer = findings.answers.get(COMPANY.query.method)
    if answer is None:
        text = f"{company} could not be compared: {findings.errors.get(COMPANY.query.method, 'not asked')}"
        return Check("company", Verdict.WARNING, text, "compare komet.company with Komet's own screen")
    names = {
        row.integer("companyId"): row.text("companyName") for row in row_of(answer).rows("companyResult")
    }
    if company in names:
        return Check("company", Verdict.OK, f"{company} is {names[company]}")
    theirs = ", ".join(f"{id} ({name})" for id, name in names.items()) or "no company"
    remedy = "correct komet.company in reconciler.yaml, or use the other company's token"
    return Check(
        "company", Verdict.FAILED, f"{company} is not the token's: it belongs to {theirs}", remedy, 3
    )


def _vendor_token(project: Project, kinds: Collection[str]) -> tuple[Check, ...]:
    """With a Vendor token Komet ignores prices and vendors of prebooks, without a word (Komet API §7.2)."""
    if project.komet.token_type != "vendor" or "prebooks" not in kinds:
        return ()
    text = "a Vendor token: Komet ignores prices and vendors of prebooks, so they are not compared"
    return (Check("token type", Verdict.WARNING, text, "use a Company token to set them"),)


def _future_sales(findings: _Findings, project: Project, kinds: Collection[str]) -> Iterator[Check]:
    """Whether the Future Sales customer is named, so that nothing can be kept for it (Komet API §6.1)."""
    named = project.komet.future_sales_customer
    if named is None and {"purchase_orders", "reservations"}.intersection(kinds):
        text = "komet.future_sales_customer is not set: nothing keeps it from being named as a buyer"
        remedy = "Setup > Settings > Inventory > Future Sales shows it: write {code: ...} or {id: ...}"
        yield Check("future sales", Verdict.WARNING, text, remedy)
    answer = findings.answers.get("customer.list")
    if named is None or answer is None:
        return
    found = [
        row
        for row in row_of(answer).rows("customers")
        if named.is_meant(row.required("id"), row.text("code"))
    ]
    if found:
        text = f"the Future Sales customer is {found[0].text('name')}: nothing is kept for it"
        yield Check("future sales", Verdict.OK, text)
    else:
        text = f"no customer has the {named} that komet.future_sales_customer names"
        remedy = "correct it: Setup > Settings > Inventory > Future Sales shows which customer it is"
        yield Check("future sales", Verdict.WARNING, text, remedy)


def _lists(findings: _Findings) -> tuple[Check, ...]:
    """The reference lists that could be read; one that was refused is told among the methods."""
    counts = [
        f"{len(rows_from_answer(name, findings.answers[source.query.method]))} {name.replace('_', ' ')}"
        for name, source in sorted(LISTS.items())
        if source.query.method in findings.answers
    ]
    return (Check("lists", Verdict.OK, ", ".join(counts)),) if counts else ()


def _reading(findings: _Findings) -> tuple[Check, ...]:
    """Each method that was refused or failed, by name; else one line that all is well."""
    checks = [
        _failed(method, error) for method, error in findings.errors.items() if method != COMPANY.query.method
    ]
    if not checks:
        count = len(findings.answers.keys() - {COMPANY.query.method})
        checks = [
            Check("reading", Verdict.OK, f"the token may call all {count} reading methods that were tried")
        ]
    if findings.untried:
        text = f"not tried, since what they ask for could not be found: {', '.join(findings.untried)}"
        checks.append(Check("reading", Verdict.UNKNOWN, text))
    return tuple(checks)


def _failed(method: str, error: ReconcilerError) -> Check:
    if isinstance(error, AccessDenied):
        remedy = f"tick {method} under {WHERE_TO_TICK}"
        return Check(method, Verdict.FAILED, f"refused: {error.message}", remedy, error.exit_code)
    return Check(method, Verdict.FAILED, str(error), "", error.exit_code)


def _writing(project: Project, kinds: Collection[str]) -> Check:
    """Which methods must be ticked beside those that were tried; what a person does needs none (A7)."""
    methods = sorted(method for kind in kinds for method in WRITES.get(kind, ()))
    if project.komet.assign_customer != "api":
        methods = [method for method in methods if method != "inventory.update"]
    text = f"cannot be tried without writing: {', '.join(methods)}" if methods else "nothing is to be written"
    verdict = Verdict.UNKNOWN if methods else Verdict.OK
    return Check(
        "writing", verdict, text, f"see that they are ticked under {WHERE_TO_TICK}" if methods else ""
    )
