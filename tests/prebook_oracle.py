"""What is true of prebooks in a simulated Komet, told from its store and the YAML alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reconciler.model.value import Value

Unknown = set[tuple[Any, ...]]
State = Mapping[str, Any]


def untrue_prebook(
    name: str,
    wanted: Mapping[str, Value],
    number: str | None,
    state: State,
    project: str,
    today: date,
    unknown: Unknown,
    ship_to: str | None,
) -> Iterator[str]:
    """How the prebook `number` differs from what is wanted under `name`; `unknown` paths nobody can know.

    `ship_to` is what the wanted ship-to is called in Komet. One whose truck has left is nobody's business.
    """
    if str(wanted["ship_date"]) < today.isoformat():
        return
    marker = f"[rc:{project}/{name}]"
    named = wanted.get("number")
    ours = [
        each
        for each in state["prebooks"]
        if (each["comments"] or "").endswith(marker) or (named is not None and each["number"] == named)
    ]
    ours = [each for each in ours if each["status"] != "Cancelled" and each["truck_date"] >= str(today)]
    if [each["number"] for each in ours] != [number]:
        yield f"{name}: bound to {number}, and marked or named are {[each['number'] for each in ours]}"
        return
    (prebook,) = ours
    yield from _untrue_header(name, wanted, prebook, marker, unknown)
    titles = {each["id"]: each["name"] for each in state["ship_tos"]}
    if ship_to is not None and titles.get(prebook["ship_to_id"]) != ship_to:
        yield f"{name}: goes to {titles.get(prebook['ship_to_id'])}, wanted {ship_to}"
    items = wanted.get("items") or {}
    assert isinstance(items, Mapping)
    claimed: set[int] = set()
    for key, item in items.items():
        assert isinstance(item, Mapping)
        lines = [line for line in prebook["items"] if _is_of(line, item)]
        claimed |= {line["id"] for line in lines}
        yield from _untrue_item(f"{name}.{key}", key, item, lines, state, unknown)
    yield from (
        f"{name}: line {line['id']} belongs to nothing"
        for line in prebook["items"]
        if line["id"] not in claimed
    )


def _untrue_header(
    name: str, wanted: Mapping[str, Value], prebook: Mapping[str, Any], marker: str, unknown: Unknown
) -> Iterator[str]:
    for key, column in (("ship_date", "truck_date"), ("carrier", "carrier"), ("location", "location")):
        if key in wanted and prebook[column] != str(wanted[key]):
            yield f"{name} {key}: {prebook[column]}, wanted {wanted[key]}"
    if "customer_po" in wanted and (prebook["customer_po"] or "") != (wanted["customer_po"] or ""):
        yield f"{name}: PO {prebook['customer_po']}, wanted {wanted['customer_po']}"
    comments = (prebook["comments"] or "").removesuffix(marker).strip()
    if "comments" in wanted and comments != (wanted["comments"] or ""):
        yield f"{name}: comments {prebook['comments']!r}"
    if "ship_via" in wanted and prebook["ship_via"] != ["warehouse", "grower"].index(str(wanted["ship_via"])):
        yield f"{name}: ships via {prebook['ship_via']}"
    for key in ("status", "ecommerce", "created_by"):
        if key in wanted and (key,) not in unknown and prebook[key] != wanted[key]:
            yield f"{name} {key}: {prebook[key]!r}, wanted {wanted[key]!r}"


def _untrue_item(
    where: str,
    key: str,
    item: Mapping[str, Value],
    lines: list[Mapping[str, Any]],
    state: State,
    unknown: Unknown,
) -> Iterator[str]:
    column = "units" if "units" in item else "boxes"
    count = sum(line[column] for line in lines)
    if count != item[column]:
        yield f"{where}: {count} {column}, wanted {item[column]}"
    numbers = {line["id"]: order["number"] for order in state["purchase_orders"] for line in order["lines"]}
    orders = {order["comments"]: order["number"] for order in state["purchase_orders"]}
    for line in lines:
        for name in ("price", "cost"):
            if name in item and ("items", key, name) not in unknown and not _equals(line[name], item[name]):
                yield f"{where}: {name} {line[name]}, wanted {item[name]}"
        for name in ("vendor", "notes", "order_source"):
            if name in item and ("items", key, name) not in unknown and line[name] != item[name]:
                yield f"{where}: {name} {line[name]!r}, wanted {item[name]!r}"
        if "breakdown" in item and not _same_parts(line["breakdowns"], item["breakdown"]):
            yield f"{where}: mixed of {line['breakdowns']}"
        if "from_po" in item and ("items", key, "from_po") not in unknown:
            drawn = {numbers.get(draw["line_id"]): draw["boxes"] for draw in line["draws"]}
            wanted = str(item["from_po"])
            marked = [number for text, number in orders.items() if (text or "").endswith(f"/{wanted}]")]
            if not (set(drawn) <= {wanted, *marked} and sum(drawn.values()) == line["boxes"]):
                yield f"{where}: draws {drawn}, wanted {wanted}"


def _is_of(line: Mapping[str, Any], item: Mapping[str, Value]) -> bool:
    if line["product"] != item["product"] or line["unit"].lower() != item["unit"]:
        return False
    if (line["mark_code"] or "") != (item.get("mark_code") or ""):
        return False
    if item.get("item_type") == "unit":
        return bool(line["item_type"] == "UN")
    pack = (line["box_type"], line["bunches"], line["stems"])
    return pack == (item["box_type"], item["bunches"], item.get("stems", 0))


def _same_parts(stored: list[Mapping[str, Any]], wanted: Value) -> bool:
    assert isinstance(wanted, list)
    now = sorted((p["product"], p["bunches"], p["stems"], Decimal(str(p["price"] or 0))) for p in stored)
    then = sorted((p["product"], p["bunches"], p["stems"], Decimal(str(p.get("price", 0)))) for p in wanted)
    return now == then


def _equals(stored: object, wanted: Value) -> bool:
    return stored is not None and Decimal(str(stored)) == Decimal(str(wanted))
