"""Each condition of a reservation broken in turn: verify names that cause and no other."""

from __future__ import annotations

import pytest

from reconciler.verify.finding import NOT_VISIBLE, Answered
from verify.eyes import CUSTOMERS, RESERVATION, Buyer


def lines_of(keeper: Buyer) -> list[int]:
    """The lines that stand reserved for the buyer in Miami."""
    stock = keeper.world.simulator.state()["inventory"]
    return [
        int(line["id"])
        for line in stock
        if line["customer"] == "BLOOM" and line["product"] == "RSFRE60" and line["location"] == "MIA"
    ]


def test_everything_is_seen(keeper: Buyer) -> None:
    """Once the person has done the steps; nothing but reading was needed to know it."""
    found = keeper.verify()
    (finding,) = found.findings
    assert finding.is_visible
    assert finding.accepted.answered is Answered.YES
    assert finding.stored.answered is Answered.YES
    assert found.exit_code == 0


def test_an_operator_step_that_is_open(keeper: Buyer) -> None:
    """The instruction is repeated, with since when."""
    first = lines_of(keeper)[0]
    keeper.world.act("stock-customer", line=first, customer=None)
    assert keeper.causes() == {"freedom": ["operator_step"]}
    (finding,) = keeper.verify().findings
    assert f"put BLOOM on line {first}" in finding.causes[0].text
    assert "2027-01-04 14:0" in finding.causes[0].text


def test_the_customer_was_taken_off(keeper: Buyer) -> None:
    """After a plan has seen the steps done and an apply has recorded it."""
    keeper.world.apply()
    keeper.world.act("stock-customer", line=lines_of(keeper)[0], customer=None)
    assert keeper.causes() == {"freedom": ["wrong_customer"]}


def test_another_customer(keeper: Buyer) -> None:
    """The open stock is shown, and it is no older or younger: so it is another customer's."""
    keeper.world.apply()
    keeper.world.act("stock-customer", line=lines_of(keeper)[0], customer="PETALHSE")
    assert keeper.causes() == {"freedom": ["wrong_customer"]}


def test_a_held_line(keeper: Buyer) -> None:
    """Inventory without the held lines lacks it."""
    keeper.world.apply()
    keeper.world.act("stock-hold", line=lines_of(keeper)[0])
    assert keeper.causes() == {"freedom": ["line_held"]}


def test_hidden_stock_on_hand(keeper: Buyer) -> None:
    """The shop shows nothing on hand although lines are open."""
    keeper.world.apply()
    keeper.world.act("shop", customer="BLOOM", hide_on_hand=True)
    assert keeper.causes() == {"freedom": ["hidden_on_hand"]}


def test_hidden_before_anything_was_recorded(keeper: Buyer) -> None:
    """The worklist alone knows which lines a person was to reserve."""
    keeper.world.act("shop", customer="BLOOM", hide_on_hand=True)
    assert keeper.causes() == {"freedom": ["hidden_on_hand"]}


def test_too_old(keeper: Buyer) -> None:
    """The open stock that the shop still shows tells its age limit."""
    keeper.world.apply()
    keeper.world.act("shop", customer="BLOOM", max_age=1)
    assert keeper.causes() == {"freedom": ["age_limit"]}
    assert "nothing older than 2027-01-03" in keeper.verify().findings[0].causes[0].text


def test_too_young(keeper: Buyer) -> None:
    """And the other way."""
    keeper.world.apply()
    keeper.world.act("shop", customer="BLOOM", min_age=5)
    assert keeper.causes() == {"freedom": ["age_limit"]}


def test_sold_in_part(keeper: Buyer) -> None:
    """A reserved line shrinks only by being sold."""
    keeper.world.apply()
    keeper.world.act("buy", customer="BLOOM", line=lines_of(keeper)[0], boxes=3)
    assert keeper.causes() == {"freedom": ["sold"]}


def test_sold_out(keeper: Buyer) -> None:
    """A line that is not in stock any more."""
    keeper.world.apply()
    first = lines_of(keeper)[0]
    (boxes,) = (each["boxes"] for each in keeper.world.simulator.state()["inventory"] if each["id"] == first)
    keeper.world.act("buy", customer="BLOOM", line=first, boxes=boxes)
    assert keeper.causes() == {"freedom": ["sold"]}
    assert f"line {first}" in keeper.verify().findings[0].causes[0].text


@pytest.mark.parametrize("access", ["missing_ignored", "missing_refused"])
def test_no_transactional_access(keeper: Buyer, access: str) -> None:
    """Also where the Company token cannot tell the stock apart either."""
    keeper.world.act("settings", transactional_access=access)
    found = keeper.verify()
    assert keeper.causes() == {"freedom": ["no_transactional_access"]}
    assert found.findings[0].stored.answered is Answered.UNKNOWN
    assert found.exit_code == NOT_VISIBLE


@pytest.mark.parametrize("answer", ["refuse", "empty"])
def test_the_token_of_another_customer(keeper: Buyer, answer: str) -> None:
    """However Komet answers it."""
    keeper.world.act("token", value="other-token", name="Other", type="Customer", customer="PETALHSE")
    keeper.world.act("settings", customer_token_foreign_customer=answer)
    keeper.tokens["KOMET_BLOOMNET_TOKEN"] = "other-token"
    assert keeper.causes() == {"freedom": ["other_token"]}


def test_not_applied(keeper: Buyer) -> None:
    """More is wanted than was ever applied."""
    keeper.world.apply()
    keeper.world.write(all=CUSTOMERS + RESERVATION.replace("boxes: 20", "boxes: 26"))
    assert keeper.causes() == {"freedom": ["not_applied"]}


def test_no_stock(keeper: Buyer) -> None:
    """There are not as many boxes, with where those are that cannot be had."""
    keeper.world.apply()
    keeper.world.write(all=CUSTOMERS + RESERVATION.replace("boxes: 20", "boxes: 400"))
    keeper.world.apply()
    keeper.reserve()
    assert keeper.causes() == {"freedom": ["no_stock"]}
    assert "are held, or reserved for somebody else" in keeper.verify().findings[0].causes[0].text


def test_no_stock_any_more(keeper: Buyer) -> None:
    """Once it was recorded short, nothing tells whether boxes were sold too."""
    keeper.world.write(all=CUSTOMERS + RESERVATION.replace("boxes: 20", "boxes: 400"))
    keeper.world.apply()
    keeper.reserve()
    keeper.world.apply()
    assert keeper.causes() == {"freedom": ["no_stock", "sold"]}


def test_grouped_rows(keeper: Buyer) -> None:
    """A shop that joins equal lines into one row changes nothing (A5)."""
    keeper.world.act("settings", ecommerce_grouping="on")
    assert keeper.causes() == {}
