"""New values into YAML text: what is wanted is there, and nothing else has moved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from yaml_written import written

from reconciler.config.rewrite import REMOVED, Removed, RewriteRefused, is_same, rewrite
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_writing import block_lines
from reconciler.model.value import Path, Value

BEFORE = """\
# top
orders:
  weekly:   # the weekly
    vendor: ROSALEDA # v
    number: "P1"
    tags: [a, "b"]   # t
    mails:
      - x   # xx
      - y
    items:
      # first
      freedom: {product: RSFRE60,  boxes: 40, cost: 0.30}  # f
      # second
      mondial: {product: RSMON60, boxes: 20}

  # other
  other: {a: 1,
     b: 2, # two
     c: 3}
"""
WEEKLY: dict[str, Value] = {
    "vendor": "ROSALEDA",
    "number": "P1",
    "tags": ["a", "b"],
    "mails": ["x", "y"],
    "items": {
        "freedom": {"product": "RSFRE60", "boxes": 40, "cost": Decimal("0.3")},
        "mondial": {"product": "RSMON60", "boxes": 20},
    },
}


def rewritten(changes: dict[Path, Value | Removed], text: str = BEFORE) -> str:
    """`text` with the changes."""
    return rewrite(SourceFile("x.yaml", text), changes)


def weekly(**changes: Value) -> dict[Path, Value | Removed]:
    """The order with other attributes, or without those that are None."""
    kept = {**WEEKLY, **changes}
    return {("orders", "weekly"): {key: value for key, value in kept.items() if value is not None}}


CHANGES: dict[str, tuple[dict[Path, Value | Removed], str, str]] = {
    "a plain value": (weekly(vendor="ALTA"), "vendor: ROSALEDA # v", "vendor: ALTA # v"),
    "a value in quotes": (weekly(number="P2"), 'number: "P1"', 'number: "P2"'),
    "a text that needs quotes": (weekly(vendor="057116"), "vendor: ROSALEDA", 'vendor: "057116"'),
    "a word that others read as no": (weekly(vendor="NO"), "vendor: ROSALEDA", 'vendor: "NO"'),
    "an entry of a flow list": (weekly(tags=["c", "b"]), "[a, ", "[c, "),
    "one more in a flow list": (weekly(tags=["a", "b", "c"]), '"b"]', '"b", c]'),
    "one less in a flow list": (weekly(tags=["b"]), '[a, "b"]', '["b"]'),
    "an entry of a list": (weekly(mails=["x", "z"]), "- y", "- z"),
    "one more in a list": (weekly(mails=["x", "y", "z"]), "      - y\n", "      - y\n      - z\n"),
    "one less in a list": (weekly(mails=["y"]), "      - x   # xx\n", ""),
    "an attribute that goes": (weekly(number=None), '    number: "P1"\n', ""),
    "a date that comes": (
        weekly(day=date(2027, 2, 1)),
        "boxes: 20}\n",
        "boxes: 20}\n    day: 2027-02-01\n",
    ),
    "a null": ({("orders", "weekly", "vendor"): None}, "vendor: ROSALEDA", "vendor: null"),
    "the last of a flow": ({("orders", "other"): {"a": 1, "b": 2}}, ", # two\n     c: 3}", "}"),
    "the first of a flow": ({("orders", "other"): {"b": 2, "c": 3}}, "{a: 1,\n     b", "{b"),
    "one more in a flow": ({("orders", "other", "d"): "e: f"}, "c: 3}", 'c: 3, d: "e: f"}'),
    "a whole resource": ({("orders", "other"): REMOVED}, BEFORE[BEFORE.index("  # other") :], ""),
    "an item with its comment": (
        {("orders", "weekly", "items", "mondial"): REMOVED},
        "      # second\n      mondial: {product: RSMON60, boxes: 20}\n",
        "",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_one_change(name: str) -> None:
    """One piece of the text becomes another, and all the rest is what it was."""
    changes, old, new = CHANGES[name]
    assert BEFORE.count(old) == 1
    assert rewritten(changes) == BEFORE.replace(old, new)


def test_nothing_changes_nothing() -> None:
    """Equal values, spelt otherwise, are left as they are written."""
    assert rewritten(weekly()) == BEFORE


def test_all_resources_can_go() -> None:
    """What then is left of the section is an empty mapping."""
    text = rewritten({("orders", "weekly"): REMOVED, ("orders", "other"): REMOVED})
    assert text == "# top\norders: {}\n"


@pytest.mark.parametrize(
    "text",
    [
        "orders:\n  a: &shared {x: 1}\n  b: *shared\n",
        "orders:\n  a: {x: &one 1, y: *one}\n",
    ],
)
def test_what_an_alias_shares_is_refused(text: str) -> None:
    """Changing it here would change it there: the place is told, nothing is made."""
    with pytest.raises(RewriteRefused) as refused:
        rewritten({("orders", "a", "x"): 2}, text)
    assert refused.value.diagnostic.origin is not None
    assert refused.value.diagnostic.origin.line == 2


def test_what_a_template_makes_is_refused() -> None:
    """With the line of the template."""
    source = SourceFile("x.yaml.j2", "orders:\n  a: {x: 1}\n", (1, 7, 7))
    with pytest.raises(RewriteRefused) as refused:
        rewrite(source, {("orders", "a", "x"): 2})
    assert str(refused.value.diagnostic.origin).startswith("x.yaml.j2:7:")


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-999, 10**9),
    st.decimals(0, 1000, places=3),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["NO", "0777", "a: b", "x #y", "*a", "&a", "- a", "1e5", "2027-02-01", "~", "", "{", "é"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["k", "l", "a b", "0"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1))
@settings(max_examples=150)
def test_what_is_written_reads_back_as_it_was(tree: dict[str, Value]) -> None:
    """Any value, whatever YAML would make of it unquoted."""
    text = "".join(f"{line}\n" for key, value in tree.items() for line in block_lines(key, value))
    document = read_document(SourceFile("x.yaml", text))
    assert not document.faults
    assert document.value == tree


@given(written(), st.dictionaries(st.sampled_from("abcdefg"), VALUES, min_size=1, max_size=2))
@settings(max_examples=100)
def test_any_value_can_be_put_into_any_file(text: str, news: dict[str, Value]) -> None:
    """As wanted, or refused where an anchor is in the way; what is not touched keeps its value."""
    source = SourceFile("x.yaml", text)
    before = read_document(source)
    assume(not before.faults and isinstance(before.value, dict))
    assert isinstance(before.value, dict)
    try:
        after = read_document(
            SourceFile("x.yaml", rewrite(source, {(key,): new for key, new in news.items()}))
        )
    except RewriteRefused:
        assert "&" in text or not text.endswith("\n")
        return
    assert is_same(after.value, {**before.value, **news})
