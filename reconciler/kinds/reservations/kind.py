"""The kind `reservations`: on-hand stock kept for a customer, whole lines that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from reconciler.kinds.kind import Comparison, Matches, Notice, Reading, Scope, Subject
from reconciler.kinds.reservations.arrivals import Arrivals, read_arrivals
from reconciler.kinds.reservations.fate import line_fate
from reconciler.kinds.reservations.matching import match_reservations
from reconciler.kinds.reservations.reading import expected_stock_calls, read_reservations
from reconciler.kinds.reservations.standing import standing_of
from reconciler.kinds.reservations.steps import interpret_inventory, lower_reservation
from reconciler.kinds.reservations.view import compare_reservations, reservation_headline
from reconciler.kinds.reservations.wanted import resolve_reservation
from reconciler.model.address import Address
from reconciler.model.change import Change, Sale
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
from reconciler.model.value import Json

NAME = "reservations"


class Reservations:
    """On-hand stock kept for a customer (Komet API §4). Nothing of it has an id of its own in Komet."""

    name = NAME

    def resolve(self, desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
        """`desired` with ids beside its codes."""
        return resolve_reservation(desired, scope, notice)

    def read(self, sought: Sequence[Sought], scope: Scope) -> Reading:
        """Two lists for each location and one for each customer, however many there are of us."""
        return (yield from read_reservations(sought, scope))

    def expected_calls(self, sought: Sequence[Sought], scope: Scope) -> int:
        """The calls of `read` when every line stands where it is known to be."""
        return expected_stock_calls(sought, scope)

    def match(self, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
        """Shares the stock between all reservations; what left the configuration gives up what it had."""
        return match_reservations(sought, live, scope)

    def compare(self, subject: Subject, scope: Scope) -> Comparison:
        """The boxes that stand reserved, and the lines whose customer is to change."""
        return compare_reservations(subject, scope)

    def lower(self, subject: Subject, scope: Scope) -> tuple[Step, ...]:
        """inventory.add for an arrival; a line's customer is for a person, or a call if the account can."""
        return lower_reservation(subject, scope)

    def interpret(self, step: ApiStep, answer: Answer) -> CallResult:
        """The new line's id (A10)."""
        return interpret_inventory(step, answer)

    def fate(self, step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
        """By whose the line is now."""
        return line_fate(step, subject, live, scope)

    def unsettled(self, former: Applied, change: Change) -> Applied:
        """Nothing of a reservation is known from a record."""
        return former

    def headline(self, subject: Subject, scope: Scope) -> str:
        """Product, pack, location and customer."""
        return reservation_headline(subject, scope)

    def commitment(self, subject: Subject, steps: Sequence[Step]) -> str:
        """Nothing is bought: an arrival was bought before."""
        return "0"

    def sale(self, steps: Sequence[Step]) -> Sale | None:
        """Nothing is sold."""
        return None

    def learn(self, change: Change, known: Binding | None, facts: Mapping[str, Json]) -> Binding | None:
        """What was added once is never added again, also where it does not show (A10, A23)."""
        if "arrived" not in facts or known is None:
            return None
        before, reference = read_arrivals(known.facts), str(facts["arrived"])
        id = facts.get(f"line:{reference}")
        after = Arrivals(
            tuple(sorted({*before.added, reference})),
            {**before.unseen, reference: id if isinstance(id, int) else None},
            tuple(each for each in before.doubtful if each != reference),
        )
        return replace(known, facts={**known.facts, **after.json})

    def binding(self, address: Address, live: LiveResource, retired: Sequence[LiveResource]) -> Binding:
        """Where it stands and which lines it holds, so that they can be given up when it is gone."""
        return Binding(address, 0, None, standing_of(live.attributes).facts)
