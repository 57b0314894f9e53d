"""Each condition of a purchase order broken in turn: verify names that cause and no other."""

from __future__ import annotations

import pytest

from reconciler.verify.finding import NOT_VISIBLE, TOKEN, Answered
from verify.eyes import CUSTOMERS, ORDERS, Buyer

BOTH = ("weekly blanca", "weekly freedom")


def both(cause: str) -> dict[str, list[str]]:
    """Both items for one cause."""
    return {item: [cause] for item in BOTH}


def test_everything_is_seen(buyer: Buyer) -> None:
    """A confirmed, priced order of the customer: all three claims, no cause, exit code 0."""
    found = buyer.verify()
    assert [each.is_visible for each in found.findings] == [True, True]
    assert {each.accepted.answered for each in found.findings} == {Answered.YES}
    assert {each.stored.answered for each in found.findings} == {Answered.YES}
    assert found.exit_code == 0
    assert found.calls.diagnosis == 0


def test_a_hold(buyer: Buyer) -> None:
    """Inferred once all else is in order; the vendor's quick test is offered to a person."""
    buyer.world.act("hold", number=buyer.number)
    found = buyer.verify()
    assert buyer.causes() == both("hold")
    assert found.exit_code == NOT_VISIBLE
    assert "Future Sales customer" in found.findings[0].causes[0].test


def test_not_confirmed(buyer: Buyer) -> None:
    """No box was confirmed; nothing more is asked to know it."""
    buyer.world.act("confirm", number=buyer.number, lines={str(buyer.line("RSFRE60")): 0})
    assert buyer.causes() == {"weekly freedom": ["unconfirmed"]}
    assert buyer.verify().calls.diagnosis == 0


def test_confirmed_in_part(buyer: Buyer) -> None:
    """The finding says which part is visible."""
    buyer.world.act("confirm", number=buyer.number, lines={str(buyer.line("RSFRE60")): 12})
    assert buyer.causes() == {"weekly freedom": ["unconfirmed"]}
    (finding,) = (each for each in buyer.verify().findings if not each.is_visible)
    assert (finding.seen, finding.wanted) == (12, 20)
    assert "12 are visible, 8 are not" in finding.causes[0].text


def test_pending_approval_is_named(blank: Buyer) -> None:
    """What the farm never got cannot be confirmed: the remedy is to approve."""
    blank.world.write(all=CUSTOMERS + ORDERS)
    blank.apply_and_age()
    found = blank.verify()
    assert {cause.name.value for each in found.findings for cause in each.causes} == {"unconfirmed"}
    assert "Approve" in found.findings[0].causes[0].remedy


def test_no_price_was_ever_set(blank: Buyer) -> None:
    """An item that the configuration gives no price, on an order that we made."""
    blank.world.write(all=CUSTOMERS + ORDERS.replace(", price: 0.42", ""))
    blank.apply_and_age()
    blank.confirm()
    assert blank.causes() == {"weekly freedom": ["no_price"]}


def test_a_price_that_somebody_took_away(buyer: Buyer) -> None:
    """The order's other item is seen, so there is no hold: price or sold remain, price first."""
    buyer.world.act("edit-line", line=buyer.line("RSFRE60"), price=None)
    assert buyer.causes() == {"weekly freedom": ["no_price", "sold"]}


def test_another_customer(buyer: Buyer) -> None:
    """Somebody made the order out to another customer."""
    buyer.world.act("set-customer", number=buyer.number, customer="PETALHSE")
    assert buyer.causes() == both("wrong_customer")


def test_the_future_sales_customer(buyer: Buyer) -> None:
    """The quick test was done, and nobody put the customer back."""
    buyer.world.act("set-customer", number=buyer.number, customer="future-sales")
    assert buyer.causes() == both("wrong_customer")


def test_another_location(buyer: Buyer) -> None:
    """The order stands elsewhere."""
    buyer.world.act("edit-header", number=buyer.number, location="LAX")
    assert buyer.causes() == both("wrong_location")


def test_an_operator_step_that_is_open(buyer: Buyer) -> None:
    """The configuration leaves the customer to a person, who has not done it yet."""
    text = ORDERS.replace("location: MIA", "location: MIA\n    header_changes: operator")
    buyer.world.act("set-customer", number=buyer.number, customer="PETALHSE")
    buyer.world.write(all=CUSTOMERS + text)
    buyer.apply_and_age()
    assert buyer.causes() == both("operator_step")
    assert f"{buyer.number} > Edit: customer" in buyer.verify().findings[0].causes[0].text


