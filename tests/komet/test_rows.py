"""Rows are read for speed, and say what Python's own reader says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thorough import tried

from reconciler.errors import UnexpectedAnswer
from reconciler.komet.methods import method_named
from reconciler.komet.rows import outline, read_json

STOCK = method_named("inventory.list")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
odd = (
    *("-0", "-0.0", "1E+5", "1e400", "1e-400", "0e99", "1.50", "0.10000000000000000001", "9" * 400),
    *("18446744073709551615", "18446744073709551616", "-9223372036854775809", "NaN", "-Infinity"),
    *('"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\ufeff\u2028\x7f"', '"\x01"', "[1,]", "01", "1.", "+1"),
    *('{"a":1,"a":2.50}', '" 1,234.50 "', "[" * 50 + "]" * 50),
)


def read(text: str) -> object:
    """What the row `text` says, None where it cannot be read; one that no outline shows is read otherwise."""
    found = outline(STOCK, f'{{"inventoryItems":[{text}]}}'.encode())
    try:
        return expected(text) if found is None else repr(dict(found["inventoryItems"][0]))
    except UnexpectedAnswer:
        return None


def expected(text: str) -> object:
    try:
        return repr(read_json(text))
    except ValueError:
        return None


@pytest.mark.parametrize("value", odd, ids=ascii)
def test_an_odd_value_is_read_to_the_letter(value: str) -> None:
    """Amounts keep their digits, large numbers stay whole, and what is no JSON is refused."""
    assert read(f'{{"key":{value}}}') == expected(f'{{"key":{value}}}')


@tried(60)
@given(st.dictionaries(st.text(max_size=4), values, max_size=4), st.booleans())
def test_a_row_is_read_as_json_is(row: dict[str, object], is_ascii: bool) -> None:
    """Whatever a row holds, to the type."""
    try:
        text = json.dumps(row, ensure_ascii=is_ascii).encode().decode()
    except UnicodeEncodeError:
        text = json.dumps(row)
    assert read(text) == expected(text)
