"""Files that do not exist yet: of a size that people like to maintain, and grouped as they think."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config.draft import MOST_LINES, draft_texts
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_writing import LONGEST_LINE, block_lines
from reconciler.model.value import Value

FIRST = date(2027, 1, 4)


def orders(count: int, days: int, lines: int = 6) -> dict[str, dict[str, Value]]:
    """Orders of `lines` lines, on `days` days one after the other."""
    return {
        f"order-{place:04}": {
            "ship_date": FIRST + timedelta(days=place % days),
            **{f"attribute-{number}": number for number in range(lines - 2)},
        }
        for place in range(count)
    }


@pytest.mark.parametrize(
    ("count", "days", "names"),
    [
        (0, 1, []),
        (160, 60, ["orders.yaml"]),
        (300, 60, ["orders/2027-01.yaml", "orders/2027-02.yaml", "orders/2027-03.yaml"]),
        (300, 14, ["orders/2027-w01.yaml", "orders/2027-w02.yaml"]),
        (300, 3, ["orders/2027-01-04.yaml", "orders/2027-01-05.yaml", "orders/2027-01-06.yaml"]),
        (300, 1, ["orders.yaml"]),
    ],
)
def test_as_few_files_as_are_not_too_long(count: int, days: int, names: list[str]) -> None:
    """One, or one for each month, week or day; what cannot be parted stays whole."""
    texts = draft_texts("orders", orders(count, days))
    assert [*texts] == names
    assert all(text.count("\n") <= MOST_LINES for text in texts.values()) or names == ["orders.yaml"]


def test_stock_is_filed_by_where_it_lies_and_customers_by_their_letter() -> None:
    """By location, and by customer there if that is too long, but not in hundreds of tiny files; what no file
    may be called is spelt out."""
    stock: dict[str, dict[str, Value]] = {
        f"rose-{place}": {
            "location": ("MIA", "L/A")[place % 2],
            "customer": f"shop-{place % 4 // 2}",
            "boxes": 4,
        }
        for place in range(600)
    }
    assert [*draft_texts("reservations", stock)] == [
        "reservations/l-a-shop-0.yaml",
        "reservations/l-a-shop-1.yaml",
        "reservations/mia-shop-0.yaml",
        "reservations/mia-shop-1.yaml",
    ]
    of_many = {name: {**each, "customer": f"shop-{name}"} for name, each in stock.items()}
    assert [*draft_texts("reservations", of_many)] == ["reservations/l-a.yaml", "reservations/mia.yaml"]
    customers: dict[str, dict[str, Value]] = {
        f"{'abc'[place % 3]}-{place}": {"name": "A"} for place in range(900)
    }
    assert [*draft_texts("customers", customers)] == [f"customers/{letter}.yaml" for letter in "abc"]


@settings(max_examples=15)
@given(st.integers(0, 400), st.integers(1, 80), st.integers(3, 12))
def test_every_resource_stands_in_one_file_as_it_is(count: int, days: int, lines: int) -> None:
    """Nothing is lost or doubled, whatever the grouping."""
    wanted = orders(count, days, lines)
    read: dict[str, object] = {}
    for name, text in draft_texts("orders", wanted).items():
        section: Any = read_document(SourceFile(name, text)).value
        assert not read.keys() & section["orders"].keys()
        read |= section["orders"]
    assert {name: {**each, "ship_date": str(each["ship_date"])} for name, each in wanted.items()} == read


def test_what_is_too_long_for_a_line_goes_over_several() -> None:
    """A mixed box: its attributes a line each, and if need be its products too; it reads back the same."""
    parts: list[Value] = [
        {"product": "RSFRE60", "bunches": place, "stems": 10, "cost": 3} for place in range(1, 6)
    ]
    item: dict[str, Value] = {"product": "MIXROSE", "box_type": "QB", "boxes": 5, "breakdown": parts}
    lines = list(block_lines("mixed", item))
    assert lines[:4] == ["mixed:", "  product: MIXROSE", "  box_type: QB", "  boxes: 5"]
    assert lines[4:6] == ["  breakdown:", "    - {product: RSFRE60, bunches: 1, stems: 10, cost: 3}"]
    assert all(len(line) <= LONGEST_LINE for line in lines)
    assert read_document(SourceFile("x.yaml", "\n".join(lines))).value == {"mixed": item}
