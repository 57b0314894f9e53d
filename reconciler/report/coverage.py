"""Coverage as two tables: by kind, and by customer; then what is not managed here, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.style import Paint, counted

OWNERS = {
    "managed": "managed",
    "adopted": "adopted",
    "leaving": "leaving",
    "foreign": "other project",
    "unmanaged": "nobody's",
    "unknown": "unknown",
}
"""Each owner in the words of the table's head."""

_KINDS = {
    "customers": "customers",
    "reservations": "reserved stock lines",
    "purchase_orders": "purchase orders",
    "prebooks": "prebooks",
}

Document = Mapping[str, Any]


def render_coverage(document: Document, *, color: bool = False) -> str:
    """The coverage of `document` (`coverage_document`)."""
    paint = Paint(color)
    lines = [
        f"{paint(inert(document['project']), 'bold')} · {counted(document['calls'], 'call')} read it",
        "",
    ]
    lines += [*_kinds(document, paint), "", *_customers(document, paint), ""]
    lines += [*_others(document, paint), *_remarks(document)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _kinds(document: Document, paint: Paint) -> Iterator[str]:
    rows = [["", *OWNERS.values()]]
    for kind, words in _KINDS.items():
        counts = document["kinds"][kind]["count"]
        rows.append([words, *(_figure(counts[owner]) for owner in OWNERS)])
    yield from _table(rows, paint)


def _customers(document: Document, paint: Paint) -> Iterator[str]:
    """Boxes: those reserved on hand, those on orders and those sold, each with the managed part."""
    head = ["boxes for", "on hand", "managed", "on order", "managed", "adopted", "other project"]
    rows = [[*head, "sold", "managed"]]
    for each in document["customers"]:
        stock, orders = each["reservations"]["boxes"], each["purchase_orders"]["boxes"]
        sold = each["prebooks"]["boxes"]
        name = f"{each['name']} ({each['code']})" if each["name"] else each["code"]
        figures = [
            sum(stock.values()),
            stock["managed"],
            sum(orders.values()),
            orders["managed"],
            orders["adopted"],
            orders["foreign"],
            sum(sold.values()),
            sold["managed"],
        ]
        rows.append([inert(name), *map(_figure, figures)])
    yield from _table(rows, paint)


def _others(document: Document, paint: Paint) -> Iterator[str]:
    for each in document["others"]:
        whose = f"project {each['project']}" if each["project"] else "nobody's"
        yield f"{paint('·', 'dim')} {inert(each['words'])} · {inert(whose)}"
    if document["others"]:
        yield ""


def _remarks(document: Document) -> Iterator[str]:
    unknown = document["kinds"]["reservations"]["count"]["unknown"]
    if unknown:
        boxes = document["kinds"]["reservations"]["boxes"]["unknown"]
        lines = counted(unknown, "stock line")
        yield f"Of {lines} ({boxes:,} boxes) no list says whose they are: held, hidden, or other customers'."
    if document["settled"]:
        yield f"{counted(document['settled'], 'order')} settled: shipped, and not asked about."
    yield "Orders are those of the dates and numbers that a plan reads; stock is that of its locations."


def _table(rows: Sequence[Sequence[str]], paint: Paint) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [f"{row[0]:<{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)]
        text = "   ".join(cells)
        yield paint(text, "bold") if number == 0 else text


def _figure(number: int) -> str:
    return f"{number:,}" if number else "·"
