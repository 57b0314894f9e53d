"""Canonical layout: what a file says, its comments and its order stay, and twice is once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from yaml_written import written

from reconciler.config.formatting import format_text
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file
    for folder in ("examples", "reconciler/cli/scaffold", "tests/cases")
    for file in (ROOT / folder).rglob("*.yaml")
    if "PROJECT" not in file.read_text(encoding="utf-8")
)


def formatted(text: str) -> str:
    """`text` in canonical layout."""
    return format_text(SourceFile("x.yaml", text))


def value(text: str) -> object:
    """What `text` says."""
    document = read_document(SourceFile("x.yaml", text))
    assert not document.faults
    return document.value


def test_every_file_here_keeps_its_meaning() -> None:
    """Examples, scaffold and cases: the same values, and formatting twice is formatting once."""
    assert len(FILES) > 100
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        once = formatted(text)
        assert value(once) == value(text), file
        assert formatted(once) == once, file


@pytest.mark.parametrize("file", sorted((ROOT / "examples").rglob("*.yaml")), ids=str)
def test_the_examples_are_formatted(file: Path) -> None:
    """They show the layout that `fmt` keeps."""
    text = file.read_text(encoding="utf-8")
    assert formatted(text) == text


@given(written())
@settings(max_examples=100)
def test_meaning_comments_and_layout_are_kept(text: str) -> None:
    """The same values, the same comments in the same order, no blank at a line's end; twice is once."""
    before = read_document(SourceFile("x.yaml", text))
    assume(not before.faults)
    once = formatted(text)
    assert value(once) == before.value
    assert formatted(once) == once
    assert once.endswith("\n") and not once.startswith("\n")


LAYOUTS = {
    "indentation": ("a:\n    b:\n        - 1\n        - c: 2\n", "a:\n  b:\n    - 1\n    - c: 2\n"),
    "list at its key": ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
    "blanks in a flow": ("a: {b:  1 ,c: [ 1,2 ] }\n", "a: {b: 1, c: [1, 2]}\n"),
    "a flow that fits": ("a: {b: 1,\n    c: 2\n   }\n", "a: {b: 1, c: 2}\n"),
    "a flow with a comment": ("a: {b: 1, # one\n  c: 2}\n", "a: {\n  b: 1,   # one\n  c: 2\n}\n"),
    "codes and decimals": (
        "a: 057116\nb:   NO\nc: 0.30\nd: '1'\ne: ~\n",
        "a: 057116\nb: NO\nc: 0.30\nd: '1'\ne: ~\n",
    ),
    "empty lines": ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "comments behind values": ("a: 1   # one\nbb: 22 # two\n", "a: 1   # one\nbb: 22 # two\n"),
    "a comment that is in the way": ("a: {b: 1,\n  c: 2} # x\n", "a: {b: 1, c: 2}  # x\n"),
    "a comment above": ("a:\n      # of b\n    b: 1\n", "a:\n  # of b\n  b: 1\n"),
    "a comment below": ("a:\n    b: 1\n    # of a\nc: 2\n", "a:\n  b: 1\n  # of a\nc: 2\n"),
    "a comment between key and block": ("a: # of a\n    b: 1\n", "a: # of a\n  b: 1\n"),
    "anchors": ("a: &x\n    b: 1\nc: *x\nd: [ *x ]\n", "a: &x\n  b: 1\nc: *x\nd: [*x]\n"),
    "text": ("a: |\n      one\n        two\n\n\nb: 1\n", "a: |\n  one\n    two\n\nb: 1\n"),
    "nothing but comments": ("\n#  one\n\n\n# two", "#  one\n\n# two\n"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str) -> None:
    """One thing of the canonical layout each."""
    before, after = LAYOUTS[name]
    assert formatted(before) == after


def test_a_long_flow_gets_a_line_for_each_entry_unless_it_is_on_one_line() -> None:
    """120 columns are the limit for joining lines; what somebody wrote on one line stays there."""
    items = ", ".join(f"item-{place}: {place}" for place in range(12))
    assert formatted(f"a: {{{items}}}\n") == f"a: {{{items}}}\n"
    broken = formatted(f"a: {{{items.replace(', ', ',' + chr(10) + '   ')}}}\n")
    assert broken.count("\n") == 14
    assert re.search(r"^  item-11: 11$", broken, re.MULTILINE)


def test_what_cannot_be_read_is_not_laid_out() -> None:
    """A fault of syntax is told as always."""
    with pytest.raises(ConfigurationError):
        formatted("a: [1\n")
