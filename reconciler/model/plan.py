"""A plan: a value that says everything about what would change, and on what it rests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import Applied, Binding
from reconciler.model.step import ClosedStep


class Verdict(StrEnum):
    """What a guard said: passed, refused, or refused and allowed by the one who planned."""

    PASSED = "passed"
    REFUSED = "refused"
    ALLOWED = "allowed"


class GuardVerdict(Struct, frozen=True):
    """One guard's judgement. `flag` is the `--allow` argument that would let exactly this through."""

    name: str
    verdict: Verdict
    detail: str = ""
    flag: str = ""


class CallBudget(Struct, frozen=True):
    """Calls: `read` were spent by this plan, `apply` and `verify` will be; the rest is the account's day."""

    read: int
    apply: int
    verify: int
    used_today: int
    daily_limit: int
    reserve: int

    @property
    def left(self) -> int:
        """Calls left today after this plan, those kept for others included."""
        return self.daily_limit - self.used_today - self.read


class Money(Struct, frozen=True):
    """Amounts as decimal text with two places; Komet names no currency."""

    commitment: str
    fee: str
    currency: str | None = None


class Agreed(Struct, frozen=True):
    """A resource found as wanted whose record in state is missing or old: apply records it."""

    applied: Applied
    binding: Binding


class ShipDay(Struct, frozen=True):
    """Wanted orders of one kind on one ship date (ISO) that no change of the plan touches."""

    kind: str
    ship_date: str
    orders: int
    boxes: int


class Stock(Struct, frozen=True):
    """On-hand boxes of one product and location before the plan: reserved for anyone we know of, and open."""

    stock: str
    reserved: int
    open: int


class Plan(Struct, frozen=True):
    """What would change, in the order in which it would be done.

    `ids` are the Komet ids of the resources that changes refer to, by address; None is known after apply.
    `targets` and `excludes` are the patterns that it was limited by: it says nothing of what they leave out.
    `closed` are the open operator steps that it found to be done, or not needed any more.
    `calendar` and `stock` are what stands beside the changes, for those who look at the whole. A preview that
    was made without a call rests on what was read at `basis_at`; it cannot be applied. `agreements` are for
    the next plan alone, and no part of the document.
    """

    project: str
    environment: str | None
    company: int
    reconciler: str
    made_at: datetime
    expires_at: datetime
    config_digest: str
    calls: CallBudget
    money: Money
    changes: tuple[Change, ...]
    unchanged: int
    unmanaged: int
    unmanaged_by_kind: Mapping[str, int] = field(default_factory=dict)
    settled: int = 0
    ids: Mapping[str, int | None] = field(default_factory=dict)
    agreed: tuple[Agreed, ...] = ()
    gone: tuple[Address, ...] = ()
    guards: tuple[GuardVerdict, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    closed: tuple[ClosedStep, ...] = ()
    calendar: tuple[ShipDay, ...] = ()
    stock: tuple[Stock, ...] = ()
    basis_at: datetime | None = None
    agreements: tuple[Agreement, ...] = ()

    @property
    def refusals(self) -> tuple[GuardVerdict, ...]:
        """The guards that refused and were not allowed."""
        return tuple(guard for guard in self.guards if guard.verdict is Verdict.REFUSED)
