"""The assumptions of the Komet API reference (§10) held against one account: each a judgement on answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ReconcilerError
from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.row import Row, row_of
from reconciler.model.query import Answer

NUMBER = re.compile(r"P\d{6}")
SHOP_KEYS = (
    "inventoryLineIds",
    "inventoryOrigin",
    "productId",
    "boxTypeCode",
    "quantity",
    "unitType",
    "bunches",
    "stemsBunch",
)


class Found(StrEnum):
    """What an account says to an assumption."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One assumption: what was seen, and what that means for the configuration."""

    number: str
    statement: str
    found: Found
    seen: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The answers by what they were asked for, errors too; `customer_id` whose shop it is, `today` the
    business day, `project` ours, `middle` the part of a customer's name that was searched for, and `foreign`
    whether another customer could be asked for."""

    answers: Mapping[str, Answer | ReconcilerError]
    customer_id: int | None
    today: str
    project: str
    middle: str = ""

    def rows(self, name: str, key: str = "inventoryItems") -> list[Row] | None:
        """The rows of an answer; None when it was not asked or failed."""
        answer = self.answers.get(name)
        return list(row_of(answer).rows(key)) if isinstance(answer, Answer) else None

    def ids(self, name: str, key: str) -> frozenset[int]:
        """The ids in an answer's rows."""
        return frozenset(row.required(key) for row in self.rows(name) or ())

    def lines(self, name: str, origin: int) -> frozenset[int]:
        """The line ids of one origin in a shop's answer (A5)."""
        rows = [row for row in self.rows(name) or () if row.integer("inventoryOrigin") == origin]
        parts = [part for row in rows for part in row.text("inventoryLineIds").split(",")]
        return frozenset(int(part) for part in parts if part.strip().isdigit())

    def refusal(self, name: str) -> str | None:
        """Why there is no answer."""
        answer = self.answers.get(name)
        return str(answer) if isinstance(answer, ReconcilerError) else None

    @property
    def orders(self) -> list[Row]:
        """Every order that was read."""
        names = sorted(name for name in self.answers if name.startswith("orders "))
        return [row for name in names for row in self.rows(name, "purchaseOrders") or ()]


Said = tuple[Found, str, str]
YES, NO, DARK = Found.CONFIRMED, Found.CONTRADICTED, Found.UNKNOWN


def judge_assumptions(heard: Heard) -> tuple[Judgement, ...]:
    """Every assumption that can be held against an account without writing, by number."""
    return tuple(
        Judgement(number, statement, *judge(heard)) for number, (statement, judge) in sorted_probes()
    )


def sorted_probes() -> Iterator[tuple[str, tuple[str, Callable[[Heard], Said]]]]:
    """The probes in the order of their numbers."""
    yield from sorted(PROBES.items(), key=lambda pair: int(pair[0][1:]))


def _a2(heard: Heard) -> Said:
    ours = [row for row in heard.orders if _marker(row) == heard.project]
    pending = [row for row in ours if _status(row) in ("PA", "PENDING APPROVAL")]
    if pending:
        return YES, f"{len(pending)} of our orders wait for approval", ""
    started = [row for row in ours if _status(row) in ("A", "APPROVED") and not _confirmed(row)]
    if started:
        text = f"{len(started)} of our orders are Approved and none waits"
        return NO, text, "nobody has to approve: `approve: true` asks for nothing"
    return DARK, "no order of ours is fresh enough to tell", ""


def _a3(heard: Heard) -> Said:
    if not heard.orders:
        return DARK, "no order was read", ""
    keys = sorted({key for row in heard.orders for key in row.members if "hold" in key.lower()})
    if keys:
        return NO, f"orders have {', '.join(keys)}", "a hold may be readable: tell us, verify only infers it"
    return YES, f"none of {len(heard.orders)} orders has anything that speaks of a hold", ""


