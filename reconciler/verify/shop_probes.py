"""The assumptions about stock and shops, each judged by what was heard (Komet API §10)."""

from __future__ import annotations

from reconciler.verify.heard import DARK, NO, YES, Heard, Said

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


def judge_a4(heard: Heard) -> Said:
    """A4: an order is visible from its ship date on."""
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


def judge_a5(heard: Heard) -> Said:
    """A5: the shop's rows have the fields that are read."""
    rows = [*(heard.rows("open") or ()), *(heard.rows("reserved") or ())]
    if not rows:
        return DARK, "the shop is empty", ""
    missing = [key for key in SHOP_KEYS if not any(key in row.members for row in rows)]
    if missing:
        return NO, f"rows lack {', '.join(missing)}", "verify and reservations cannot be used: tell us"
    return YES, f"{len(rows)} rows have all that is read of them", ""


def judge_a6(heard: Heard) -> Said:
    """A6: a reserved line is not in the open market."""
    reserved, market = heard.lines("reserved", 1), heard.ids("market", "inventoryId")
    both = sorted(reserved & market)
    if both:
        text = f"{len(both)} reserved lines are in the open market too, such as {both[0]}"
        return NO, text, "do not use reservations: free and reserved cannot be told apart"
    if not reserved or not market:
        return DARK, "there is no reserved line, or no open one, to compare", ""
    return YES, f"none of {len(reserved)} reserved lines is in the open market", ""


def judge_a10(heard: Heard) -> Said:
    """A10: a line shows its reference."""
    rows = heard.rows("stock") or []
    marked = sum(bool(row.text("reference")) for row in rows)
    if marked:
        return YES, f"{marked} of {len(rows)} lines show their reference", ""
    return DARK, f"none of {len(rows)} lines shows a reference", "arrivals are only known from our own record"


def judge_a14(heard: Heard) -> Said:
    """A14: a search finds parts of names, and % is a letter."""
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


def judge_a17(heard: Heard) -> Said:
    """A17: the shop's pages are counted from 1."""
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


def judge_a18(heard: Heard) -> Said:
    """A18: a line has one id in every list."""
    shop, market = heard.lines("open", 1), heard.ids("market", "inventoryId")
    if not shop or not market:
        return DARK, "there is no open stock to compare", ""
    if shop & market:
        return YES, f"{len(shop & market)} open lines have one id in both lists", ""
    return NO, "no open line has the same id in two lists", "do not use reservations: lists cannot be joined"


def judge_a20(heard: Heard) -> Said:
    """A20: the shop tells reserved from open."""
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


def judge_a25(heard: Heard) -> Said:
    """A25: future rows have a price and confirmed boxes."""
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


def judge_a34(heard: Heard) -> Said:
    """A34: a held line is not offered."""
    if heard.rows("unheld") is None:
        return DARK, "it was not asked", ""
    held = heard.ids("stock", "orderItemId") - heard.ids("unheld", "orderItemId")
    shown = held & (heard.ids("market", "inventoryId") | heard.lines("open", 1) | heard.lines("reserved", 1))
    if shown:
        return NO, f"held line {min(shown)} is offered", "a held line looks free: see that nobody holds lines"
    return (YES, f"none of {len(held)} held lines is offered", "") if held else (DARK, "no line is held", "")


def judge_a37(heard: Heard) -> Said:
    """A37: a Customer token sees its own customer alone."""
    own, company = heard.rows("own"), heard.rows("reserved")
    if own is None or company is None:
        return DARK, heard.refusal("own") or "there is no Customer token", ""
    if heard.rows("foreign"):
        return NO, "the Customer token sees another customer's shop", "a wrong token would not be noticed"
    if [row.text("inventoryLineIds") for row in own] != [row.text("inventoryLineIds") for row in company]:
        return NO, "both tokens see different rows of one customer", "plan may see what the buyer does not"
    return YES, "both tokens see the same, and another customer's shop is closed", ""


def judge_a39(heard: Heard) -> Said:
    """A39: a shop without a location shows all of them."""
    calls = "reservations of one customer at several locations take more calls"
    if heard.rows("reserved") is None:
        return DARK, "the shop of one location was not read", ""
    if heard.refusal("everywhere"):
        return NO, str(heard.refusal("everywhere")), calls
    here, everywhere = heard.lines("reserved", 1), heard.lines("everywhere", 1)
    if here - everywhere:
        return NO, f"without a location line {min(here - everywhere)} is not shown", calls
    if everywhere - here:
        return YES, f"without a location {len(everywhere - here)} lines of other locations are shown", ""
    return DARK, "nothing is reserved for the customer at another location", ""
