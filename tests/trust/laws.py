"""The laws, told by Komet's own tables, the journal and what was wanted; nothing here plans or compares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from world import ACCOUNT

from reconciler.apply.recovery import is_adding
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from trust.stage import Stage, owner, plain, rows
from trust.story import Wanted

_LINES = """SELECT l.*, o.number, o.comments, o.status AS header, o.ship_date, p.code AS product,
    v.code AS vendor, c.code AS customer, r.code AS carrier FROM po_lines l
    JOIN purchase_orders o ON o.id = l.po_id JOIN products p ON p.id = l.product_id
    JOIN vendors v ON v.id = o.vendor_id LEFT JOIN customers c ON c.id = o.customer_id
    LEFT JOIN carriers r ON r.id = o.carrier_id ORDER BY l.id"""
_ORDERS = "SELECT * FROM purchase_orders ORDER BY id"
_PREBOOKS = "SELECT * FROM prebooks ORDER BY id"
_SOLD = """SELECT x.*, o.comments, o.status AS header, o.customer_po, p.code AS product FROM prebook_items x
    JOIN prebooks o ON o.id = x.prebook_id JOIN products p ON p.id = x.product_id ORDER BY x.id"""
_STOCK = """SELECT l.*, p.code AS product, c.code AS customer FROM inventory_lines l
    JOIN products p ON p.id = l.product_id LEFT JOIN customers c ON c.id = l.customer_id ORDER BY l.id"""


def foreign(stage: Stage) -> Mapping[str, Any]:
    """Everything in Komet that is not ours."""
    return {
        "orders": [row for row in rows(stage.world, _ORDERS) if not owner(row["comments"])],
        "lines": [row for row in rows(stage.world, _LINES) if not owner(row["comments"])],
        "customers": rows(stage.world, "SELECT * FROM customers WHERE code = 'PETALHSE' OR code = 'FUTURE'"),
        "stock": [row for row in rows(stage.world, _STOCK) if row["customer"] not in (None, "BLOOM")],
    }


def broken_at_any_time(stage: Stage) -> Iterator[str]:
    """Nothing exists twice, whatever happened a moment ago."""
    yield from _orders_made_twice(stage)
    yield from _lines_made_twice(stage)
    yield from _prebooks_made_twice(stage)
    for table, column in (("ship_tos", "customer_id, name"), ("customers", "code")):
        for row in rows(stage.world, f"SELECT {column} FROM {table} GROUP BY {column} HAVING COUNT(*) > 1"):
            yield f"{table}: twice {list(row.values())}"
    references = Counter(row["reference"] for row in rows(stage.world, _STOCK) if row["reference"])
    for reference, count in references.items():
        if count > 1 and reference.startswith("rc:"):
            yield f"stock was added {count} times under {reference}"
    counted = stage.world.state.ledger
    calls = rows(stage.world, "SELECT day, COUNT(*) AS calls FROM calls GROUP BY day")
    known = sum(counted.used(ACCOUNT, date.fromisoformat(row["day"])) for row in calls)
    is_wrong = known < total(calls) if stage.has_died else known != total(calls)
    if is_wrong and not stage.has_forgotten:
        yield f"{total(calls)} calls were made and {known} are in the ledger"


def _prebooks_made_twice(stage: Stage) -> Iterator[str]:
    """A prebook is made once, and holds of a product no more than was ever wanted of it together: a changed
    item stands beside the one that it replaces until it is proved."""
    made = Counter(owner(row["comments"]) for row in rows(stage.world, _PREBOOKS))
    yield from (
        f"{count} prebooks were made for {name}" for name, count in made.items() if name and count > 1
    )
    boxes: Counter[tuple[str, str]] = Counter()
    for item in rows(stage.world, _SOLD):
        boxes[(owner(item["comments"]), item["product"])] += item["boxes"]
    for key, count in sorted(boxes.items()):
        most = sum(each for each, _ in stage.sold.get(key, ()))
        if key[0] and count > most:
            yield f"{key} holds {count} boxes, and {most} were ever wanted"


def _orders_made_twice(stage: Stage) -> Iterator[str]:
    """An order is made once for each header that was ever wanted of it."""
    made = Counter(owner(row["comments"]) for row in rows(stage.world, _ORDERS))
    for name, count in sorted(made.items()):
        if name and count > len(stage.headers.get(name, ())):
            yield f"{count} orders were made for {name}, and {len(stage.headers.get(name, ()))} were wanted"


def _lines_made_twice(stage: Stage) -> Iterator[str]:
    """An order never holds more boxes of a content than was ever wanted of it."""
    boxes: dict[tuple[str, ...], int] = defaultdict(int)
    for line in rows(stage.world, _LINES):
        if (name := owner(line["comments"])) and line["status"] != "Cancelled":
            boxes[(line["number"], name, line["product"], plain(line["cost"]))] += line["boxes"]
    for (number, *key), count in sorted(boxes.items()):
        if count > stage.allowed.get(tuple(key), 0):
            yield f"{number} holds {count} boxes of {key}, and {stage.allowed.get(tuple(key), 0)} were wanted"


def broken_by_apply(
    stage: Stage, plan: Plan, summary: Summary | None, first_call: int, is_sure: bool
) -> Iterator[str]:
    """What takes effect was planned, and costs what was said where no call fails and all was sure before."""
    calls = rows(stage.world, f"SELECT * FROM calls WHERE number > {first_call} ORDER BY number")
    planned = sum(is_adding(step.method) for change in plan.changes for step in change.api_steps)
    written = [
        call
        for call in calls
        if is_adding(call["method"]) and (call["outcome"].endswith("ok") or call["outcome"] == "late effect")
    ]
    if len(written) > planned:
        yield f"{len(written)} calls added something, and {planned} were planned"
    went_well = all(call["outcome"] == "ok" for call in calls)
    predicted = plan.calls.apply + plan.calls.verify
    if went_well and is_sure and len(calls) > predicted:
        yield f"{len(calls)} calls were made, and {predicted} predicted"
    if summary is not None and summary.calls != len(calls):
        yield f"{len(calls)} calls were made, and the summary counts {summary.calls}"
    yield from _done_in_doubt(stage, summary) if summary is not None else ()


def _done_in_doubt(stage: Stage, summary: Summary) -> Iterator[str]:
    """What is said to be done is known: none of its calls is still in doubt."""
    done = {str(result.address) for result in summary.results if result.outcome is Outcome.DONE}
    yield from (f"{name} is done, and a call of it is in doubt" for name in sorted(done & stage.in_doubt))


def broken_in_the_end(stage: Stage, wanted: Wanted) -> Iterator[str]:
    """Everything that is wanted is there, nothing is that is not, and the journal explains all of it."""
    lines = [line for line in rows(stage.world, _LINES) if line["status"] != "Cancelled"]
    ours = defaultdict(list)
    for line in lines:
        if (name := owner(line["comments"])) and line["number"] not in stage.lost:
            ours[name].append(line)
    for name, order in wanted["purchase_orders"].items():
        yield from _untrue_order(stage, name, order, ours.pop(name, []))
    for name, left in ours.items():
        yield f"{name} is not wanted any more, and {left[0]['number']} holds lines"
    yield from _untrue_prebooks(stage, wanted.get("prebooks", {}))
    for name, customer in wanted["customers"].items():
        yield from _untrue_customer(stage, name, customer)
    for name, reservation in wanted["reservations"].items():
        yield from _untrue_stock(stage, name, reservation)
    yield from _unexplained(stage)


def _untrue_order(
    stage: Stage, name: str, order: Mapping[str, Any], lines: list[dict[str, Any]]
) -> Iterator[str]:
    codes = {"bloomnet": "BLOOM", "newcomer": "NEWCO"}
    if len({line["number"] for line in lines}) != 1:
        yield f"{name} stands on {sorted({line['number'] for line in lines})}"
        return
    head = lines[0]
    shown = (head["vendor"], head["ship_date"], head["customer"], head["carrier"])
    asked = (order["vendor"], order["ship_date"], codes[order["customer"]], order["carrier"])
    if shown != asked:
        yield f"{name} is {shown}, and wanted {asked}"
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for line in lines:
        price = "" if stage.has_forgotten else plain(line["price"])
        found[(line["product"], plain(line["cost"]), price)] += line["boxes"]
        if order["confirm"] and line["status"] not in ("Confirmed", "Shipped"):
            yield f"{name}: line {line['id']} is {line['status']}"
    expected = {
        (item["product"], plain(item["cost"]), "" if stage.has_forgotten else plain(item["price"])): item[
            "boxes"
        ]
        for item in order["items"].values()
    }
    if dict(found) != expected:
        yield f"{name} holds {dict(found)}, and wanted {expected}"


def _untrue_prebooks(stage: Stage, wanted: Mapping[str, Any]) -> Iterator[str]:
    found: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for item in rows(stage.world, _SOLD):
        if (name := owner(item["comments"])) and item["header"] != "Cancelled":
            found[name][(item["product"], plain(item["price"]), item["customer_po"])] += item["boxes"]
    expected = {
        name: {
            (item["product"], plain(item["price"]), prebook["customer_po"]): item["boxes"]
            for item in prebook["items"].values()
        }
        for name, prebook in wanted.items()
    }
    if {name: dict(items) for name, items in found.items()} != expected and not stage.has_forgotten:
        yield f"prebooks hold {dict(found)}, and wanted {expected}"


def _untrue_customer(stage: Stage, name: str, customer: Mapping[str, Any]) -> Iterator[str]:
    code = customer["komet"]["code"]
    found = rows(
        stage.world,
        f"SELECT s.* FROM customers c LEFT JOIN ship_tos s ON s.customer_id = c.id WHERE c.code = '{code}'",
    )
    if not found:
        yield f"{name} is not there"
    known = {row["name"]: row for row in found}
    for ship_to in customer.get("ship_to", {}).values():
        row = known.get(ship_to["name"])
        if row is None or (row["address"], row["city"]) != (ship_to["address"], ship_to["city"]):
            yield f"{name}: ship-to {ship_to} is {row}"


def _untrue_stock(stage: Stage, name: str, wish: Mapping[str, Any]) -> Iterator[str]:
    """No more is kept than is wanted, and what is missing is missing because no open line fits."""
    stock = [row for row in rows(stage.world, _STOCK) if row["product"] == wish["product"] and row["boxes"]]
    kept = sum(row["boxes"] for row in stock if row["customer"] == "BLOOM" and row["location_id"] == 11)
    most = wish["boxes"] + wish["tolerance"]
    whole = sum(row["boxes"] for row in stock if row["customer"] == "BLOOM" and row["reference"])
    if kept > max(most, whole):
        yield f"{name}: {kept} boxes are kept, and {wish['boxes']} wanted"
    free = [
        row["boxes"] for row in stock if row["customer"] is None and not row["held"] and row["bunches"] == 12
    ]
    if kept < wish["boxes"] - wish["tolerance"] and any(kept + boxes <= most for boxes in free):
        yield f"{name}: {kept} boxes are kept, {wish['boxes']} wanted, and lines of {free} are open"
    if "arrival" in wish and not stage.has_forgotten:
        added = [row for row in rows(stage.world, _STOCK) if (row["reference"] or "").startswith("rc:")]
        arrived = sum(row["arrived"] for row in added if row["awb"] == wish["arrival"]["awb"])
        if arrived != wish["arrival"]["boxes"]:
            yield f"{name}: {arrived} boxes arrived, and {wish['arrival']['boxes']} were wanted"


def _unexplained(stage: Stage) -> Iterator[str]:
    """For everything that we made there is a call in the journal that is known to have made it."""
    if stage.has_forgotten:
        return
    entries = stage.database.query("SELECT address, method, params, facts, outcome, settled FROM journal")
    made = [row for row in entries if "done" in (row[4], row[5])]
    if stage.is_in_doubt:
        yield "the journal still has calls in doubt"
    numbers = {(row[0], row[3]) for row in made if row[1].startswith("purchase.order.")}
    for order in rows(stage.world, _ORDERS):
        name = owner(order["comments"])
        known = any(
            address == f"purchase_orders.{name}" and order["number"] in facts for address, facts in numbers
        )
        if name and not known:
            yield f"the journal does not explain {order['number']}"
    for prebook in rows(stage.world, _PREBOOKS):
        name = owner(prebook["comments"])
        known = any(row[0] == f"prebooks.{name}" and prebook["number"] in row[3] for row in made)
        if name and not known:
            yield f"the journal does not explain {prebook['number']}"
    for row in rows(stage.world, _STOCK):
        if (row["reference"] or "").startswith("rc:") and not any(
            row["reference"] in each[2] for each in made
        ):
            yield f"the journal does not explain the stock under {row['reference']}"


def total(calls: list[dict[str, Any]]) -> int:
    """All calls of all days."""
    return sum(row["calls"] for row in calls)