def _a4(heard: Heard) -> Said:
    name = next((name for name in heard.answers if name.startswith("before ")), "")
    if not name:
        return DARK, "no confirmed order of the customer ships later than tomorrow", ""
    before, on = heard.lines(name, 2), heard.lines(f"on {name.removeprefix('before ')}", 2)
    line = int(name.split()[1])
    if line in before:
        return NO, f"line {line} is shown for the day before it ships", "orders are visible from the start"
    if line in on:
        return YES, f"line {line} is shown from its ship date on", ""
    return DARK, f"line {line} is not shown for its ship date either: verify tells why", ""


def _a5(heard: Heard) -> Said:
    rows = [*(heard.rows("open") or ()), *(heard.rows("reserved") or ())]
    if not rows:
        return DARK, "the shop is empty", ""
    missing = [key for key in SHOP_KEYS if not any(key in row.members for row in rows)]
    if missing:
        return NO, f"rows lack {', '.join(missing)}", "verify and reservations cannot be used: tell us"
    return YES, f"{len(rows)} rows have all that is read of them", ""


def _a6(heard: Heard) -> Said:
    reserved, market = heard.lines("reserved", 1), heard.ids("market", "inventoryId")
    both = sorted(reserved & market)
    if both:
        text = f"{len(both)} reserved lines are in the open market too, such as {both[0]}"
        return NO, text, "do not use reservations: free and reserved cannot be told apart"
    if not reserved or not market:
        return DARK, "there is no reserved line, or no open one, to compare", ""
    return YES, f"none of {len(reserved)} reserved lines is in the open market", ""


def _a10(heard: Heard) -> Said:
    rows = heard.rows("stock") or []
    marked = sum(bool(row.text("reference")) for row in rows)
    if marked:
        return YES, f"{marked} of {len(rows)} lines show their reference", ""
    return DARK, f"none of {len(rows)} lines shows a reference", "arrivals are only known from our own record"


def _a11(heard: Heard) -> Said:
    comments = [row.text("comments") for row in heard.orders]
    cut = [text for text in comments if "[rc:" in text and split_marker(text)[1] is None]
    if cut:
        return NO, f"{len(cut)} markers are cut off or changed", "write shorter comments; see `number`"
    whole = sum(split_marker(text)[1] is not None for text in comments)
    return (YES, f"{whole} markers were read back whole", "") if whole else (DARK, "no marker was read", "")


def _a13(heard: Heard) -> Said:
    refusal = heard.refusal("nothing")
    if refusal:
        return NO, f"an unknown order number is answered by: {refusal}", "tell us: nothing found is a failure"
    return (DARK, "it was not asked", "") if heard.rows("nothing") is None else (YES, "it is no failure", "")


def _a14(heard: Heard) -> Said:
    middle, wild = heard.rows("middle", "customers"), heard.rows("wildcard", "customers")
    if middle is None or wild is None or not heard.middle:
        return DARK, "no customer has a name long enough", ""
    if any("%" not in row.text("name") for row in wild):
        return NO, "% stands for anything", "nothing is to be done: names are compared by us"
    if not middle:
        return (
            NO,
            f"{heard.middle!r} out of a name is not found",
            "nothing is to be done: names are compared by us",
        )
    return YES, f"{heard.middle!r} out of a name is found, % is not", ""


def _a17(heard: Heard) -> Said:
    pages = [heard.lines(f"page {number}", 1) | heard.lines(f"page {number}", 2) for number in (0, 1, 2)]
    if pages[0] and pages[0] != pages[1]:
        return NO, "pages begin with 0", "tell us: the first page of each list would be missed"
    rows = heard.rows("open")
    if rows is None or len(rows) < 3 or not pages[1]:
        return DARK, "the shop has too few rows to have pages", ""
    first = heard.lines("open", 1) | heard.lines("open", 2)
    if pages[1] == pages[2] or not pages[2] <= first:
        return NO, "page 2 is not what follows page 1", "tell us: rows would be lost"
    if heard.rows("past the end"):
        return NO, "a page past the end has rows", "tell us: reading would not end"
    return YES, "pages are counted from 1 and end", ""