def test_changed_just_now(buyer: Buyer) -> None:
    """What was written less than five minutes ago is too fresh to infer a hold from."""
    buyer.world.write(all=CUSTOMERS + ORDERS.replace("price: 0.42", "price: 0.43"))
    buyer.world.apply()
    buyer.world.act("hold", number=buyer.number)
    assert buyer.causes() == both("not_synchronised")
    buyer.world.act("advance", minutes=5)
    assert buyer.causes() == both("hold")


def test_waiting_ends(buyer: Buyer) -> None:
    """--wait looks again once five minutes have passed since the change, and no oftener."""
    buyer.world.write(all=CUSTOMERS + ORDERS.replace("price: 0.42", "price: 0.43"))
    buyer.world.apply()
    buyer.world.act("hold", number=buyer.number)
    found = buyer.verify(wait=buyer.pass_time)
    assert found.rounds == 2
    assert len(buyer.waits) == 1 and 200 < buyer.waits[0] <= 301
    assert {cause.name.value for each in found.findings for cause in each.causes} == {"hold"}


def test_waiting_is_bounded(buyer: Buyer) -> None:
    """A clock that stands still does not keep it for ever."""
    buyer.world.write(all=CUSTOMERS + ORDERS.replace("price: 0.42", "price: 0.43"))
    buyer.world.apply()
    buyer.world.act("hold", number=buyer.number)
    assert buyer.verify(wait=buyer.waits.append).rounds == 4
    assert len(buyer.waits) == 3


@pytest.fixture
def far(blank: Buyer) -> Buyer:
    """An order that ships beyond what the shop shows."""
    blank.world.write(all=CUSTOMERS + ORDERS.replace("01-18", "04-19"))
    blank.apply_and_age()
    blank.confirm()
    return blank


def test_before_its_ship_date(far: Buyer) -> None:
    """The shop shows two months; asked for the ship date, the customer sees it."""
    assert far.causes() == both("before_ship_date")
    assert "the customer sees it" in far.verify().findings[0].causes[0].text


def test_a_hold_before_the_ship_date(far: Buyer) -> None:
    """A far date does not hide what else is wrong."""
    far.world.act("hold", number=far.number)
    assert far.causes() == both("hold")


def test_too_many_days_ahead(buyer: Buyer) -> None:
    """The shop offers nothing for that day, and something for today."""
    buyer.world.act("shop", customer="BLOOM", max_days_ahead=5)
    assert buyer.causes() == both("order_days")


def test_future_stock_hidden_by_stock_on_hand(buyer: Buyer) -> None:
    """The customer has stock of one product, and the open market has a line that the shop hides."""
    buyer.world.act("stock-customer", line=88101, customer="BLOOM")
    buyer.world.act("shop", customer="BLOOM", future_if_none=True)
    assert buyer.causes() == {"weekly freedom": ["hidden_future"]}


def test_sold_in_part(buyer: Buyer) -> None:
    """Boxes that were bought are not seen any more."""
    buyer.world.act("buy", customer="BLOOM", po_line=buyer.line("RSFRE60"), boxes=5)
    assert buyer.causes() == {"weekly freedom": ["sold"]}
    assert "5 of 20 confirmed boxes" in buyer.verify().findings[1].causes[0].text


def test_sold_out(buyer: Buyer) -> None:
    """Nothing of the order is seen any more, as with a hold; but the customer has bought ahead."""
    for product, boxes in (("RSFRE60", 20), ("RSFRE80", 6)):
        buyer.world.act("buy", customer="BLOOM", po_line=buyer.line(product), boxes=boxes)
    assert set(map(tuple, buyer.causes().values())) == {("hold", "sold")}
    assert "see its prebooks" in buyer.text()


def test_no_transactional_access_ignored(buyer: Buyer) -> None:
    """The shop answers the same with and without the flag."""
    buyer.world.act("settings", transactional_access="missing_ignored")
    assert buyer.causes() == both("no_transactional_access")


def test_no_transactional_access_refused(buyer: Buyer) -> None:
    """Komet refuses the flag, and answers without it or not at all: both name the access."""
    buyer.world.act("settings", transactional_access="missing_refused")
    assert buyer.causes() == both("no_transactional_access")


