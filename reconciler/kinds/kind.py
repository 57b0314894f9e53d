"""The protocol that every kind of resource follows: pure answers to the questions of plan and apply."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from reconciler.kinds.asked import AskedShops
from reconciler.kinds.calm import Calm
from reconciler.kinds.catalogue import Catalogue
from reconciler.model.address import Address
from reconciler.model.change import Change, Reason, ReservedBoxes, Sale
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.glance import Glances
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
from reconciler.model.value import Json, Path

Reading: TypeAlias = Generator[Sequence[Query], Sequence[Answer], tuple[LiveResource, ...]]
"""A reading without a network: it yields batches of queries, is sent their answers in the same order, and
returns the live resources. Whoever drives it decides how the calls are made."""

Notice: TypeAlias = Callable[[Diagnostic], None]
"""Where a fault goes that must not stop the search for further ones."""


class ShipTo(Struct, frozen=True):
    """A ship-to as Komet has it: its id, and the name that orders show of it."""

    id: int
    title: str


class LiveIds(Struct, frozen=True, dict=True):
    """The Komet ids behind addresses. An address that is wanted and not yet there has None.

    `labels` are what the web UI calls them: a customer's code. `numbers` are those of orders, None where an
    apply will make the order; `ship_tos` are keyed by the names of customer and ship-to.
    """

    by_address: Mapping[Address, int | None] = field(default_factory=dict)
    labels: Mapping[Address, str] = field(default_factory=dict)
    numbers: Mapping[Address, str | None] = field(default_factory=dict)
    ship_tos: Mapping[tuple[str, str], ShipTo] = field(default_factory=dict)

    @cached_property
    def _by_id(self) -> Mapping[tuple[str, int], Address]:
        return {(each.kind, id): each for each, id in self.by_address.items() if id is not None}

    def address_of(self, kind: str, id: int) -> Address | None:
        """The address in `kind` that stands for `id`, or None."""
        return self._by_id.get((kind, id))


class Scope(Struct, frozen=True):
    """What reading and comparing rest on beside the resource itself.

    `today` is the business day as ISO date: an order that shipped before it is settled. `ids` are those of
    the resources that others refer to. The catalogue only labels: an empty one changes no verdict. `moved`
    leads from addresses that a marker may still carry to those they have now. `asked` are the operator steps
    that are open already (`ADDRESS KEY`). `assigns_by_api` is the account's capability to put a customer on
    an existing line by a call (A7). `token_type` is whose the token is, `company` or `vendor` (§1.3), and
    `ship_to_titles` what the ship-tos of the configuration are called in Komet, by customer and name.
    `asked_shops` is what customers' lists of reserved stock said before, where that may serve (A40).
    `remembered` is what is known of rows that were read before, and `calm` what of the kind that is read is
    not sought, since nothing but its row could have changed.
    """

    project: str
    today: str
    ids: LiveIds = field(default_factory=LiveIds)
    catalogue: Catalogue = field(default_factory=Catalogue)
    numbers_per_call: int = 50
    moved: Mapping[str, Address] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    assigns_by_api: bool = False
    token_type: str = "company"
    ship_to_titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    asked_shops: AskedShops = field(default_factory=AskedShops)
    remembered: Glances = field(default_factory=Glances)
    calm: Calm = field(default_factory=Calm)


class Match(Struct, frozen=True):
    """What stands in Komet for an address.

    `retired` are predecessors that a replacement left behind, `cancelled` an order that somebody cancelled.
    """

    live: LiveResource | None = None
    retired: tuple[LiveResource, ...] = ()
    cancelled: LiveResource | None = None
    adopted: bool = False


class Matches(Struct, frozen=True):
    """Every live resource told apart.

    `agreed` are those of which nothing has changed since both sides last agreed: there is nothing to compare.
    `wanted` has an entry for each other address of the configuration that is not `settled`; `orphans` are
    ours and no longer wanted; `gone` are bound addresses that are no longer wanted and need nothing more;
    `unmanaged` counts what is nobody's business here.
    """

    wanted: Mapping[Address, Match]
    orphans: Mapping[Address, Match] = field(default_factory=dict)
    settled: frozenset[Address] = frozenset()
    gone: tuple[Address, ...] = ()
    unmanaged: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    agreed: Mapping[Address, LiveResource] = field(default_factory=dict)

    @property
    def standing(self) -> dict[Address, Match]:
        """Everything that is wanted, what is agreed on with it."""
        return {**{address: Match(live) for address, live in self.agreed.items()}, **self.wanted}

    def of(self, address: Address) -> Match:
        """What stands for one address, wanted or not."""
        live = self.agreed.get(address)
        if live is not None:
            return Match(live)
        return self.wanted.get(address) or self.orphans.get(address) or Match()


class Comparison(Struct, frozen=True):
    """Both sides of a resource in one canonical form.

    `before` and `after` hold only what can be compared, so they are equal exactly when nothing is to change.
    `replaces` says that the difference needs a new resource. `incomparable` are the paths of wanted values
    that nobody can see and nobody recorded, `endangered` the confirmed or shipped lines that would go,
    `notes` belong to the change if there is one, `warnings` are said in any case. `reason` is for kinds whose
    differences have one of their own, `reserved` what guards need to know of stock. `learnt` is what is to be
    recorded beside the wanted values, since only this reading knows it.
    """

    before: Mapping[str, Json]
    after: Mapping[str, Json]
    replaces: bool = False
    incomparable: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    endangered: tuple[str, ...] = ()
    reason: Reason | None = None
    reserved: tuple[ReservedBoxes, ...] = ()
    learnt: Mapping[str, Json] = field(default_factory=dict)


class Subject(Struct, frozen=True):
    """One resource with all that is known of it.

    `rewrite` asks to write what cannot be compared. `outgoing` are the ids of lines that are to be deleted:
    they serve nothing any more, whatever they show.
    """

    address: Address
    resolved: ResolvedResource | None
    match: Match
    applied: Applied | None = None
    rewrite: bool = False
    outgoing: frozenset[int] = frozenset()


class Kind(Protocol):
    """What a kind answers. Nothing here calls Komet, reads a file or looks at a clock."""

    @property
    def name(self) -> str:
        """The section of the configuration."""

    def resolve(self, desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
        """`desired` with its codes looked up; faults go to `notice`, and then it is None."""

    def read(self, sought: Sequence[Sought], scope: Scope) -> Reading:
        """The reading that finds `sought` with as few calls as the lists allow."""

    def expected_calls(self, sought: Sequence[Sought], scope: Scope) -> int:
        """How many calls `read` makes when everything is where it is known to be."""

    def match(self, sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
        """Which live resource stands for which address."""

    def compare(self, subject: Subject, scope: Scope) -> Comparison:
        """Both sides of `subject` in one canonical form."""

    def lower(self, subject: Subject, scope: Scope) -> tuple[Step, ...]:
        """The steps that carry `subject` from what is live to what is wanted, in order."""

    def interpret(self, step: ApiStep, answer: Answer) -> CallResult:
        """What the answer to `step` taught, and which lines it refused."""

    def fate(self, step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
        """What became of an open step that `subject` asks for no more; `live` is all that was read."""

    def unsettled(self, former: Applied, change: Change) -> Applied:
        """What is known while `change` is made: of what Komet does not show, only what it does not write."""

    def headline(self, subject: Subject, scope: Scope) -> str:
        """The resource in a few of Komet's words."""

    def commitment(self, subject: Subject, steps: Sequence[Step]) -> str:
        """The money that `steps` add to purchase orders beyond what they take away, as decimal text."""

    def sale(self, steps: Sequence[Step]) -> Sale | None:
        """What `steps` sell to a customer; None for kinds that sell nothing."""

    def learn(self, change: Change, known: Binding | None, facts: Mapping[str, Json]) -> Binding | None:
        """The binding once a call of `change` taught `facts`, or None where they teach nothing of it."""

    def binding(self, address: Address, live: LiveResource, retired: Sequence[LiveResource]) -> Binding:
        """What is to be remembered of `live` so that it is found cheaply again."""
