"""YAML that costs more to explain than to read."""

from __future__ import annotations

import pytest

from hostile.judging import raise_unless_clear
from reconciler.config.resources import collect
from reconciler.config.source import MAX_FAULTS, SourceFile
from reconciler.config.yaml_document import Document, read_document
from reconciler.config.yaml_places import index_places


def document_of(text: str) -> Document:
    return read_document(SourceFile("config/x.yaml", text))


@pytest.mark.parametrize("written", ["1:", "true:", "? !!binary aGk=\n  :", "~:", "!x y:"])
def test_a_name_that_is_no_text_has_its_place(written: str) -> None:
    """It is a fault of its own, and what stands under it is looked at all the same."""
    document = document_of(f"customers:\n  {written} {{nonsense: 1}}\n")
    faults = (*document.faults, *collect([document]).faults)
    raise_unless_clear(faults)
    assert len(faults) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n" * (3 * MAX_FAULTS),
        "".join(f"k{n}: 1\n" for n in range(3 * MAX_FAULTS)),
        "customers:\n" + "".join(f"  k{n}: 1\n" for n in range(3 * MAX_FAULTS)),
        "[" + ".inf, " * 3 * MAX_FAULTS + "]",
    ],
    ids=["keys", "sections", "names", "numbers"],
)
def test_nobody_reads_a_million_faults(text: str) -> None:
    """The first thousand are told, and that there are more."""
    document = document_of(text)
    faults = document.faults if not document.is_whole else collect([document]).faults
    assert len(faults) == MAX_FAULTS + 1
    assert faults[-1].summary == "there are more than 1,000 faults: those from here on are not shown"


def test_places_are_indexed_as_deep_as_is_read() -> None:
    """A path of a million steps would be kept a million times."""
    places = index_places("a: 1\nb: " + "[" * 3_000)
    assert ("a",) in places
    assert len(places) < 60


def test_aliases_repeat_no_more_text_than_a_file_may_hold() -> None:
    """Ten thousand aliases of one long text are fifty gigabytes to whoever copies it."""
    (fault,) = document_of("- &a " + "x" * 1_000_000 + "\n" + "- *a\n" * 10).faults
    assert "5 MB of text" in fault.summary


def test_a_fault_quotes_no_megabytes() -> None:
    """A key of a megabyte is shown by its beginning and its end."""
    document = document_of("{? " + "x" * 1_000_000 + " : 1}")
    (fault,) = collect([document]).faults
    assert len(fault.summary) < 1_100
