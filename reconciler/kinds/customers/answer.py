"""What the answers about customers mean (Komet API §3.1, §3.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from reconciler.kinds.customers.fields import FIELDS, SHIP_TO_FIELDS
from reconciler.kinds.row import Row, row_of
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json

ALL = Query("customer.list", {"includeInactive": "1"})
DETAILS = "customer.details.get"
SHIP_TOS = "customer.shipto.list"


def listed_customers(answer: Answer) -> dict[int, LiveResource]:
    """The customers of customer.list by their ids, in the order of these."""
    found = [_listed(row) for row in row_of(answer).rows("customers")]
    return {each.id: each for each in sorted(found, key=lambda each: each.id)}


def detailed(
    found: Mapping[int, LiveResource], queries: Sequence[Query], answers: Sequence[Answer]
) -> dict[int, LiveResource]:
    """`found` with what the answers to `queries`, each about one customer, say beyond the list."""
    whole = dict(found)
    for query, answer in zip(queries, answers, strict=True):
        id = int(str(query.params["customerId"]))
        whole[id] = replace(whole[id], attributes=dict(whole[id].attributes) | _details(answer))
    return whole


def _listed(row: Row) -> LiveResource:
    attributes: dict[str, Json] = {
        "code": row.text("code"),
        "name": row.text("name"),
        "active": row.flag("active", True),
    }
    return LiveResource("customers", row.required("id"), None, None, attributes)


def _details(answer: Answer) -> dict[str, Json]:
    row = row_of(answer)
    if answer.method == DETAILS:
        details = row.row("customer")
        read = {name: field.read(details) for name, field in FIELDS.items() if field.details and details}
        return {"details": read}
    return {"ship_tos": [_ship_to(each) for each in row.rows("shiptos")]}


def _ship_to(row: Row) -> Json:
    fields: dict[str, Json] = {name: row.text(key) or None for name, key in SHIP_TO_FIELDS.items()}
    return fields | {"id": row.required("id"), "carrier_id": row.integer("carrierId") or None}
