"""Which prebooks Komet could take for one another when a line is added."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from reconciler.kinds.prebooks.rivals import Header, Headers

OURS = Header("010301", "2027-02-08", (31, 48214, 11, "bn-6"), "fifth")


@pytest.mark.parametrize(
    ("change", "is_like"),
    [
        ({}, True),
        ({"ship_date": "2027-02-09"}, False),
        ({"key": (32, 48214, 11, "bn-6")}, False),
        ({"key": (31, 48213, 11, "bn-6")}, False),
        ({"key": (31, 48214, 12, "bn-6")}, False),
        ({"key": (31, 48214, 11, "")}, False),
        ({"key": (31, None, 11, "bn-6")}, True),
        ({"ship_to": "garden"}, False),
        ({"ship_to": ""}, True),
    ],
)
def test_a_rival_has_the_same_header(change: dict[str, object], is_like: bool) -> None:
    """Date, carrier, customer, location and PO number; a ship-to where both show one; what is not known may
    be the same."""
    other = replace(OURS, owner="010302", **change)
    assert OURS.is_like(other) == other.is_like(OURS) == is_like
    headers = Headers()
    headers.add([OURS, other])
    assert headers.rivals(OURS) == (("010302",) if is_like else ())


def test_nobody_is_its_own_rival() -> None:
    """A prebook that stands and is wanted has two headers, under its number and under its address."""
    headers = Headers()
    headers.add([OURS, replace(OURS, owner="prebooks.week-6"), replace(OURS, owner="prebooks.week-7")])
    assert headers.rivals(OURS, "prebooks.week-6") == ("prebooks.week-7",)
