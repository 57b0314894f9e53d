"""The kind `prebooks`: orders that sell stock to a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from reconciler.kinds.kind import Comparison, Matches, Notice, Reading, Scope, Subject
from reconciler.kinds.orders.binding import learnt_binding
from reconciler.kinds.orders.matching import ship_date
from reconciler.kinds.prebooks.answer import NAME
from reconciler.kinds.prebooks.calls import interpret_prebook
from reconciler.kinds.prebooks.fate import price_fate
from reconciler.kinds.prebooks.matching import match_prebooks
from reconciler.kinds.prebooks.money import purchase_commitment, sale_of
from reconciler.kinds.prebooks.reading import FORMER_DATES, expected_prebook_calls, read_prebooks
from reconciler.kinds.prebooks.record import unsettled_record
from reconciler.kinds.prebooks.resolution import resolve_prebook
from reconciler.kinds.prebooks.steps import lower_prebook
from reconciler.kinds.prebooks.view import compare_prebooks, prebook_headline
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Sale
from reconciler.model.query import Answer
from reconciler.model.resource import (
    Applied,
    Binding,
    DesiredResource,
    LiveResource,
    ResolvedResource,
    Sought,
)
from reconciler.model.step import ApiStep, CallResult, Fate, OperatorStep, Step
from reconciler.model.value import Json, decimal_text


class Prebooks:
    """Prebooks (Komet API §7), known by the marker in their comments."""

    name = NAME

    def resolve(self, desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
        """`desired` with ids beside its codes; unknown codes go to `notice` with the nearest ones."""
        return resolve_prebook(desired, scope, notice)

    def read(self, sought: Sequence[Sought], scope: Scope) -> Reading:
        """By truck date; what a person moved away by one list more; purchases only of what is to go."""
        return read_prebooks(sought, scope, self.match)

    def expected_calls(self, sought: Sequence[Sought], scope: Scope) -> int:
        """The calls of `read` when every prebook stands where it is known to be."""
        return expected_prebook_calls(sought, scope)

    def match(self, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
        """By binding, by marker, by `number`; an unmarked equal prebook is adopted and marked."""
        return match_prebooks(sought, live, scope)

    def compare(self, subject: Subject, scope: Scope) -> Comparison:
        """Header, items and predecessors, side by side; what Komet does not show against the record."""
        return compare_prebooks(subject, scope)

    def lower(self, subject: Subject, scope: Scope) -> tuple[Step, ...]:
        """Calls to create, append, change the header and delete; a price on a bought line is for a person."""
        return lower_prebook(subject, scope)

    def interpret(self, step: ApiStep, answer: Answer) -> CallResult:
        """The prebook's id and number, and the line ids by identifier (Komet API §7.3)."""
        return interpret_prebook(step, answer)

    def fate(self, step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
        """By the price that the line shows now."""
        return price_fate(step, live)

    def unsettled(self, former: Applied, change: Change) -> Applied:
        """The record says what the change is about, until it is known how it ended."""
        return unsettled_record(former, change)

    def headline(self, subject: Subject, scope: Scope) -> str:
        """Number, customer, truck date, carrier, location, ship-to and the customer's PO number."""
        return prebook_headline(subject, scope)

    def commitment(self, subject: Subject, steps: Sequence[Step]) -> str:
        """The cost of what Komet buys by itself for the lines that `steps` add."""
        return decimal_text(purchase_commitment(steps))

    def sale(self, steps: Sequence[Step]) -> Sale | None:
        """Price and cost of the lines that `steps` add."""
        return sale_of(steps)

    def learn(self, change: Change, known: Binding | None, facts: Mapping[str, Json]) -> Binding | None:
        """A new prebook has id and number; one whose truck date is changed is read back on the new one."""
        learnt, former = learnt_binding(change, facts), change.binding
        if learnt is None:
            return _moved(change, known)
        day = former.facts.get("ship_date") if former and former.number in learnt.retired else None
        if day in (None, learnt.facts["ship_date"]):
            return learnt
        return replace(learnt, facts=dict(learnt.facts) | {FORMER_DATES: [day]})

    def binding(self, address: Address, live: LiveResource, retired: Sequence[LiveResource]) -> Binding:
        """Number and truck date, and the numbers and dates of predecessors that still stand."""
        numbers = tuple(sorted(order.number or "" for order in retired))
        facts: dict[str, Json] = {"ship_date": ship_date(live)}
        others: list[Json] = [*sorted({ship_date(order) for order in retired} - {ship_date(live)})]
        if others:
            facts[FORMER_DATES] = others
        return Binding(address, live.id, live.number, facts, numbers)


def _moved(change: Change, known: Binding | None) -> Binding | None:
    if change.wanted is None or known is None or change.action is Action.REPLACE:
        return None
    return replace(known, facts=dict(known.facts) | {"ship_date": change.wanted["ship_date"]})
