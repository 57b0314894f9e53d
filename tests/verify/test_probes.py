"""The assumption probes against an account that behaves as assumed, and against one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from world import World

from reconciler.model.project import TokenSource
from reconciler.verify.probes import PROBES
from reconciler.verify.probing import Aim, probe_account
from verify.eyes import CUSTOMERS, ORDERS, RESERVATION, Buyer, on_a_copy


def probe(buyer: Buyer) -> dict[str, str]:
    """What each probe finds; every call was announced, and none of them writes."""
    announced: list[int] = []
    before = len(buyer.world.calls())
    session = buyer.world.session(writing=False)
    with session.connection:
        aim = Aim(
            "bloomnet-miami",
            date(2027, 1, 4),
            "BLOOM",
            "MIA",
            ("2027-01-11", "2027-01-18"),
            buyer.open_shop(TokenSource(env="KOMET_BLOOMNET_TOKEN")),
        )
        judged = probe_account(session.connection.port, aim, announced.append)
    made = buyer.world.calls()[before:]
    assert len(made) == sum(announced)
    assert all(method.endswith(".list") for method in made)
    return {each.number: each.found.value for each in judged}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account in which most can be told: an order, confirmed in part, and reserved stock."""
    world = World.make(tmp_path_factory.mktemp("busy"))
    world.write(all=CUSTOMERS + ORDERS + RESERVATION)
    world.apply()
    found = Buyer(world)
    found.reserve()
    found.confirm()
    world.act("confirm", number=found.number, lines={str(found.line("RSFRE60")): 12})
    yield world
    world.close()


@pytest.fixture
def full(busy: World, tmp_path: Path) -> Iterator[Buyer]:
    """Who may see a copy of that account."""
    yield from on_a_copy(busy, tmp_path)


def test_nothing_is_contradicted_by_default(full: Buyer) -> None:
    """What the data can show is confirmed; the rest says so."""
    found = probe(full)
    assert set(found) == set(PROBES)
    told = {number for number, word in found.items() if word == "confirmed"}
    numbers = "3 4 5 6 10 11 13 14 17 18 20 21 24 25 27 33 34 37"
    assert told >= {f"A{number}" for number in numbers.split(" ")}
    assert "contradicted" not in found.values()


def test_an_empty_account_tells_nothing(blank: Buyer) -> None:
    """Where there is nothing to look at nothing is claimed."""
    blank.world.write(all=CUSTOMERS)
    blank.world.act("shop", customer="BLOOM", hide_on_hand=True)
    found = probe(blank)
    assert {found[number] for number in ("A2", "A4", "A6", "A11", "A18")} == {"cannot tell"}


@pytest.mark.parametrize(
    ("number", "switches"),
    [
        ("A4", {"future_visible_from": "always"}),
        ("A6", {"reserved_in_openmarket": "shown"}),
        ("A14", {"like_mode": "prefix"}),
        ("A14", {"like_mode": "sql"}),
        ("A17", {"page_base": 0}),
        ("A18", {"ids_shared_across_lists": "off"}),
        ("A20", {"transactional_access": "missing_ignored"}),
        ("A20", {"transactional_access": "missing_refused"}),
        ("A37", {"customer_token_foreign_customer": "allow"}),
        ("A39", {"shop_without_location": "refuse"}),
    ],
)
def test_a_switch_flipped_is_a_contradiction(full: Buyer, number: str, switches: dict[str, object]) -> None:
    """The probe of that assumption says so."""
    full.world.act("settings", **switches)
    assert probe(full)[number] == "contradicted"


def test_a_future_row_without_a_price(full: Buyer) -> None:
    """Shown only where a missing price hides nothing."""
    full.world.act("settings", price_zero_visible="on")
    full.world.act("edit-line", line=full.line("RSFRE80"), price=None)
    assert probe(full)["A25"] == "contradicted"


@pytest.mark.parametrize(("status", "word"), [("PA", "confirmed"), ("A", "contradicted")])
def test_how_new_orders_start(blank: Buyer, status: str, word: str) -> None:
    """By an order of ours that nobody has touched."""
    blank.world.act("settings", po_initial_status=status)
    blank.world.write(all=CUSTOMERS + ORDERS)
    blank.world.apply()
    assert probe(blank)["A2"] == word


def test_references_that_are_not_shown(full: Buyer) -> None:
    """That no line has one proves nothing."""
    full.world.act("settings", inventory_list_reference="off")
    assert probe(full)["A10"] == "cannot tell"


@pytest.mark.parametrize("form", ["1", "0"])
def test_nothing_found_in_either_form(full: Buyer, form: str) -> None:
    """Status 1 or 0, it is no failure to us."""
    full.world.act("settings", empty_list_status=form)
    assert probe(full)["A13"] == "confirmed"