@pytest.mark.parametrize("answer", ["refuse", "empty"])
def test_the_token_of_another_customer(buyer: Buyer, answer: str) -> None:
    """However Komet answers a token that asks for somebody else."""
    buyer.world.act("token", value="other-token", name="Other", type="Customer", customer="PETALHSE")
    buyer.world.act("settings", customer_token_foreign_customer=answer)
    buyer.tokens["KOMET_BLOOMNET_TOKEN"] = "other-token"
    assert buyer.causes() == both("other_token")


def test_a_token_that_is_not_valid(buyer: Buyer) -> None:
    """Refused for everything: 9, and Komet's own words."""
    buyer.tokens["KOMET_BLOOMNET_TOKEN"] = "no-such-token"
    found = buyer.verify()
    assert buyer.causes() == both("token_refused")
    assert found.exit_code == TOKEN
    assert "not valid" in found.findings[0].causes[0].text
    assert "no-such-token" not in buyer.text()


def test_a_token_that_is_not_there(buyer: Buyer) -> None:
    """9, with the variable's name and nothing asked about its orders."""
    buyer.tokens.clear()
    found = buyer.verify()
    assert found.exit_code == TOKEN
    assert found.findings == ()
    assert found.calls.made == 0
    assert "KOMET_BLOOMNET_TOKEN" in found.unverifiable[0].text


def test_a_customer_without_a_token(buyer: Buyer) -> None:
    """Listed as not verifiable, with how to get a token; no fault."""
    lines = [line for line in CUSTOMERS.splitlines() if "token" not in line]
    buyer.world.write(all="\n".join(lines) + "\n" + ORDERS)
    found = buyer.verify()
    assert (found.exit_code, found.findings, found.calls.made) == (0, (), 0)
    assert "New Token" in found.unverifiable[0].remedy


def test_cancelled(buyer: Buyer) -> None:
    """An order that somebody cancelled."""
    buyer.world.act("cancel", number=buyer.number)
    assert buyer.causes() == both("cancelled")


def test_a_line_that_the_vendor_cancelled(buyer: Buyer) -> None:
    """Only that item."""
    buyer.world.act("cancel-line", line=buyer.line("RSFRE60"))
    assert buyer.causes() == {"weekly freedom": ["cancelled"]}


def test_not_applied(buyer: Buyer) -> None:
    """What is only in the configuration was neither accepted nor stored."""
    buyer.world.write(all=CUSTOMERS + ORDERS.replace("weekly", "next").replace("01-18", "01-25"))
    found = buyer.verify("purchase_orders.next")
    assert {each.accepted.answered for each in found.findings} == {Answered.NO}
    assert buyer.causes() == {"next blanca": ["not_applied"], "next freedom": ["not_applied"]}


def test_shipped_and_received(buyer: Buyer) -> None:
    """What has arrived is stock on hand, and no future stock any more."""
    buyer.world.act("ship", number=buyer.number, awb="72933819999")
    buyer.world.act("receive", number=buyer.number)
    assert buyer.causes() == both("arrived")


def test_settled_orders_cost_nothing(buyer: Buyer) -> None:
    """Once the ship date has passed nothing is asked."""
    buyer.world.act("advance", days=20)
    buyer.world.plan()
    found = buyer.verify()
    assert found.calls.made == 0
    assert [str(each) for each in found.settled] == ["purchase_orders.weekly"]
    assert found.exit_code == 0


def test_two_things_at_once(buyer: Buyer) -> None:
    """Of a partly confirmed item that is also partly sold each share is told."""
    line = buyer.line("RSFRE60")
    buyer.world.act("confirm", number=buyer.number, lines={str(line): 12})
    buyer.world.act("buy", customer="BLOOM", po_line=line, boxes=2)
    assert buyer.causes() == {"weekly freedom": ["unconfirmed", "sold"]}


def test_state_was_lost(buyer: Buyer) -> None:
    """Without our record nobody knows the price: hold first, then price."""
    buyer.world.act("hold", number=buyer.number)
    buyer.world.lose_state()
    assert set(map(tuple, buyer.causes().values())) == {("hold", "no_price")}


def test_grouped_rows_are_told_apart(buyer: Buyer) -> None:
    """A shop that joins equal lines into one row changes nothing (A5)."""
    buyer.world.act("settings", ecommerce_grouping="on")
    assert buyer.causes() == {}