def _a18(heard: Heard) -> Said:
    shop, market = heard.lines("open", 1), heard.ids("market", "inventoryId")
    if not shop or not market:
        return DARK, "there is no open stock to compare", ""
    if shop & market:
        return YES, f"{len(shop & market)} open lines have one id in both lists", ""
    return NO, "no open line has the same id in two lists", "do not use reservations: lists cannot be joined"


def _a20(heard: Heard) -> Said:
    refusal = heard.refusal("reserved")
    if refusal:
        return NO, refusal, "ask Komet for Transactional API Access: reservations and verify need it"
    both = (heard.lines("reserved", 1) & heard.lines("open", 1)) | (
        heard.lines("reserved", 2) & heard.lines("open", 2)
    )
    if both:
        text = f"{len(both)} rows are shown with the flag and without"
        return NO, text, "the token lacks Transactional API Access: do not use reservations"
    if not heard.rows("open"):
        return DARK, "the shop is empty without the flag", ""
    return YES, "the shop tells reserved from open", ""


def _a21(heard: Heard) -> Said:
    counts = [len(_customers(row)) for row in heard.orders]
    if any(count > 1 for count in counts):
        return NO, "an order has lines of several customers", "such orders are never adopted nor changed"
    if not any(counts):
        return DARK, "no order with a customer was read", ""
    return YES, f"each of {len(counts)} orders has one customer", ""


def _a22(heard: Heard) -> Said:
    seen: dict[tuple[int | None, str], list[Row]] = {}
    for row in heard.orders:
        seen.setdefault((row.integer("vendorId"), row.date("shipDate")), []).append(row)
    shared = [rows for rows in seen.values() if len(rows) > 1]
    if shared:
        return YES, f"{len(shared)} times a vendor has several orders on one date", ""
    return DARK, "no vendor has two orders on one date", ""


def _a24(heard: Heard) -> Said:
    lines = [line for row in heard.orders for line in row.rows("details")]
    judged = [line for line in lines if line.text("lineItemStatus") in _CONFIRMED]
    wrong = [line for line in judged if _status_of(line) != line.text("lineItemStatus")]
    if wrong:
        text = f"line {wrong[0].required('poItemId')} is {wrong[0].text('lineItemStatus')} and should be "
        return NO, text + _status_of(wrong[0]), "confirmed boxes cannot be relied on"
    if not any(line.integer("quantityConfirmed") for line in judged):
        return DARK, "no confirmed line was read", ""
    return YES, f"{len(judged)} lines have the status that their boxes say", ""


def _a25(heard: Heard) -> Said:
    rows = [
        row
        for name in ("reserved", "open")
        for row in heard.rows(name) or ()
        if row.integer("inventoryOrigin") == 2
    ]
    if any(not row.decimal("price") for row in rows):
        return NO, "a future row without a price is shown", "a missing price hides nothing"
    confirmed = {
        line.required("poItemId"): line.integer("quantityConfirmed") or 0
        for order in heard.orders
        for line in order.rows("details")
    }
    known = [row for row in rows if row.text("inventoryLineIds") in map(str, confirmed)]
    more = [
        row for row in known if (row.integer("quantity") or 0) > confirmed[int(row.text("inventoryLineIds"))]
    ]
    if more:
        return (
            NO,
            f"line {more[0].text('inventoryLineIds')} shows more than is confirmed",
            "verify misreads it",
        )
    if not known:
        return DARK, "no future row of an order that was read", ""
    return YES, f"{len(known)} future rows have a price and at most the confirmed boxes", ""


def _a27(heard: Heard) -> Said:
    numbers = [row.text("number") for row in heard.orders]
    other = [number for number in numbers if not NUMBER.fullmatch(number)]
    if other:
        return NO, f"there is {other[0]}", "nothing is to be done: numbers are text to us"
    return (
        (YES, f"all {len(numbers)} numbers are P and six digits", "") if numbers else (DARK, "no order", "")
    )


def _a32(heard: Heard) -> Said:
    rows = heard.rows("prebooks", "prebooks")
    if not rows:
        return DARK, heard.refusal("prebooks") or "there is no prebook", ""
    missing = sorted({"id", "number", "customerId", "truckDate"} - rows[0].members.keys())
    if missing:
        return NO, f"prebooks lack {', '.join(missing)}", "prebooks need a call each: tell us"
    return YES, f"{len(rows)} prebooks have their headers", ""


