"""Whether the items of a purchase order are seen, and by elimination why not (Komet API §6.2, §6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.order import PENDING_APPROVAL, Content, Item, LiveOrder, WantedOrder
from reconciler.model.address import Address
from reconciler.verify import causes
from reconciler.verify.acceptance import Acceptance
from reconciler.verify.finding import Answered, Cause, Claim, Finding
from reconciler.verify.shelf import FUTURE
from reconciler.verify.shop import Shop

RHYTHM = timedelta(minutes=5)
"""How often BloomNet looks (Komet API §8)."""

MONTHS_AHEAD = 2
"""How far the shop shows when no day is asked for (Komet API §4.5)."""


class OrderItem(Struct, frozen=True):
    """All that is known of one item but what its customer sees.

    `lines` stand for it today; `lost` boxes were cancelled by the vendor. `priced` is True when a price was
    recorded, False when certainly nobody set one, None when nobody knows. `others` are the confirmed lines
    of the order's other items. `steps` are the open operator steps by key, each with its instruction and
    since when. `labels` are the codes of the live order's and the wanted location.
    """

    address: Address
    headline: str
    wanted: WantedOrder
    item: Item
    order: LiveOrder | None
    lines: tuple[Line[Content], ...]
    lost: int
    priced: bool | None
    others: tuple[int, ...]
    steps: Mapping[str, tuple[str, str]]
    accepted: Acceptance
    labels: tuple[str, str]
    read_at: datetime
    today: date
    cancelled: str | None = None

    @property
    def expected(self) -> dict[int, int]:
        """The confirmed boxes by line: what can be seen at most (A25)."""
        return {line.id: line.confirmed for line in self.lines if line.confirmed}

    @property
    def stored(self) -> int:
        """The boxes that stand in Komet."""
        return sum(line.boxes for line in self.lines)

    def step(self, *words: str) -> Cause | None:
        """The open operator step that is about one of `words`."""
        for key, (instruction, since) in self.steps.items():
            if key.partition(" ")[0] in words:
                return causes.operator_step((instruction, since))
        return None


def judge_item(each: OrderItem, shop: Shop) -> Finding:
    """The three claims of one item; what is not visible has its causes."""
    seen_by = shop.shelf.boxes_of(FUTURE, each.expected)
    seen = sum(seen_by.values())
    is_seen = seen >= each.item.boxes
    return Finding(
        address=each.address,
        item=each.item.name,
        customer=shop.place.customer,
        headline=each.headline,
        wanted=each.item.boxes,
        seen=seen,
        accepted=each.accepted.claim,
        stored=_stored(each),
        visible=_visible(each, shop, seen),
        causes=() if is_seen else tuple(_causes(each, shop, seen_by)),
    )


def window_end(today: date) -> date:
    """The last day that the shop shows when no day is asked for."""
    year, month = divmod(today.month - 1 + MONTHS_AHEAD, 12)
    first = date(today.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=today.day - 1), following - timedelta(days=1))


def _stored(each: OrderItem) -> Claim:
    wanted = each.item.boxes
    if each.order is None:
        return Claim(Answered.NO, each.cancelled or "there is no such order in Komet", each.read_at)
    if each.stored >= wanted:
        return Claim(Answered.YES, f"{each.order.number} has {each.stored} boxes", each.read_at)
    return Claim(Answered.NO, f"{each.order.number} has {each.stored} of {wanted} boxes", each.read_at)


def _visible(each: OrderItem, shop: Shop, seen: int) -> Claim:
    if shop.shelf.refusal is not None:
        return Claim(Answered.UNKNOWN, f"Komet refused: {shop.shelf.refusal}", shop.shelf.at)
    answered = Answered.YES if seen >= each.item.boxes else Answered.NO
    return Claim(answered, f"{shop.place.customer} sees {seen} of {each.item.boxes} boxes", shop.shelf.at)


def _causes(each: OrderItem, shop: Shop, seen_by: Mapping[int, int]) -> Iterator[Cause]:
    """What blocks the whole item, else what explains each part of the missing boxes."""
    if blocked := _blocked(each, shop):
        yield blocked
        return
    assert each.order is not None
    missing = each.item.boxes - each.lost - each.stored
    if each.lost:
        text = f"the vendor cancelled {each.lost} of {each.item.boxes} boxes of {each.order.number}"
        yield causes.cancelled(text)
    if missing > 0:
        text = f"{each.order.number} lacks {missing} of {each.item.boxes} boxes"
        yield causes.not_applied(text)
    confirmed, seen = sum(each.expected.values()), sum(seen_by.values())
    if confirmed < each.stored:
        is_pending = each.order.status == PENDING_APPROVAL
        yield each.step("approve") or causes.unconfirmed(
            each.order.number, each.stored, confirmed, is_pending
        )
    if seen < confirmed:
        yield from _unseen(each, each.order, shop, confirmed, seen)


def _blocked(each: OrderItem, shop: Shop) -> Cause | None:
    if token := shop.token_cause:
        return token
    if each.order is None:
        if each.cancelled:
            return causes.cancelled(each.cancelled)
        return causes.not_applied("it is in the configuration and not in Komet")
    if each.order.lines and each.order.customer_ids != (shop.customer_id,):
        whose = ", ".join(f"id {id}" for id in each.order.customer_ids) or "nobody"
        text = f"{each.order.number} is made out to {whose}, and {shop.label} is id {shop.customer_id}"
        return each.step("customer") or causes.wrong_customer(text, shop.label)
    wanted = each.wanted.location_id
    if wanted is not None and each.order.location_id != wanted:
        return each.step("location") or causes.wrong_location(each.order.number, *each.labels)
    return None


def _unseen(each: OrderItem, order: LiveOrder, shop: Shop, confirmed: int, seen: int) -> Iterator[Cause]:
    """Confirmed boxes that the customer does not see."""
    if seen:
        yield causes.sold(f"{confirmed - seen} of {confirmed} confirmed boxes of {order.number} are sold")
        return
    if named := _named(each, order, shop):
        yield named
        return
    others = shop.shelf.boxes_of(FUTURE, dict.fromkeys(each.others, 1))
    price = "; ".join(_price_words(each))
    hidden = shop.may_hide(each.item.content.product_id)
    if any(others.values()):
        if hidden:
            yield causes.hidden_future(False)
        yield causes.no_price(order.number, f"{price}; its price may have been taken away")
        yield causes.sold(f"all {confirmed} confirmed boxes of {order.number} may be sold")
        return
    reasons = ["it is made out to this customer", "confirmed", price, "inside the shop's dates"]
    yield causes.hold(order.number, reasons)
    if each.priced is None:
        yield causes.no_price(order.number, price)
    if hidden:
        yield causes.hidden_future(False)
    if shop.has_bought:
        yield causes.sold(f"all {confirmed} confirmed boxes of {order.number} may be sold: see its prebooks")


def _named(each: OrderItem, order: LiveOrder, shop: Shop) -> Cause | None:
    """The one cause that the evidence proves."""
    day = order.ship_date
    if each.priced is False:
        return causes.no_price(order.number, "; ".join(_price_words(each)))
    changed = each.accepted.changed_at
    if changed is not None and each.read_at - changed < RHYTHM:
        return causes.not_synchronised(int((each.read_at - changed).total_seconds() // 60))
    if all(line.is_shipped for line in each.lines):
        return causes.arrived(order.number)
    if date.fromisoformat(day) > window_end(each.today):
        later = shop.reserved_on.get(day)
        if later is None or any(later.boxes_of(FUTURE, each.expected).values()):
            return causes.before_ship_date(day, later is not None)
    if shop.refuses_day(day):
        return causes.order_days(day)
    if shop.hides_future and shop.may_hide(each.item.content.product_id):
        return causes.hidden_future(True)
    return None


def _price_words(each: OrderItem) -> Iterator[str]:
    if each.priced:
        yield "priced by our own record, since Komet shows no price of an order"
    elif each.priced is None:
        yield "nobody knows its price: Komet shows none, and no apply recorded one"
    else:
        yield f"no price was ever set for {each.item.name}"
