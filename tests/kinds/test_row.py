"""Reading Komet's answers in every spelling that they come in (Komet API §1.7)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UnexpectedAnswer
from reconciler.kinds.row import Row


def row(value: object) -> Row:
    return Row("purchase.order.list", "purchaseOrders[0].", {"key": value})


@pytest.mark.parametrize("empty", [None, ""])
def test_absent_null_and_empty_are_the_same(empty: object) -> None:
    """Nothing is nothing, however it is said."""
    for each in (row(empty), Row("m", "", {})):
        assert each.text("key") == ""
        assert each.integer("key") is None
        assert each.decimal("key") is None
        assert each.date("key") == ""
        assert each.row("key") is None
        assert list(each.rows("key")) == []


@pytest.mark.parametrize("value", [5, "5", " 5 ", Decimal(5), Decimal("5.0"), "5.00", "0005"])
def test_a_whole_number_comes_in_many_forms(value: object) -> None:
    """As a number or as text, with zeros behind or before."""
    assert row(value).integer("key") == 5
    assert row(value).required("key") == 5


@pytest.mark.parametrize("value", ["1,234.50", "1234.5", Decimal("1234.5"), " 1,234.5000 "])
def test_an_amount_may_have_thousands_commas(value: object) -> None:
    """Amounts that are text carry commas."""
    assert row(value).decimal("key") == Decimal("1234.5")


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        *((yes, True) for yes in (1, "1", True, "true", "True", "TRUE", "yes", " 1 ", Decimal(1))),
        *((no, False) for no in (0, "0", False, "false", "False", "no", "", Decimal(0))),
    ],
)
def test_a_truth_value_comes_in_many_forms(value: object, truth: bool) -> None:
    """1, "1" and true are one thing; an absent flag is what it is by default."""
    assert row(value).flag("key", not truth) is truth
    assert row(None).flag("key", True) is True
    assert row(None).flag("key", False) is False


@pytest.mark.parametrize("value", ["2027-02-01", "2027-02-01T10:00:00", "2027-02-01 10:00:00.0"])
def test_a_date_is_cut_off_its_time(value: str) -> None:
    """Only the day counts."""
    assert row(value).date("key") == "2027-02-01"


@pytest.mark.parametrize("value", [{"a": 1}, [{"a": 1}]])
def test_an_object_may_come_as_a_list_of_one(value: object) -> None:
    """customer.details.get is called an array in the documents and shows an object."""
    found = row(value).row("key")
    assert found is not None and found.integer("a") == 1


READERS: dict[str, Callable[[Row], object]] = {
    "text": lambda each: each.text("key"),
    "integer": lambda each: each.integer("key"),
    "decimal": lambda each: each.decimal("key"),
    "flag": lambda each: each.flag("key", True),
    "date": lambda each: each.date("key"),
    "rows": lambda each: list(each.rows("key")),
    "row": lambda each: each.row("key"),
}


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", True),
        ("text", ["a"]),
        ("integer", True),
        ("integer", "5.5"),
        ("integer", Decimal("5.5")),
        ("integer", "five"),
        ("decimal", "1.2.3"),
        ("decimal", "NaN"),
        ("decimal", "Infinity"),
        ("decimal", "1e30"),
        ("decimal", True),
        ("flag", "maybe"),
        ("flag", 2),
        ("date", "01/02/2027"),
        ("date", "2027-02-30"),
        ("rows", {"a": 1}),
        ("rows", ["a"]),
        ("row", "text"),
        ("row", [{"a": 1}, {"b": 2}]),
    ],
)
def test_what_cannot_be_is_said_with_its_place(reader: str, value: object) -> None:
    """An answer of another form is an error that names method and member, never a wrong value."""
    with pytest.raises(UnexpectedAnswer) as caught:
        READERS[reader](row(value))
    assert "purchase.order.list" in str(caught.value) and "purchaseOrders[0].key" in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(json_values, st.sampled_from(sorted(READERS)))
def test_whatever_comes_it_is_read_or_refused(value: object, reader: str) -> None:
    """No value of an answer raises anything but `UnexpectedAnswer`."""
    with suppress(UnexpectedAnswer):
        READERS[reader](row(value))


@pytest.mark.parametrize("value", [2**63, -(2**63), 10**400, "9" * 300, Decimal("1e20")])
def test_a_whole_number_fits_into_a_database(value: object) -> None:
    """Komet's ids have 64 bits at most."""
    with pytest.raises(UnexpectedAnswer, match=r"a whole number|an amount"):
        row(value).integer("key")


@pytest.mark.parametrize(
    "value",
    ["1e-999999999", "1e999999999", "0e-999999999", "0e999999", "1_000", "１２", "0." + "0" * 300 + "1"],
)
def test_an_amount_can_be_written_down(value: object) -> None:
    """What Python reads as a number and would fill gigabytes when written out, or no JSON holds, is none."""
    with pytest.raises(UnexpectedAnswer, match="an amount"):
        row(value).decimal("key")
