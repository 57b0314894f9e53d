"""The orders of a plan by ISO week and day."""

from __future__ import annotations

from datetime import date

from reconciler.model.change import Action, AttributeChange, Reason
from reconciler.model.plan import Plan, ShipDay
from reconciler.report.calendar import KEEP, MOST, Day, Entry, Gap, Quiet, Week, quietened, weeks_of
from reconciler.report.document import plan_document
from report.plans import full_document, numbered, order, plan_of


def week(plan: Plan, place: int = 0) -> Week:
    """One week of a plan's calendar."""
    found = weeks_of(plan_document(plan))[place]
    assert isinstance(found, Week)
    return found


def test_weeks_are_those_of_iso() -> None:
    """From Monday to Sunday; the first days of January may belong to the year before."""
    found = week(plan_of(calendar=(ShipDay("prebooks", "2027-01-03", 2, 24),)))
    assert (found.year, found.number, found.span) == (2026, 53, "28 Dec – 3 Jan")
    assert [day.date.isoweekday() for day in found.days] == [1, 2, 3, 4, 5, 6, 7]
    assert found.days[6].entries == (Entry("prebooks", KEEP, "2", 24),)


def test_weeks_without_orders_are_one_line() -> None:
    """Between the first and the last week nothing is left out silently."""
    assert [each.weeks if isinstance(each, Gap) else each.number for each in weeks_of(full_document())] == [
        *(5, 6, 5, 12, 4, 17),
    ]


def test_a_week_counts_what_will_stand_there() -> None:
    """What leaves or goes is shown and not counted."""
    found = weeks_of(full_document())
    counted = [(each.number, each.orders, each.boxes) for each in found if isinstance(each, Week)]
    assert counted == [(5, 7, 284), (6, 4, 74), (12, 0, 0), (17, 4, 240)]


def test_an_order_that_moves_stands_on_both_days() -> None:
    """On the one it is told where it goes."""
    moving = order(
        "weekly",
        Action.REPLACE,
        Reason.ONLY_VIA_REPLACEMENT,
        "2027-02-10",
        (AttributeChange(("ship_date",), "2027-02-04", "2027-02-10"),),
    )
    plan = plan_of(moving, calendar=())
    assert week(plan, 0).days[3].entries == (
        Entry("purchase_orders", "replace", "weekly", 40, 0, date(2027, 2, 10)),
    )
    assert week(plan, 1).days[2].entries == (Entry("purchase_orders", "replace", "weekly", 40, 0),)


def test_an_order_that_goes_stands_where_it_stood() -> None:
    """Its date is that of Komet, or where the plan shows none the one that is remembered."""
    attributes = (AttributeChange(("items", "line 1"), {"boxes": 8}, None),)
    gone = order("easter", Action.DELETE, Reason.NOT_IN_CONFIG, "2027-03-22", attributes)
    assert week(plan_of(gone, calendar=())).days[0].entries == (
        Entry("purchase_orders", "delete", "easter", 8, 0),
    )


def test_a_crowded_day_counts_the_rest() -> None:
    """A few are named."""
    one = numbered(8).changes[1]
    day: Day = week(plan_of(*[one] * (MOST + 3), calendar=())).days[0]
    assert (len(day.entries), day.hidden) == (MOST, 3)


def test_what_is_no_date_is_left_out() -> None:
    """A document that somebody made up does not stop the page."""
    document = dict(plan_document(plan_of(calendar=(ShipDay("prebooks", "soon", 1, 1),))))
    assert weeks_of(document) == ()


def test_what_stays_as_it_is_is_brought_together() -> None:
    """Weeks in a row that no change touches are one, with the gaps between them."""
    days = ("2027-01-06", "2027-01-13", "2027-02-01", "2027-02-10", "2027-03-22", "2027-04-26", "2027-04-30")
    plan = full_document(calendar=tuple(ShipDay("purchase_orders", day, 2, 24) for day in days))
    shown = quietened(weeks_of(plan))
    assert [type(each) for each in shown] == [Quiet, Week, Week, Gap, Week, Quiet]
    first, last = shown[0], shown[-1]
    assert isinstance(first, Quiet) and isinstance(last, Quiet)
    assert (first.count, first.boxes, first.span) == (2, 48, "4 Jan – 17 Jan")
    assert (last.count, last.boxes, len(last.quiet)) == (1, 48, 2)
