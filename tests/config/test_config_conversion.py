"""Values as they are kept: simple JSON from which the typed ones come back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.attributes import Attributes, kept_bytes
from reconciler.config.conversion import convert, simplify
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.model.address import KINDS
from reconciler.model.value import Json, plain

NUMBERS = st.integers(-(10**39), 10**39) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30
).map(lambda number: number if number else Decimal(0))


CASES = Path(__file__).resolve().parents[1] / "cases"


def written(kind: str) -> list[object]:
    """Every resource of a kind in the cases, as YAML says it."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*/config/*.yaml"))[::5]]
    documents = [read_document(SourceFile("x.yaml", text)).value for text in texts]
    sections = [each.get(kind) for each in documents if isinstance(each, dict)]
    return [value for section in sections if isinstance(section, dict) for value in section.values()]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_is_the_plain_form_and_gives_back_the_typed_one(kind: str) -> None:
    """Of the resources of every fifth file of the cases."""
    assert written(kind)
    for value in written(kind):
        typed, simple = convert(kind, value)[0], simplify(kind, value)[0]
        assert simple == plain(typed)
        assert repr(convert(kind, simple)[0]) == repr(convert(kind, plain(typed))[0])
        assert Attributes(kind, kept_bytes(simple)) == typed


@given(NUMBERS)
def test_amounts_are_text_and_too_many_decimals_are_seen_by_both(number: int | Decimal) -> None:
    """However a number is written."""
    value = {"items": {"a": {"cost": number, "price": None}}}
    (typed, found), (simple, also_found) = (
        convert("purchase_orders", value),
        simplify("purchase_orders", value),
    )
    assert simple == plain(typed)
    assert found == also_found


@given(st.integers(-(10**30), 10**30), st.booleans())
def test_counts_are_whole_numbers(number: int, has_point: bool) -> None:
    """Also where they are written with a point; true is none of them."""
    value = {"items": {"a": {"boxes": Decimal(number) if has_point else number}}}
    simple, _ = simplify("purchase_orders", value)
    assert repr(simple) == repr({"items": {"a": {"boxes": number}}})


def test_attributes_are_read_when_asked_for() -> None:
    """They are a mapping like any other, in the order in which they were written."""
    simple: dict[str, Json] = {
        "vendor": "R",
        "ship_date": "2027-02-01",
        "items": {"b": {"cost": "0.3"}, "a": {}},
    }
    attributes = Attributes("purchase_orders", kept_bytes(simple))
    assert [*attributes] == ["vendor", "ship_date", "items"]
    assert len(attributes) == 3
    assert attributes == convert("purchase_orders", simple)[0]
    assert repr(attributes) == repr(convert("purchase_orders", simple)[0])
    assert attributes["items"] is attributes["items"]
