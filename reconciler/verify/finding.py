"""What verify concludes: three claims for each item, and the causes of what is not seen."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from reconciler.model.address import Address

ALL_VISIBLE, TOKEN, WAITING, NOT_VISIBLE = 0, 9, 10, 11


class Answered(StrEnum):
    """The answer to one of the three questions; UNKNOWN says that nobody could tell."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class CauseName(StrEnum):
    """Why something is not visible: the closed set that a finding chooses from."""

    NOT_APPLIED = "not_applied"
    OPERATOR_STEP = "operator_step"
    CANCELLED = "cancelled"
    WRONG_CUSTOMER = "wrong_customer"
    WRONG_LOCATION = "wrong_location"
    UNCONFIRMED = "unconfirmed"
    NO_PRICE = "no_price"
    HOLD = "hold"
    NOT_SYNCHRONISED = "not_synchronised"
    BEFORE_SHIP_DATE = "before_ship_date"
    AGE_LIMIT = "age_limit"
    HIDDEN_ON_HAND = "hidden_on_hand"
    HIDDEN_FUTURE = "hidden_future"
    ORDER_DAYS = "order_days"
    SOLD = "sold"
    ARRIVED = "arrived"
    LINE_HELD = "line_held"
    NO_STOCK = "no_stock"
    NO_TRANSACTIONAL_ACCESS = "no_transactional_access"
    OTHER_TOKEN = "other_token"
    TOKEN_REFUSED = "token_refused"


class Cause(Struct, frozen=True):
    """One cause: what speaks for it, what to do, and a test by a person where one settles it."""

    name: CauseName
    text: str
    remedy: str
    test: str = ""


class Claim(Struct, frozen=True):
    """One answer with what was read for it, and when; `at` is None where nothing was read."""

    answered: Answered
    text: str
    at: datetime | None = None


class Finding(Struct, frozen=True):
    """One item of an order, or one reservation, as its customer sees it.

    `causes` is empty exactly when it is visible, has one member where the evidence settles it, and else the
    candidates that remain, the likeliest first.
    """

    address: Address
    item: str | None
    customer: str
    headline: str
    wanted: int
    seen: int
    accepted: Claim
    stored: Claim
    visible: Claim
    causes: tuple[Cause, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether the customer sees it."""
        return self.visible.answered is Answered.YES


class Unverifiable(Struct, frozen=True):
    """A customer whose eyes we do not have. `is_fault`: there should be a token, and it cannot be used."""

    customer: str
    text: str
    remedy: str
    addresses: tuple[Address, ...]
    is_fault: bool = False


class Calls(Struct, frozen=True):
    """Calls that were announced and made, and how many of them found out why something is not seen."""

    predicted: int = 0
    made: int = 0
    diagnosis: int = 0


class Verification(Struct, frozen=True):
    """All findings, by address and item. `settled` orders have shipped and were not asked about."""

    findings: tuple[Finding, ...]
    unverifiable: tuple[Unverifiable, ...] = ()
    settled: tuple[Address, ...] = ()
    calls: Calls = field(default_factory=Calls)
    rounds: int = 1

    @property
    def exit_code(self) -> int:
        """11 when something is not visible, else 9 when a token is missing or refused, else 0."""
        refused = {CauseName.TOKEN_REFUSED}
        names = [{cause.name for cause in each.causes} for each in self.findings if not each.is_visible]
        if any(each - refused for each in names):
            return NOT_VISIBLE
        return TOKEN if names or any(each.is_fault for each in self.unverifiable) else ALL_VISIBLE


def exit_code_after(applied: int, found: Verification) -> int:
    """The exit code of an apply that was verified. What went wrong with the apply itself wins.

    Where it ended well or only waits for people (10), verify's own code counts; but what is not seen for no
    other reason than that people have not done their steps is 10 still: that is what is to be done.
    """
    if applied not in (ALL_VISIBLE, WAITING):
        return applied
    causes = {cause.name for each in found.findings if not each.is_visible for cause in each.causes}
    if applied == WAITING and causes <= {CauseName.OPERATOR_STEP}:
        return TOKEN if found.exit_code == TOKEN else WAITING
    return found.exit_code
