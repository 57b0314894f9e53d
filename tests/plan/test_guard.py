"""Guards judge a plan and name themselves, the limit and the figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from plan.making import change
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.change import Action, AttributeChange, Change, ReservedBoxes
from reconciler.model.origin import Origin
from reconciler.model.plan import Verdict
from reconciler.model.project import Freeze, GuardSettings
from reconciler.plan.guard import BY_ADDRESS, GUARDS, Judged, is_protected, judge_plan

TODAY = date(2027, 1, 4)
OPEN = GuardSettings(
    max_deletes=None, max_delete_share=None, max_changes=None, max_price_change=None, min_margin=None
)
KIND = "purchase_orders"
ADDRESS = "purchase_orders.weekly"
SHELF = GuardSettings(min_margin=None, max_reserved_share=Decimal("0.8"))


def judged(
    changes: Sequence[Change],
    managed: int = 0,
    wanted: int = 0,
    settings: GuardSettings = OPEN,
    files: frozenset[str] | None = None,
    known: frozenset[Address] | None = None,
) -> Judged:
    return Judged(changes, {KIND: managed}, {KIND: wanted}, TODAY, settings, files, known)


def reserving(boxes: int) -> Change:
    """One box more beside `boxes` that stand reserved, of ten."""
    return change(reserved=(ReservedBoxes("RSFRE60 in MIA", boxes, 1, 0, 10),))


def gone_from(file: str | None) -> Change:
    """A delete of what stood in `file` when it was last applied."""
    origin = Origin(file, 3) if file is not None else None
    return replace(change(action=Action.DELETE), origin=origin)


def refusals(of: Judged, *allowed: str) -> list[str]:
    """The flags of the guards that refuse."""
    return [each.flag for each in judge_plan(of, allowed) if each.verdict is Verdict.REFUSED]


def deletes(count: int) -> list[Change]:
    return [change(f"{KIND}.order-{place}", Action.DELETE) for place in range(count)]


def priced(before: str | None, after: str | None) -> Change:
    return change(attributes=[AttributeChange(("items", "freedom", "price"), before, after)])


def costing(price: str | None, cost: str | None) -> Change:
    item: dict[str, Any] = {"name": "freedom", "price": price, "content": {"cost": cost}}
    return change(wanted={"items": [item]})


SHARE = GuardSettings(max_deletes=None, max_delete_share=Decimal("0.3"), min_margin=None)
MARGIN = GuardSettings(min_margin=Decimal("0.1"))
TEN = GuardSettings(max_commitment=Decimal(10))
PROTECTED, PAST = "protected:purchase_orders.weekly", "past_date:purchase_orders.weekly"
JANUARY = GuardSettings(freeze=(Freeze(date(2027, 1, 4), date(2027, 1, 4), "Stocktaking"),))
FEBRUARY = GuardSettings(freeze=(Freeze(date(2027, 1, 5), date(2027, 2, 1), "Season"),))


@pytest.mark.parametrize(
    ("of", "flags"),
    [
        (judged(deletes(5), 50, 45, GuardSettings()), []),
        (judged(deletes(6), 50, 44, GuardSettings(max_delete_share=None)), ["max_deletes"]),
        (judged(deletes(3), 10, 7, SHARE), []),
        (judged(deletes(4), 10, 6, SHARE), ["max_delete_share"]),
        (judged(deletes(4), 9, 5, SHARE), []),
        (judged(deletes(9), 9, 0, SHARE), ["empty"]),
        (judged(deletes(1), 1, 0), []),
        (judged(deletes(2), 2, 1), []),
        (judged([change()] * 3, settings=GuardSettings(max_changes=2)), ["max_changes"]),
        (judged([change()] * 2, settings=GuardSettings(max_changes=2)), []),
        (judged([change(commitment="10.01")], settings=TEN), ["max_commitment"]),
        (judged([change(commitment="10.00")], settings=TEN), []),
        (judged([priced("0.40", "0.60")], settings=GuardSettings()), []),
        (judged([priced("0.40", "0.61")], settings=GuardSettings()), ["max_price_change"]),
        (judged([priced("0.40", "0.19")], settings=GuardSettings()), ["max_price_change"]),
        (judged([priced("0", "0.01")], settings=GuardSettings()), ["max_price_change"]),
        (judged([priced(None, "99")], settings=GuardSettings()), []),
        (judged([costing("1.00", "0.90")], settings=MARGIN), []),
        (judged([costing("1.00", "0.91")], settings=MARGIN), ["min_margin"]),
        (judged([costing("0", "0")], settings=MARGIN), ["min_margin"]),
        (judged([costing(None, "0.91")], settings=MARGIN), []),
        (judged([costing("0.27", "0.28")], settings=GuardSettings()), ["min_margin"]),
        (judged([change()], settings=JANUARY), ["freeze"]),
        (judged([], settings=JANUARY), []),
        (judged([change()], settings=FEBRUARY), []),
        (judged([change(action=Action.DELETE, policy={"protected": True})], 2, 1), [PROTECTED]),
        (judged([change(action=Action.REPLACE, policy={"protected": True})]), [PROTECTED]),
        (judged([change(policy={"protected": True})]), []),
        (judged([change(action=Action.CREATE, wanted={"ship_date": "2027-01-03"})]), [PAST]),
        (judged([change(action=Action.CREATE, wanted={"ship_date": "2027-01-04"})]), []),
        (judged([change(wanted={"ship_date": "2027-01-03"})]), []),
        (judged([change(endangered=("line 1",))]), ["confirmed:purchase_orders.weekly"]),
        (judged([gone_from("config/orders.yaml")], files=frozenset({"config/a.yaml"})), ["lost_file"]),
        (judged([gone_from("config/orders.yaml")], files=frozenset({"config/orders.yaml"})), []),
        (judged([gone_from(None)], files=frozenset()), []),
        (judged([replace(change(wanted={}), origin=Origin("config/orders.yaml", 1))], files=frozenset()), []),
        (judged([reserving(8)], settings=SHELF), ["max_reserved_share"]),
        (judged([reserving(7)], settings=SHELF), []),
    ],
)  # fmt: skip
def test_a_guard_refuses_what_is_beyond_its_limit_and_nothing_else(of: Judged, flags: list[str]) -> None:
    """The limit itself is allowed; what is beyond it is refused, and by no other guard."""
    assert refusals(of) == flags
    assert refusals(of, *flags) == []
    assert {each.verdict for each in judge_plan(of, flags)} <= {Verdict.PASSED, Verdict.ALLOWED}
    others = {f"{name}:{ADDRESS}" if name in BY_ADDRESS else name for name in GUARDS} - set(flags)
    assert refusals(of, *sorted(others)) == flags


def test_each_lost_file_is_named() -> None:
    """What stood in which file, and how many of it would go; one word allows all of it."""
    lost = [gone_from("config/b.yaml"), gone_from("config/a.yaml"), gone_from("config/b.yaml")]
    verdicts = [each for each in judge_plan(judged(lost, files=frozenset()), ()) if each.flag == "lost_file"]
    assert [each.detail for each in verdicts] == [
        "nothing is written in config/a.yaml any more, and 1 of its resources would go",
        "nothing is written in config/b.yaml any more, and 2 of its resources would go",
    ]


@pytest.mark.parametrize("argument", ["confirmed:purchase_orders.weekley", "protected:customers.nobody"])
def test_allowing_an_address_that_nobody_knows_is_an_error(argument: str) -> None:
    """A typing error in a safety argument is never ignored; one that is not needed does no harm."""
    known = frozenset({change().address})
    with pytest.raises(UsageError, match="no address of the configuration"):
        judge_plan(judged([], known=known), (argument,))
    assert judge_plan(judged([], known=known), (f"confirmed:{ADDRESS}",))


def test_what_is_allowed_for_one_address_is_refused_for_another() -> None:
    """A flag with an address lets through exactly that resource."""
    both = [change(f"{KIND}.{name}", endangered=("line 1",)) for name in ("one", "two")]
    assert refusals(judged(both), f"confirmed:{KIND}.one") == [f"confirmed:{KIND}.two"]


def test_a_refusal_names_figure_and_limit() -> None:
    """Whoever is refused knows by how much."""
    (verdict,) = (
        each
        for each in judge_plan(judged(deletes(6), 50, 44, GuardSettings()), ())
        if each.flag == "max_deletes"
    )
    assert verdict.detail == "6 deletes, 5 are allowed"


def test_every_guard_has_its_say() -> None:
    """A plan without changes is passed by all, each named, in order."""
    verdicts = judge_plan(judged([]), ())
    assert [each.name for each in verdicts] == sorted(GUARDS)
    assert {each.verdict for each in verdicts} == {Verdict.PASSED}


@pytest.mark.parametrize(
    "argument",
    [
        *("max_delete", "", "confirmed", "protected", "confirmed:", "confirmed:weekly"),
        "max_deletes:purchase_orders.weekly",
    ],
)
def test_an_argument_that_allows_nothing_is_an_error(argument: str) -> None:
    """An unknown or unusable safety argument is never ignored."""
    with pytest.raises(UsageError):
        judge_plan(judged([]), (argument,))


def test_what_is_allowed_by_address_is_a_guard() -> None:
    """The register of guards that take an address holds no name of none."""
    assert set(GUARDS) > BY_ADDRESS


@pytest.mark.parametrize(
    ("pattern", "protects"),
    [("purchase_orders.week*", True), ("*", True), ("purchase_orders.WEEK*", False), ("customers.*", False)],
)
def test_protection_goes_by_pattern(pattern: str, protects: bool) -> None:
    """A pattern matches whole addresses, letter for letter."""
    assert is_protected(change().address, GuardSettings(protected=(pattern,))) is protects