def _a33(heard: Heard) -> Said:
    market = heard.ids("future market", "inventoryId")
    ours = {
        line.required("poItemId")
        for order in heard.orders
        for line in order.rows("details")
        if line.integer("customerId") == heard.customer_id is not None
    }
    if not market or not ours:
        return DARK, "there is no order of the customer, or no open future stock, to compare", ""
    if market & ours:
        return (
            NO,
            f"line {min(market & ours)} is reserved and in the open market",
            "reserved orders protect nothing",
        )
    return YES, f"none of {len(ours)} reserved lines is in the open market of future stock", ""


def _a34(heard: Heard) -> Said:
    if heard.rows("unheld") is None:
        return DARK, "it was not asked", ""
    held = heard.ids("stock", "orderItemId") - heard.ids("unheld", "orderItemId")
    shown = held & (heard.ids("market", "inventoryId") | heard.lines("open", 1) | heard.lines("reserved", 1))
    if shown:
        return NO, f"held line {min(shown)} is offered", "a held line looks free: see that nobody holds lines"
    return (YES, f"none of {len(held)} held lines is offered", "") if held else (DARK, "no line is held", "")


def _a37(heard: Heard) -> Said:
    own, company = heard.rows("own"), heard.rows("reserved")
    if own is None or company is None:
        return DARK, heard.refusal("own") or "there is no Customer token", ""
    if heard.rows("foreign"):
        return NO, "the Customer token sees another customer's shop", "a wrong token would not be noticed"
    if [row.text("inventoryLineIds") for row in own] != [row.text("inventoryLineIds") for row in company]:
        return NO, "both tokens see different rows of one customer", "plan may see what the buyer does not"
    return YES, "both tokens see the same, and another customer's shop is closed", ""


_CONFIRMED = frozenset({"Confirmed", "Partially Confirmed", "Pending"})


def _status_of(line: Row) -> str:
    boxes, confirmed = line.integer("totalBoxes") or 0, line.integer("quantityConfirmed") or 0
    if not confirmed:
        return "Pending"
    return "Confirmed" if confirmed >= boxes else "Partially Confirmed"


def _status(row: Row) -> str:
    return row.text("status").upper()


def _confirmed(row: Row) -> bool:
    return any(line.integer("quantityConfirmed") for line in row.rows("details"))


def _marker(row: Row) -> str | None:
    marker = split_marker(row.text("comments"))[1]
    return marker.project if marker else None


def _customers(row: Row) -> set[int]:
    return {id for line in row.rows("details") if (id := line.integer("customerId"))}


PROBES: Mapping[str, tuple[str, Callable[[Heard], Said]]] = {
    "A2": ("a new order waits for approval", _a2),
    "A3": ("a hold cannot be read", _a3),
    "A4": ("an order is visible from its ship date on", _a4),
    "A5": ("the shop's rows have the fields that are read", _a5),
    "A6": ("a reserved line is not in the open market", _a6),
    "A10": ("a line shows its reference", _a10),
    "A11": ("comments are read back as written", _a11),
    "A13": ("nothing found is no failure", _a13),
    "A14": ("a search finds parts of names, and % is a letter", _a14),
    "A17": ("the shop's pages are counted from 1", _a17),
    "A18": ("a line has one id in every list", _a18),
    "A20": ("the shop tells reserved from open", _a20),
    "A21": ("an order has one customer", _a21),
    "A22": ("a vendor may have several orders on one date", _a22),
    "A24": ("confirmed boxes and status agree", _a24),
    "A25": ("future rows have a price and confirmed boxes", _a25),
    "A27": ("order numbers are P and six digits", _a27),
    "A32": ("listed prebooks have their headers", _a32),
    "A33": ("a reserved order is not in the open market", _a33),
    "A34": ("a held line is not offered", _a34),
    "A37": ("a Customer token sees its own customer alone", _a37),
}
"""Each assumption that can be probed, in a few words, and its judgement."""
