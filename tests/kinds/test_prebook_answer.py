"""What Komet shows of a prebook, in every spelling of it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds.prebooks.answer import parse_prebook
from reconciler.kinds.prebooks.prebook import LivePrebook, live_prebook
from reconciler.kinds.row import Row

LINE = {
    "prebookItemId": 3500001,
    "productId": 999,
    "vendorId": 77,
    "boxType": "HB",
    "totalBoxes": 10,
    "bunches": 12,
    "stemsBunch": 25,
    "units": 300,
    "totalUnits": 3000,
    "unitType": "Stem",
    "unitPrice": "0.85",
}
PREBOOK = {
    "id": 1700001,
    "number": "010301",
    "truckDate": "2027-02-08",
    "customerId": 48214,
    "locationId": 11,
    "locationCode": "MIA",
    "carrierId": 31,
    "customerPONumber": "BN-6",
    "shipVia": "Grower",
    "shipName": "Florist on Fifth",
    "comments": "Call first [rc:bloomnet-miami/week-6]",
    "details": [LINE],
}
OTHERWISE = {
    **{name: str(value) for name, value in PREBOOK.items() if name != "details"},
    "truckDate": "2027-02-08T00:00:00",
    "shipVia": 1,
    "comments": " Call first [rc:bloomnet-miami/week-6] ",
    "details": [{**{name: str(value) for name, value in LINE.items()}, "unitType": "stem", "boxType": "hb"}],
}


def parsed(row: dict[str, Any]) -> LivePrebook:
    """The prebook in a row."""
    return live_prebook(parse_prebook(Row("prebook.details.list", "", row)).attributes)


def test_every_spelling_means_the_same() -> None:
    """Numbers as text, a time behind the date, a word or an id for the way it goes: one prebook."""
    assert parsed(PREBOOK) == parsed(OTHERWISE)
    marker = parse_prebook(Row("prebook.details.list", "", PREBOOK)).marker
    assert marker is not None and marker.name == "week-6"
    assert parsed(PREBOOK).comments == "Call first"


@pytest.mark.parametrize(
    ("change", "count"),
    [({}, 10), ({"boxType": None, "totalBoxes": 0, "bunches": 0, "totalUnits": "1,250"}, 1250)],
)
def test_a_line_counts_boxes_or_units(change: dict[str, Any], count: int) -> None:
    """What has no box type is sold by the unit, without a pack."""
    (line,) = parsed({**PREBOOK, "details": [{**LINE, **change}]}).lines
    assert line.boxes == count
    assert (line.content.item_type == "unit") == bool(change)
    assert not change or (line.content.bunches, line.content.stems) == (0, 0)


def test_a_line_with_nothing_left_is_none() -> None:
    """What a Vendor token deleted stays with quantity 0 (Komet API §7.6)."""
    gone = {**LINE, "prebookItemId": 3500002, "totalBoxes": 0, "totalUnits": 0}
    assert [line.id for line in parsed({**PREBOOK, "details": [gone, LINE]}).lines] == [3500001]


def test_what_a_Vendor_token_is_not_shown() -> None:
    """No customer and no prices: they are None, and not zero."""
    hidden = {name: value for name, value in PREBOOK.items() if not name.startswith("customer")}
    line = {name: value for name, value in LINE.items() if name != "unitPrice"}
    live = parsed({**hidden, "details": [line]})
    assert (live.customer_id, live.customer_po, live.lines[0].content.price) == (None, "", None)


@pytest.mark.parametrize(
    ("read", "price"), [("0.854", "0.85"), ("0.855", "0.86"), ("8.2000", "8.2"), ("1,200.50", "1200.5")]
)
def test_amounts_have_two_decimals(read: str, price: str) -> None:
    """As they are written (Komet API §1.7)."""
    (line,) = parsed({**PREBOOK, "details": [{**LINE, "unitPrice": read}]}).lines
    assert line.content.price is not None and f"{line.content.price:f}" == price
