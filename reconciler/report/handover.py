"""The handover as text for a mail, or as the mapping table alone for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.csv_cell import csv_cell

Document = Mapping[str, Any]

COLUMNS = (
    "shop_code",
    "customer_id",
    "customer_code",
    "ship_to_id",
    "ship_to_name",
    "carrier",
    "company",
    "resource",
)
"""The columns of the CSV form, in their order."""


def render_handover(document: Document) -> str:
    """The handover of `document` (`handover_document`) as text."""
    return "\n".join(line.rstrip() for line in _lines(document)) + "\n"


def handover_csv(document: Document) -> str:
    """The mapping table. A cell that a spreadsheet would calculate begins with an apostrophe."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in document["routes"]:
        row = {**each, "company": document["company"]}
        rows.writerow([csv_cell(row[name]) for name in COLUMNS])
    return text.getvalue()


def _lines(document: Document) -> Iterator[str]:
    customer = document["customer"]
    yield "Komet Sales"
    yield f"  company id (X-ACCOUNT)   {document['company']}"
    words = (
        f"{customer['id']} ({customer['code']}, {customer['name']})" if customer["id"] else "not in Komet yet"
    )
    yield f"  customer id              {inert(words)}"
    if customer["purpose"]:
        yield f"  purpose                  {customer['purpose'].replace('_', ' ')}"
    yield f"  locations                {inert(', '.join(document['locations'])) or 'none configured'}"
    for token in document["tokens"]:
        yield ""
        there = "yes" if token["is_configured"] else "no"
        yield f"{token['type']} token: {inert(token['where'])} · configured: {there}"
        yield "  to be ticked under Setup > Settings > Integrations > Tokens:"
        yield from (f"    ☐ {inert(method)}" for method in token["methods"])
    yield ""
    yield from _routes(document)


def _routes(document: Document) -> Iterator[str]:
    if not document["routes"]:
        yield "No shop code is written: orders cannot be routed to this customer."
        return
    head = ("shop code", "customer id", "code", "ship-to id", "ship-to", "carrier")
    rows = [head, *(_route(each) for each in document["routes"])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))


def _route(each: Document) -> tuple[str, ...]:
    names = ("shop_code", "customer_id", "customer_code", "ship_to_id", "ship_to_name", "carrier")
    missing = {"customer_id": "not in Komet", "ship_to_id": "not in Komet" if each["ship_to_name"] else "-"}
    return tuple(
        inert(str(each[name])) if each[name] is not None else missing.get(name, "-") for name in names
    )
