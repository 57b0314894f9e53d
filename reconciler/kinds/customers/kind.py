"""The kind `customers`: which Komet customer stands for whom, and the attributes that are managed of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from reconciler.kinds.customers.answer import ALL, DETAILS, SHIP_TOS, detailed, listed_customers
from reconciler.kinds.customers.fate import customer_fate
from reconciler.kinds.customers.fields import FIELDS, WantedCustomer, wanted_customer
from reconciler.kinds.customers.resolution import resolve_customer
from reconciler.kinds.customers.steps import interpret_customer, lower_customer
from reconciler.kinds.customers.view import compare_customers, unsettled_fields
from reconciler.kinds.kind import Comparison, Match, Matches, Notice, Reading, Scope, Subject
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Sale
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.query import Answer, Query
from reconciler.model.resource import (
    Applied,
    Binding,
    DesiredResource,
    LiveResource,
    ResolvedResource,
    Sought,
)
from reconciler.model.step import ApiStep, CallResult, Fate, OperatorStep, Step
from reconciler.model.value import Json

NAME = "customers"


class Customers:
    """Customers and their ship-tos (Komet API §3), known by code or id, and by name."""

    name = NAME

    def resolve(self, desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
        """`desired` with its carriers and locations looked up."""
        return resolve_customer(desired, scope, notice)

    def read(self, sought: Sequence[Sought], scope: Scope) -> Reading:
        """All customers by one list call; details and ship-tos only of those for which they are managed.

        Neither has a list over several customers: a customer that manages a phone number costs one call more,
        one that manages ship-tos another (Komet API §3.1).
        """
        if not sought:
            return ()
        (answer,) = yield [ALL]
        found = listed_customers(answer)
        by_code = {str(each.attributes["code"]).lower(): id for id, each in found.items()}
        queries: list[Query] = []
        for each in sought:
            id = _expected_id(each, by_code)
            if id in found:
                queries.extend(_detail_queries(each, id))
        answers = (yield queries) if queries else ()
        return tuple(detailed(found, queries, answers).values())

    def expected_calls(self, sought: Sequence[Sought], scope: Scope) -> int:
        """One list, and the details of those that exist."""
        extra = sum(len(_detail_queries(each, each.binding.id)) for each in sought if each.binding)
        return 1 + extra if sought else 0

    def match(self, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
        """By code or id. Equal is equal: a customer is never adopted."""
        by_id = {each.id: each for each in live}
        by_code: dict[str, list[LiveResource]] = {}
        for customer in live:
            if customer.attributes["code"]:
                by_code.setdefault(str(customer.attributes["code"]).lower(), []).append(customer)
        wanted: dict[Address, Match] = {}
        orphans: dict[Address, Match] = {}
        gone: list[Address] = []
        faults: list[Diagnostic] = []
        owned: set[int] = set()
        for each in sorted(sought, key=lambda one: one.address):
            if each.resolved is not None:
                found = _find(each, by_id, by_code, faults)
                wanted[each.address] = Match(found)
            else:
                found = by_id.get(each.binding.id) if each.binding else None
                if found is None:
                    gone.append(each.address)
                else:
                    orphans[each.address] = Match(found)
            if found is not None:
                if each.resolved is not None and found.id in owned:
                    faults.append(_fault(each.address, f"two names stand for the Komet customer {found.id}"))
                owned.add(found.id)
        return Matches(
            wanted,
            orphans,
            gone=tuple(gone),
            unmanaged=len(by_id.keys() - owned),
            diagnostics=tuple(faults),
        )

    def compare(self, subject: Subject, scope: Scope) -> Comparison:
        """The managed attributes and ship-tos, side by side."""
        return compare_customers(subject, scope)

    def lower(self, subject: Subject, scope: Scope) -> tuple[Step, ...]:
        """customer.add or .update, then the ship-tos; what no call can change is for a person."""
        return lower_customer(subject, scope)

    def interpret(self, step: ApiStep, answer: Answer) -> CallResult:
        """The new customer's or ship-to's id (A31)."""
        return interpret_customer(step, answer)

    def fate(self, step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
        """By the attribute that the customer shows now."""
        return customer_fate(step, live)

    def unsettled(self, former: Applied, change: Change) -> Applied:
        """What Komet does not show and is to change is not known any more."""
        attributes = dict(former.attributes) | unsettled_fields(former.attributes, change)
        return replace(former, attributes=attributes)

    def headline(self, subject: Subject, scope: Scope) -> str:
        """Code and name."""
        live = subject.match.live
        if live is not None:
            return f"{live.attributes['code'] or f'id {live.id}'} · {live.attributes['name']}"
        wanted = wanted_customer(subject.resolved.attributes) if subject.resolved else None
        return f"{wanted.code or ''} · {wanted.fields.get('name', '')}" if wanted else ""

    def commitment(self, subject: Subject, steps: Sequence[Step]) -> str:
        """Nothing is bought."""
        return "0"

    def sale(self, steps: Sequence[Step]) -> Sale | None:
        """Nothing is sold."""
        return None

    def learn(self, change: Change, known: Binding | None, facts: Mapping[str, Json]) -> Binding | None:
        """A customer that was added has an id from then on."""
        id = facts.get("id")
        return Binding(change.address, id) if isinstance(id, int) and change.action is Action.CREATE else None

    def binding(self, address: Address, live: LiveResource, retired: Sequence[LiveResource]) -> Binding:
        """The customer's id."""
        return Binding(address, live.id)


