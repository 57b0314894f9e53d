"""The calls that write prebooks: what each sends, and what its answer means (Komet API §7.2, §7.3, §7.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.kinds.orders.calls import batches_of, identifier_of
from reconciler.kinds.orders.order import Part
from reconciler.kinds.prebooks.prebook import SHIP_VIA, UNIT, LivePrebook, PrebookItem, WantedPrebook
from reconciler.kinds.row import Row, row_of
from reconciler.model.query import Answer
from reconciler.model.step import ApiStep, CallResult
from reconciler.model.value import Json, Path, decimal_text

CREATE = "prebook.create"
UPDATE = "prebook.update"
DELETE = "prebook.delete"
DELETE_ITEM = "prebook.item.delete"

Arriving = Sequence[tuple[PrebookItem, int]]
"""Items with how many of them are to be added."""


def added_lines(arriving: Arriving, drawn: Mapping[str, Json]) -> list[tuple[list[Json], tuple[Path, ...]]]:
    """The lines of `arriving` in as few requests as the size allows, with the places they are written at."""
    lines = [_line(item, count, drawn.get(item.name)) for item, count in arriving]
    places: Iterator[Path] = iter([("items", item.name) for item, _ in arriving])
    return [(batch, tuple(next(places) for _ in batch)) for batch in batches_of(lines)]


def new_header(wanted: WantedPrebook, customer: Json, ship_to: Json, comments: str) -> dict[str, Json]:
    """The header of a prebook that is to be made, whatever else stands there."""
    params: dict[str, Json] = {
        "customerId": customer,
        "carrierId": wanted.carrier_id,
        "shipDate": wanted.ship_date,
        "comments": comments,
        "useExisting": 0,
    }
    params |= _flags(wanted)
    optional: dict[str, Json] = {
        "shipToId": ship_to,
        "companyLocationCode": wanted.location_code or None,
        "customerPO": wanted.customer_po or None,
        "shipViaId": SHIP_VIA.index(wanted.ship_via) if wanted.ship_via else None,
        "isEcommerce": None if wanted.ecommerce is None else int(wanted.ecommerce),
        "createdBy": wanted.created_by,
        "status": wanted.status,
    }
    return params | {name: value for name, value in optional.items() if value is not None}


def existing_header(
    wanted: WantedPrebook, live: LivePrebook, customer: Json, ship_to: Json, comments: str
) -> dict[str, Json]:
    """The header by which Komet finds a prebook that stands: the one that it shows now, not the wanted one.

    Should it find none all the same it makes another (A23), which our marker then shows to be ours.
    """
    params: dict[str, Json] = {
        "customerId": live.customer_id if live.customer_id is not None else customer,
        "carrierId": live.carrier_id if live.carrier_id is not None else wanted.carrier_id,
        "shipDate": live.ship_date,
        "comments": comments,
        "useExisting": 1,
    }
    params |= _flags(wanted)
    optional: dict[str, Json] = {
        "shipToId": ship_to,
        "companyLocationCode": live.location_code or wanted.location_code or None,
        "customerPO": live.customer_po or None,
    }
    return params | {name: value for name, value in optional.items() if value is not None}


def header_update(wanted: WantedPrebook, live: LivePrebook, comments: str) -> dict[str, Json]:
    """Every value that is known to be wanted, since what is left out may be wiped (A31)."""
    params: dict[str, Json] = {
        "prebookId": live.id,
        "carrierId": wanted.carrier_id,
        "shipDate": wanted.ship_date,
        "comments": comments,
    }
    ship_via = wanted.ship_via or live.ship_via
    if ship_via in SHIP_VIA:
        params["shipViaId"] = SHIP_VIA.index(ship_via)
    customer_po = wanted.customer_po if wanted.customer_po is not None else live.customer_po
    if customer_po or live.customer_po:
        params["customerPO"] = customer_po
    return params


def interpret_prebook(step: ApiStep, answer: Answer) -> CallResult:
    """What an answer taught: after a create the prebook's id and number, and each line's id by identifier.

    Komet may add some lines and refuse others (A23); a line that is not mentioned shows when it is read back.
    """
    if step.method != CREATE:
        return CallResult()
    row = row_of(answer)
    facts: dict[str, Json] = {}
    if number := row.text("prebookNumber"):
        facts["number"] = number
    if (id := row.integer("prebookId")) is not None:
        facts["id"] = id
    names = _names(step)
    failed: list[str] = []
    places: list[Path] = []
    for line in row.rows("items"):
        identifier = line.text("identifier")
        if line.text("status") not in ("", "1"):
            failed.append(f"{names.get(identifier, identifier)}: {_refusal(line)}")
            places.append(("items", names.get(identifier, identifier)))
        elif (line_id := line.integer("prebookItemId")) is not None:
            facts[f"line:{identifier}"] = line_id
    return CallResult(facts, tuple(failed), tuple(places))


def _refusal(line: Row) -> str:
    return line.text("message") or "refused without a message"


def _names(step: ApiStep) -> dict[str, str]:
    """The items of a call by the identifiers that it gave their lines."""
    return {identifier_of(str(path[1])): str(path[1]) for path in step.paths if len(path) > 1}


def _flags(wanted: WantedPrebook) -> dict[str, Json]:
    """What is to happen to the lines that a call adds, each time it adds some."""
    flags: dict[str, Json] = {}
    if wanted.auto_allocate:
        flags["autoAllocate"] = 1
    if wanted.auto_generate_pos:
        flags["autoGeneratePOsfromPrebooks"] = 1
    return flags


def _line(item: PrebookItem, count: int, number: Json) -> Json:
    content = item.content
    is_unit = content.item_type == UNIT
    line: dict[str, Json] = {
        "identifier": identifier_of(item.name),
        "productId": content.product_id,
        "itemType": "UN" if is_unit else "BOX",
        "unitType": content.unit.capitalize(),
    }
    if is_unit:
        line["totalUnits"] = count
    else:
        line |= {"boxTypeId": item.box_type_id, "boxes": count, "bunches": content.bunches}
        line |= {"stemsBunch": content.stems} if content.stems else {}
    optional: dict[str, Json] = {
        "price": None if item.price is None else decimal_text(item.price),
        "cost": None if item.cost is None else decimal_text(item.cost),
        "vendorId": item.vendor_id,
        "markCode": content.mark_code or None,
        "notes": item.notes or None,
        "orderSource": item.order_source or None,
        "futureSalesPoNumber": number,
        "breakdowns": [_part(part) for part in content.breakdown] or None,
    }
    return line | {name: value for name, value in optional.items() if value is not None}


def _part(part: Part) -> Json:
    row: dict[str, Json] = {
        "productId": part.product_id,
        "bunches": part.bunches,
        "stemsBunch": part.stems,
    }
    amounts = {"cost": part.cost, "price": part.price}
    return row | {name: decimal_text(value) for name, value in amounts.items() if value is not None}
