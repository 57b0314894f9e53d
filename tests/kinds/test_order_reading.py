"""Which list calls find a set of orders."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.orders.calls import SAFE_REQUEST
from reconciler.kinds.orders.reading import choose_calls, order_queries
from reconciler.kinds.schema import load_schema

DATES = ("", "2027-02-01", "2027-02-02", "2027-02-03", "2027-02-04")
dated = st.dictionaries(st.integers(1, 30).map(lambda n: f"P{n:06}"), st.sampled_from(DATES), max_size=12)
forced = st.frozensets(st.sampled_from(DATES[1:]), max_size=3)


@given(forced, dated, st.integers(1, 5))
def test_every_order_is_read_and_no_date_is_forgotten(
    dates: frozenset[str], orders: dict[str, str], per_call: int
) -> None:
    """Each order stands in a batch of numbers or on a date that is read; the forced dates are read."""
    calls = choose_calls(dates, orders, per_call)
    assert dates <= set(calls.dates)
    assert "" not in calls.dates
    for number, date in orders.items():
        assert (number in calls.numbers) != (date in calls.dates)


@given(forced, dated, st.integers(1, 5))
def test_no_choice_of_dates_takes_fewer_calls(
    dates: frozenset[str], orders: dict[str, str], per_call: int
) -> None:
    """Held against every subset of the dates, the choice is the cheapest."""
    free = sorted(set(orders.values()) - dates - {""})
    cheapest = min(
        len(dates)
        + len(chosen)
        + -(-sum(date not in dates and date not in chosen for date in orders.values()) // per_call)
        for size in range(len(free) + 1)
        for chosen in combinations(free, size)
    )
    assert choose_calls(dates, orders, per_call).count(per_call) == cheapest


@given(forced, dated, st.integers(1, 5))
def test_the_queries_are_as_many_as_were_counted(
    dates: frozenset[str], orders: dict[str, str], per_call: int
) -> None:
    """Counting and asking agree, and no batch is larger than it may be."""
    calls = choose_calls(dates, orders, per_call)
    queries = order_queries(calls, "purchase.order.list", per_call)
    assert len(queries) == calls.count(per_call)
    batches = [str(query.params["number"]).split(",") for query in queries if "number" in query.params]
    assert all(len(batch) <= per_call for batch in batches)
    assert [number for batch in batches for number in batch] == list(calls.numbers)


def test_as_many_numbers_as_a_project_may_ask_for_fit_into_a_call() -> None:
    """Numbers are text of up to ten characters (Komet API §5.3), and a comma may take three (A16)."""
    komet = load_schema("project")["$defs"]["komet"]["properties"]
    assert komet["numbers_per_call"]["maximum"] * (10 + len("%2C")) < SAFE_REQUEST


@given(dated, st.randoms(use_true_random=False))
def test_the_choice_does_not_depend_on_the_order_of_orders(orders: dict[str, str], random: Random) -> None:
    """The same orders in another order are read by the same calls."""
    turned = list(orders.items())
    random.shuffle(turned)
    assert choose_calls((), dict(turned), 3) == choose_calls((), orders, 3)
