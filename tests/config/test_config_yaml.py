"""YAML: the core schema, its limits, and agreement with PyYAML where both must agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import Document, read_document
from reconciler.config.yaml_scalars import UnusableScalar, plain_scalar


def read(text: str) -> Document:
    """The document in `text`."""
    return read_document(SourceFile("x.yaml", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, word) for word in ("NO", "no", "yes", "on", "Off", "y", "12:30", "1:2:3", "0777", "057116")],
        *[
            (word, word)
            for word in ("1_000", "-007", "00", "0x", "0o9", "1e", "e5", "2027-02-01", "1,000", "nULL")
        ],
        *[(word, None) for word in ("null", "Null", "NULL", "~", "")],
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[("0", 0), ("-0", 0), ("+5", 5), ("12345678901234567890", 12345678901234567890)],
        *[("0x1F", 31), ("0o17", 15)],
        *[("0.10", Decimal("0.10")), (".5", Decimal("0.5")), ("5.", Decimal(5)), ("-1e3", Decimal("-1E+3"))],
        *[("'0'", "0"), ('"true"', "true"), ("!!str 0", "0"), ("!!int '12'", 12), ("!!float 1", 1)],
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """Codes, times and Norwegian stay text; a number with a leading zero or an underscore is text too."""
    document = read(f"a: {text}")
    assert not document.faults
    assert document.value == {"a": value}
    assert isinstance(document.value, dict)
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", ".nan", "1e400", "9" * 5000, "1e-99999999", "0." + "1" * 99]
)
def test_numbers_that_cannot_be_used_are_faults(text: str) -> None:
    """Infinity and numbers beyond all bounds never reach an attribute."""
    assert len(read(f"a: {text}").faults) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 2\n",
        "[" * 60,
        "- " * 51 + "x",
        "[" * 100_000,
        "- " * 100_000,
        "a: &a [*a]\n",
        "a: *b\n",
        "? [1]\n: 2\n",
        "? {a: 1}\n: 2\n",
        "a: &a [" + "1, " * 5000 + "1]\nb: *a\nc: *a\n",
        "%YAML 3.0\n---\na: 1\n",
    ],
)
def test_limits_stop_the_reading(text: str) -> None:
    """Beyond a limit the file is refused with one fault, quickly and without a crash."""
    document = read(text)
    assert not document.is_whole
    assert len(document.faults) == 1


def test_nesting_may_be_fifty_deep() -> None:
    """Fifty collections within each other are read, by an alias as well."""
    assert read("[" * 50 + "]" * 50).is_whole
    assert read("a: &a " + "[" * 40 + "]" * 40 + "\nb: [[*a]]\n").is_whole
    assert not read("a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 20 + "*a" + "]" * 20 + "\n").is_whole


def test_aliases_are_expanded() -> None:
    """An alias stands for the value at its anchor, within 10,000 values a file."""
    assert read("a: &a [1, {b: x}]\nc: *a\n").value == {"a": [1, {"b": "x"}], "c": [1, {"b": "x"}]}


@pytest.mark.parametrize(
    "text", ["1: a", "null: a", "true: a", "1.5: a", "? \n: a", "<<: {a: 1}", "a: !x 1", "a: !!set {}"]
)
def test_what_is_refused_does_not_stop_the_reading(text: str) -> None:
    """Keys that are no text, merge keys and unknown tags are faults; the rest of the file is still read."""
    document = read(text + "\nz: 1\n")
    assert document.is_whole
    assert len(document.faults) == 1
    assert isinstance(document.value, dict)
    assert document.value["z"] == 1


def test_a_key_written_twice_shows_both_places() -> None:
    """The fault is at the second, and knows the first, at any depth."""
    (fault,) = read("a:\n  - x\n  - {b: 1, c: {}, b: 2}\n").faults
    assert str(fault.origin) == "x.yaml:3:19"
    assert [str(origin) for origin in fault.also] == ["x.yaml:3:6"]


def test_names_know_their_places() -> None:
    """The keys of the second level, which are the names of resources, are found without reading again."""
    assert read("a:\n  b: {c: 1}\n  d:\n").names == {("a", "b"): (2, 3), ("a", "d"): (3, 3)}


def test_python_alone_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML was built without libyaml its own parser is used, with the same values and places."""
    text = "a:\n  b: {c: [1, 0.5, x], d: &d 'e'}\n  f: *d\n"
    fast = read(text)
    monkeypatch.setattr("reconciler.config.yaml_events._Parser", yaml.BaseLoader)
    slow = read(text)
    assert (slow.value, slow.names, slow.faults) == (fast.value, fast.names, fast.faults)
    assert read("a: [1,").faults


def is_text_to_both(text: str) -> bool:
    """Whether YAML 1.2 needs quotes only where PyYAML, which is at 1.1, writes them: `0E0` is text to it."""
    resolver: Any = yaml.resolver.Resolver()
    is_text = resolver.resolve(yaml.ScalarNode, text, (True, False)).endswith(":str")
    try:
        return not is_text or plain_scalar(text) == text
    except UnusableScalar:
        return False


CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
TEXTS = st.text(CHARACTERS, max_size=12).filter(is_text_to_both)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(TREES, st.booleans(), st.booleans())
def test_what_pyyaml_writes_is_read_back(tree: Any, flow: bool, unicode: bool) -> None:
    """A value that PyYAML writes, and reads back itself, is read as the same value."""
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=unicode, width=60)
    if yaml.safe_load(text) != tree or "\ufeff" in text:
        return
    document = read(text)
    assert not document.faults
    assert document.value == tree


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from("ab:-[]{},'\"|>&*!# \n?~x1"), max_size=30))
def test_structure_agrees_with_pyyaml(text: str) -> None:
    """Whatever we accept, PyYAML on the same parser reads as the same lists and mappings."""
    document = read(text)
    if document.faults:
        return
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    assert _texts(document.value) == _texts(yaml.load(text, Loader=loader))


def _texts(value: Any) -> Any:
    """`value` with scalars as text; what they mean is the business of another test."""
    if isinstance(value, dict):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return "scalar"
