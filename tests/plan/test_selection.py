"""The part of a plan that `--target` and `--exclude` leave, and its order."""

from __future__ import annotations

import pytest

from plan.making import change
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.plan.order import in_order
from reconciler.plan.selection import select

CUSTOMER = change("customers.bloomnet")
OTHER = change("customers.other")
WEEKLY = change("purchase_orders.weekly", needs=["customers.bloomnet"])
MONTHLY = change("purchase_orders.monthly", needs=["customers.other"])
PREBOOK = change("prebooks.week-6", needs=["purchase_orders.weekly", "customers.unchanged"])
ALL = (CUSTOMER, OTHER, WEEKLY, MONTHLY, PREBOOK)
KNOWN = {each.address for each in ALL} | {Address("customers", "unchanged")}


@pytest.mark.parametrize(
    ("targets", "excludes", "left"),
    [
        ((), (), ALL),
        (("purchase_orders.weekly",), (), (CUSTOMER, WEEKLY)),
        (("prebooks.*",), (), (CUSTOMER, WEEKLY, PREBOOK)),
        (("customers.unchanged",), (), ()),
        (("customers.*",), (), (CUSTOMER, OTHER)),
        ((), ("customers.bloomnet",), (OTHER, MONTHLY)),
        ((), ("prebooks.week-6",), (CUSTOMER, OTHER, WEEKLY, MONTHLY)),
        (("prebooks.*", "purchase_orders.monthly"), ("customers.other",), (CUSTOMER, WEEKLY, PREBOOK)),
        (("*",), ("*",), ()),
    ],
)
def test_a_selection_is_whole(
    targets: tuple[str, ...], excludes: tuple[str, ...], left: tuple[object, ...]
) -> None:
    """What a target needs comes along, and what needs something excluded stays behind."""
    assert select(ALL, KNOWN, targets, excludes) == left


@pytest.mark.parametrize("pattern", ["purchase_orders.nothing", "weekly", "", "PURCHASE_ORDERS.*"])
def test_a_pattern_that_matches_nothing_is_an_error(pattern: str) -> None:
    """A safety argument that does nothing is never ignored."""
    with pytest.raises(UsageError, match="matches no address"):
        select(ALL, KNOWN, (pattern,), ())
    with pytest.raises(UsageError, match="matches no address"):
        select(ALL, KNOWN, (), (pattern,))


def test_changes_come_in_the_order_of_what_they_need_and_deletes_backwards() -> None:
    """Customers, then orders, then what draws on them; what goes, goes last and the other way round."""
    gone = [change(f"{kind}.gone", Action.DELETE) for kind in ("customers", "purchase_orders", "prebooks")]
    ordered = in_order([*gone, *reversed(ALL)])
    assert [str(each.address) for each in ordered] == [
        *("customers.bloomnet", "customers.other", "purchase_orders.monthly", "purchase_orders.weekly"),
        *("prebooks.week-6", "prebooks.gone", "purchase_orders.gone", "customers.gone"),
    ]