def _wanted(each: Sought) -> WantedCustomer | None:
    return wanted_customer(each.resolved.attributes) if each.resolved else None


def _expected_id(each: Sought, by_code: Mapping[str, int]) -> int:
    wanted = _wanted(each)
    if wanted is None:
        return each.binding.id if each.binding else 0
    if wanted.id is not None:
        return wanted.id
    return by_code.get((wanted.code or "").lower(), 0)


def _detail_queries(each: Sought, id: int) -> list[Query]:
    wanted = _wanted(each)
    if wanted is None:
        return []
    queries = []
    if any(FIELDS[name].details for name in wanted.fields):
        queries.append(Query(DETAILS, {"customerId": id}))
    if wanted.ship_tos:
        queries.append(Query(SHIP_TOS, {"customerId": id}))
    return queries


def _find(
    each: Sought,
    by_id: Mapping[int, LiveResource],
    by_code: Mapping[str, Sequence[LiveResource]],
    faults: list[Diagnostic],
) -> LiveResource | None:
    wanted = _wanted(each)
    assert wanted is not None
    if wanted.id is not None:
        if wanted.id not in by_id:
            faults.append(_fault(each.address, f"no customer has the id {wanted.id} in Komet"))
        return by_id.get(wanted.id)
    found = by_code.get((wanted.code or "").lower(), ())
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(one.id) for one in sorted(found, key=lambda one: one.id))
        faults.append(
            _fault(each.address, f"{len(found)} customers have the code {wanted.code!r} in Komet: {ids}")
        )
        return None
    former = by_id.get(each.binding.id) if each.binding else None
    if former is not None:
        now = former.attributes["code"] or "none"
        text = f"the Komet customer {former.id} that stood for this has another code now: {now}"
        faults.append(_fault(each.address, text))
    elif not wanted.create:
        faults.append(_unknown_code(each.address, wanted.code or "", by_code))
    return None


def _unknown_code(address: Address, code: str, by_code: Mapping[str, Sequence[LiveResource]]) -> Diagnostic:
    close = get_close_matches(code.lower(), by_code, n=1)
    return Diagnostic(
        Severity.ERROR,
        f"no customer has the code {code!r} in Komet",
        detail="`create: true` makes one",
        suggestion=str(by_code[close[0]][0].attributes["code"]) if close else None,
        address=address,
        path=("komet", "code"),
    )


def _fault(address: Address, summary: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, summary, address=address, path=("komet",))
