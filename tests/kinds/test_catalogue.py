"""Looking codes up in Komet's reference lists."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciler.kinds.catalogue import (
    Catalogue,
    Entry,
    ReferenceList,
    Unknown,
    list_from_rows,
    rows_from_answer,
)
from reconciler.model.query import Answer
from reconciler.model.value import Value

PRODUCTS = ReferenceList(
    (
        Entry(501, "RSFRE40", "Roses Freedom 40cm"),
        Entry(502, "TWICE", "One of two"),
        Entry(503, "twice", "Two of two"),
        Entry(504, "", "Without a code"),
        Entry(505, "", "Without a code"),
    )
)
CATALOGUE = Catalogue({"products": PRODUCTS})


@pytest.mark.parametrize(
    ("reference", "id"),
    [
        ("RSFRE40", 501),
        ("rsfre40", 501),
        (" RSFRE40 ", 501),
        ({"id": 501}, 501),
        ({"id": 504}, 504),
        ({"description": "roses freedom 40CM"}, 501),
        ({"description": "One of two"}, 502),
    ],
)
def test_an_entry_is_found_by_code_id_or_description(reference: Value, id: int) -> None:
    """Komet compares codes and names without regard to case."""
    found = CATALOGUE.lookup("products", reference)
    assert isinstance(found, Entry) and found.id == id


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("TWICE", "2 products have the code"),
        ({"description": "Without a code"}, "(504, 505)"),
        ("", "no product has the code"),
        ("RSFRE41", "no product has the code 'RSFRE41'"),
        ({"id": 999}, "no product has the id 999"),
        ({"id": "501"}, "no product has the id"),
    ],
)
def test_what_names_none_or_several_is_unknown(reference: Value, words: str) -> None:
    """Two entries with one code are never chosen between, and an empty code names nothing."""
    found = CATALOGUE.lookup("products", reference)
    assert isinstance(found, Unknown) and words in found.why


def test_what_was_probably_meant_is_named() -> None:
    """A near code is offered, and where none is near one that begins alike."""
    near = CATALOGUE.lookup("products", "RSFRE4O")
    assert isinstance(near, Unknown) and near.nearest[0] == "RSFRE40"
    alike = CATALOGUE.lookup("products", "RSXXXXXXXXXXXX")
    assert isinstance(alike, Unknown) and "RSFRE40" in alike.nearest


def test_labels_tell_ids_apart() -> None:
    """A code that is not alone, or none, gives way to the id, so that different ids have different labels."""
    labels = [CATALOGUE.label("products", id) for id in (501, 502, 503, 504, 505, 999)]
    assert labels == ["RSFRE40", "id 502", "id 503", "id 504", "id 505", "id 999"]
    assert Catalogue().label("products", 501) == "id 501"
    assert CATALOGUE.name_of("products", 504) == "Without a code"


def test_a_list_is_kept_as_it_was_read() -> None:
    """Through the cache a list comes back, in the order of ids, whatever spellings the answer had."""
    answer = Answer(
        "vendor.list",
        {
            "vendors": [
                {"id": "78", "code": "ALTAFLOR", "name": "Alta Flor", "active": "1"},
                {"id": Decimal(77), "code": " ROSALEDA ", "name": "Rosaleda", "active": 0},
                {"id": 79, "name": "No code"},
            ]
        },
    )
    assert list_from_rows(rows_from_answer("vendors", answer)).entries == (
        Entry(77, "ROSALEDA", "Rosaleda", active=False),
        Entry(78, "ALTAFLOR", "Alta Flor"),
        Entry(79, "", "No code"),
    )
    assert rows_from_answer("vendors", Answer("vendor.list", {"message": "Vendors not found."})) == []
