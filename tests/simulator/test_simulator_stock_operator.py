"""Operator actions on stock, and stock in seeds and in the state."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import Komet, seed_with, wholesaler
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.errors import Refused, SeedError
from reconciler.simulator.generate import generate_seed

LINE, OTHER, STAGED = 88101, 88108, 88154
NEW = {"location": "MIA", "product": "RSFRE60", "vendor": "ROSALEDA", "box_type": "HB", "cost": "0.28"}


@pytest.mark.parametrize(
    ("customer", "found"),
    [("BLOOM", "BLOOM"), (48213, "BLOOM"), ("hudson", "HUDSON"), (None, None), ("", None)],
)
def test_customer(komet: Komet, customer: object, found: str | None) -> None:
    """A7: a person puts a customer on a line, changes it, clears it."""
    for line_id in (LINE, OTHER):
        komet.sim.operator("stock-customer", line=line_id, customer=customer)
        assert komet.stored_line(line_id)["customer"] == found


def test_split(komet: Komet) -> None:
    """A12: part of a line is reserved by splitting it; everything else stays the same."""
    new_id = komet.sim.operator("stock-split", line=LINE, boxes=4, customer="BLOOM")["new_line"]
    old, new = komet.stored_line(LINE), komet.stored_line(new_id)
    assert (old["boxes"], old["customer"], new["boxes"], new["customer"]) == (6, None, 4, "BLOOM")
    same = ("product", "vendor", "awb", "inventory_date", "price_a", "cost", "location")
    assert [old[name] for name in same] == [new[name] for name in same]
    for boxes in (0, 6, 7):
        with pytest.raises(Refused, match="1 to 5"):
            komet.sim.operator("stock-split", line=LINE, boxes=boxes)


def test_lower_and_delete(komet: Komet) -> None:
    """Boxes get lost, a line goes; neither can go below nothing, and a line that is gone is gone."""
    assert komet.sim.operator("stock-lower", line=LINE, boxes=3)["boxes"] == 7
    for boxes in (0, 8):
        with pytest.raises(Refused):
            komet.sim.operator("stock-lower", line=LINE, boxes=boxes)
    komet.sim.operator("stock-delete", line=LINE)
    with pytest.raises(Refused, match="not found"):
        komet.sim.operator("stock-hold", line=LINE)
    assert str(LINE) not in {row["inventoryLineIds"] for row in komet.shop()}


def test_prices(komet: Komet) -> None:
    """What is given is set; null clears a price, but no cost."""
    komet.sim.operator("stock-prices", line=LINE, price_a="0.5", price_b=None)
    stored = komet.stored_line(LINE)
    assert (stored["price_a"], stored["price_b"], stored["cost"]) == ("0.500", None, "0.28")
    for wrong in ({"cost": None}, {"price_a": -1}, {"fob": "x"}):
        with pytest.raises(Refused):
            komet.sim.operator("stock-prices", line=LINE, **wrong)


def test_new_stock_by_hand(komet: Komet) -> None:
    """Stock arrives; it can be bought at once."""
    line_id = komet.sim.operator("stock-add", **NEW, boxes=3, bunches=12, stems=25, price_a="0.4")["line"]
    assert str(line_id) in {row["inventoryLineIds"] for row in komet.shop()}


@pytest.mark.parametrize(
    "wrong",
    [{"boxes": 0}, {"unit": "Box"}, {"type": "X"}, {"product": "NO"}, {"location": None}, {"cost": None}],
)
def test_new_stock_refuses(komet: Komet, wrong: dict[str, Any]) -> None:
    """A line that could not be is refused."""
    with pytest.raises(Refused):
        komet.sim.operator("stock-add", **{**NEW, "boxes": 3, "bunches": 12, "stems": 25, **wrong})


def test_staging(komet: Komet) -> None:
    """A line leaves the staging area once, and its age starts then."""
    komet.sim.operator("advance", days=2)
    komet.sim.operator("stock-confirm", line=STAGED)
    assert komet.stored_line(STAGED)["inventory_date"] == "2027-01-06"
    with pytest.raises(Refused, match="not in the staging area"):
        komet.sim.operator("stock-confirm", line=STAGED)


@pytest.mark.parametrize("wrong", [{"max_age": -1}, {"max_age": "x"}, {"hide_on_hand": "?"}, {"nonsense": 1}])
def test_shop_settings_refuse(komet: Komet, wrong: dict[str, Any]) -> None:
    """A setting that could not be is refused."""
    with pytest.raises(Refused):
        komet.sim.operator("shop", customer="BLOOM", **wrong)


def test_time_brings_no_new_rows_to_the_poll(komet: Komet) -> None:
    """Nothing but the clock moves when five minutes pass: what BloomNet polls is what is there."""
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    before = komet.reserved()
    komet.sim.operator("advance", minutes=5)
    assert komet.reserved() == before


def test_the_packaged_stock() -> None:
    """The wholesaler has stock in three places, of all kinds, and can reserve 20 boxes of Freedom 60."""
    komet = Komet(make_simulator(wholesaler()))
    stock = komet.sim.state()["inventory"]
    assert {line["location"] for line in stock} == {"MIA", "LAX", "JFK"}
    assert {line["type"] for line in stock} == {"M", "L", "S", "P"}
    freedom = [
        line["boxes"]
        for line in stock
        if (line["location"], line["product"], line["box_type"]) == ("MIA", "RSFRE60", "HB")
        and (line["bunches"], line["stems"], line["type"]) == (12, 25, "M")
        and not (line["customer"] or line["held"] or line["staging"])
    ]
    assert sum(freedom) >= 40
    assert len(set(freedom)) >= 5
    assert komet.reserved() == []


def test_seeded_stock_and_shop() -> None:
    """A seed adds, changes and removes stock by id, and sets the shop of the company and of customers."""
    komet = Komet(
        make_simulator(
            seed_with(
                inventory=[{"id": LINE, "customer": "BLOOM", "boxes": 7}, {"id": 88102, "remove": True}],
                customers=[{"code": "BLOOM", "shop": {"vendor_visible": False}}],
                shop={"max_age": 3},
            )
        )
    )
    (row,) = komet.reserved()
    assert (row["quantity"], "vendor" in row, row["availableTo"]) == (7, False, "2027-01-06")
    assert not [line for line in komet.sim.state()["inventory"] if line["id"] == 88102]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"id": LINE, "product": "NO"}, "inventory[0].product"),
        ({"id": LINE, "customer": "NO"}, "inventory[0].customer"),
        ({"id": LINE, "inventory_date": "2027-02-30"}, "inventory[0].inventory_date"),
        ({"id": LINE, "boxes": 0}, "inventory[0].boxes"),
    ],
)
def test_a_wrong_seed(row: dict[str, Any], path: str) -> None:
    """A line that cannot be planted is named by its place."""
    with pytest.raises(SeedError) as problem:
        make_simulator(seed_with(inventory=[row]))
    assert problem.value.path == path


def test_generated_stock_is_the_same_every_time() -> None:
    """A generated seed has a line of stock for every order, equal for equal arguments."""
    first, second = generate_seed(20, 3)["inventory"], generate_seed(20, 3)["inventory"]
    assert first == second
    assert len(first) == len(wholesaler()["inventory"]) + 20


def test_the_store_remembers_stock(tmp_path: Any) -> None:
    """What was done to stock survives a restart."""
    from reconciler.simulator.embed import open_simulator

    first = open_simulator("wholesaler", tmp_path / "sim.db")
    first.operator("stock-customer", line=LINE, customer="BLOOM")
    first.close()
    komet = Komet(open_simulator("wholesaler", tmp_path / "sim.db"))
    assert len(komet.reserved()) == 1
    komet.sim.close()
