"""The assumptions about orders, customers and answers, each judged by what was heard (Komet API §10)."""

from __future__ import annotations

import re

from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.row import Row
from reconciler.verify.heard import DARK, NO, YES, Heard, Said

NUMBER = re.compile(r"P\d{6}")
_CONFIRMED = frozenset({"Confirmed", "Partially Confirmed", "Pending"})


def judge_a2(heard: Heard) -> Said:
    """A2: a new order waits for approval."""
    ours = [row for row in heard.orders if _marker(row) == heard.project]
    pending = [row for row in ours if _status(row) in ("PA", "PENDING APPROVAL")]
    if pending:
        return YES, f"{len(pending)} of our orders wait for approval", ""
    started = [row for row in ours if _status(row) in ("A", "APPROVED") and not _confirmed(row)]
    if started:
        text = f"{len(started)} of our orders are Approved and none waits"
        return NO, text, "nobody has to approve: `approve: true` asks for nothing"
    return DARK, "no order of ours is fresh enough to tell", ""


def judge_a3(heard: Heard) -> Said:
    """A3: a hold cannot be read."""
    if not heard.orders:
        return DARK, "no order was read", ""
    keys = sorted({key for row in heard.orders for key in row.members if "hold" in key.lower()})
    if keys:
        return NO, f"orders have {', '.join(keys)}", "a hold may be readable: tell us, verify only infers it"
    return YES, f"none of {len(heard.orders)} orders has anything that speaks of a hold", ""


def judge_a11(heard: Heard) -> Said:
    """A11: comments are read back as written."""
    comments = [row.text("comments") for row in heard.orders]
    cut = [text for text in comments if "[rc:" in text and split_marker(text)[1] is None]
    if cut:
        return NO, f"{len(cut)} markers are cut off or changed", "write shorter comments; see `number`"
    whole = sum(split_marker(text)[1] is not None for text in comments)
    return (YES, f"{whole} markers were read back whole", "") if whole else (DARK, "no marker was read", "")


def judge_a13(heard: Heard) -> Said:
    """A13: nothing found is no failure."""
    refusal = heard.refusal("nothing")
    if refusal:
        return NO, f"an unknown order number is answered by: {refusal}", "tell us: nothing found is a failure"
    return (DARK, "it was not asked", "") if heard.rows("nothing") is None else (YES, "it is no failure", "")


def judge_a21(heard: Heard) -> Said:
    """A21: an order has one customer."""
    counts = [len(_customers(row)) for row in heard.orders]
    if any(count > 1 for count in counts):
        return NO, "an order has lines of several customers", "such orders are never adopted nor changed"
    if not any(counts):
        return DARK, "no order with a customer was read", ""
    return YES, f"each of {len(counts)} orders has one customer", ""


def judge_a22(heard: Heard) -> Said:
    """A22: a vendor may have several orders on one date."""
    seen: dict[tuple[int | None, str], list[Row]] = {}
    for row in heard.orders:
        seen.setdefault((row.integer("vendorId"), row.date("shipDate")), []).append(row)
    shared = [rows for rows in seen.values() if len(rows) > 1]
    if shared:
        return YES, f"{len(shared)} times a vendor has several orders on one date", ""
    return DARK, "no vendor has two orders on one date", ""


def judge_a24(heard: Heard) -> Said:
    """A24: confirmed boxes and status agree."""
    lines = [line for row in heard.orders for line in row.rows("details")]
    judged = [line for line in lines if line.text("lineItemStatus") in _CONFIRMED]
    wrong = [line for line in judged if _status_of(line) != line.text("lineItemStatus")]
    if wrong:
        text = f"line {wrong[0].required('poItemId')} is {wrong[0].text('lineItemStatus')} and should be "
        return NO, text + _status_of(wrong[0]), "confirmed boxes cannot be relied on"
    if not any(line.integer("quantityConfirmed") for line in judged):
        return DARK, "no confirmed line was read", ""
    return YES, f"{len(judged)} lines have the status that their boxes say", ""


def judge_a27(heard: Heard) -> Said:
    """A27: order numbers are P and six digits."""
    numbers = [row.text("number") for row in heard.orders]
    other = [number for number in numbers if not NUMBER.fullmatch(number)]
    if other:
        return NO, f"there is {other[0]}", "nothing is to be done: numbers are text to us"
    return (
        (YES, f"all {len(numbers)} numbers are P and six digits", "") if numbers else (DARK, "no order", "")
    )


def judge_a32(heard: Heard) -> Said:
    """A32: listed prebooks have their headers."""
    rows = heard.rows("prebooks", "prebooks")
    if not rows:
        return DARK, heard.refusal("prebooks") or "there is no prebook", ""
    missing = sorted({"id", "number", "customerId", "truckDate"} - rows[0].members.keys())
    if missing:
        return NO, f"prebooks lack {', '.join(missing)}", "prebooks need a call each: tell us"
    return YES, f"{len(rows)} prebooks have their headers", ""


def judge_a33(heard: Heard) -> Said:
    """A33: a reserved order is not in the open market."""
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
