"""What verify found as text that is read at once: what is not seen first, then what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.style import Paint, counted

WIDTH = 100

TITLES = {
    "not_applied": "not carried out",
    "operator_step": "a person's step is open",
    "cancelled": "cancelled",
    "wrong_customer": "another customer's",
    "wrong_location": "another location",
    "unconfirmed": "not confirmed by the farm",
    "no_price": "no price",
    "hold": "on hold",
    "not_synchronised": "not yet synchronised",
    "before_ship_date": "before its ship date",
    "age_limit": "outside the shop's age limits",
    "hidden_on_hand": "stock on hand is hidden",
    "hidden_future": "future stock is hidden",
    "order_days": "too many days ahead",
    "sold": "sold",
    "arrived": "arrived or on its way",
    "line_held": "line held",
    "no_stock": "not enough stock",
    "no_transactional_access": "no Transactional API Access",
    "other_token": "another customer's token",
    "token_refused": "token refused",
}
"""Each cause in two or three words."""

_SIGNS = {"yes": ("✓", "green"), "no": ("✗", "red"), "unknown": ("?", "yellow")}

Document = Mapping[str, Any]


def render_verification(document: Document, *, color: bool = False) -> str:
    """The verification of `document` (`schemas/verify.schema.json`)."""
    return "\n".join(line.rstrip() for line in _lines(document, Paint(color))) + "\n"


def _lines(document: Document, paint: Paint) -> Iterator[str]:
    unseen = [each for each in document["findings"] if each["causes"]]
    seen = [each for each in document["findings"] if not each["causes"]]
    for group in _alike(unseen):
        yield from _unseen(group, paint)
        yield ""
    for address, items in groupby(seen, key=lambda each: each["address"]):
        yield from _seen(address, list(items), paint)
    if seen:
        yield ""
    for each in document["unverifiable"]:
        yield from _unverifiable(each, paint)
        yield ""
    yield from _totals(document, paint)


def _alike(findings: Sequence[Document]) -> list[list[Document]]:
    """The findings of one resource with the same causes together: an order on hold is told of once."""
    groups: dict[str, list[Document]] = {}
    for each in findings:
        groups.setdefault(f"{each['address']} {each['causes']}", []).append(each)
    return list(groups.values())


def _unseen(group: Sequence[Document], paint: Paint) -> Iterator[str]:
    causes, address = group[0]["causes"], inert(group[0]["address"])
    words = " or ".join(TITLES[cause["name"]] for cause in causes)
    yield f"{paint('✗', 'red', 'bold')} {paint(address, 'bold')}   {paint(words, 'red', 'bold')}"
    for each in group:
        item = f"{each['item']}: " if each["item"] else ""
        seen = f"{each['customer']} sees {each['seen']} of {each['wanted']} boxes"
        yield f"    {inert(item + each['headline'])} · {inert(seen)}"
    if len(causes) > 1:
        yield f"    {len(causes)} causes remain or share in it, the likeliest first:"
    for cause in causes:
        sign = f"{TITLES[cause['name']]}: " if len(causes) > 1 else ""
        yield from _folded(f"{sign}{cause['text']}", "    ", "    ")
        yield from _folded(cause["remedy"], "    → ", "      ")
        if cause["test"]:
            yield from _folded(f"to be sure, a person may test it: {cause['test']}", "    ☐ ", "      ")
    for name in ("accepted", "stored", "visible"):
        claims = {each[name]["text"]: each[name] for each in group}
        for claim in claims.values():
            yield f"    {_claim(name, claim, paint)}"


def _claim(name: str, claim: Document, paint: Paint) -> str:
    sign, tint = _SIGNS[claim["answered"]]
    at = f" ({claim['at'][11:19]} UTC)" if claim["at"] else ""
    return f"{paint(sign, tint)} {name:<8}  {paint(inert(claim['text']) + at, 'dim')}"


def _seen(address: str, findings: Sequence[Document], paint: Paint) -> Iterator[str]:
    """One line for an order whose items are all visible, or for a reservation."""
    boxes = sum(each["seen"] for each in findings)
    items = f"{counted(len(findings), 'item')}, " if findings[0]["item"] else ""
    at = findings[0]["visible"]["at"] or ""
    customer = findings[0]["customer"]
    sees = f"{customer} sees {items}{counted(boxes, 'box', 'boxes')} ({at[11:19]} UTC)"
    yield f"{paint('✓', 'green')} {inert(address)}   {paint(inert(sees), 'dim')}"


def _unverifiable(each: Document, paint: Paint) -> Iterator[str]:
    sign, tint = ("✗", "red") if each["is_fault"] else ("?", "yellow")
    count = counted(len(each["addresses"]), "resource")
    yield f"{paint(sign, tint)} customers.{inert(each['customer'])}   {count} cannot be verified"
    yield from _folded(each["text"], "    ", "    ")
    yield from _folded(each["remedy"], "    → ", "      ")


def _totals(document: Document, paint: Paint) -> Iterator[str]:
    visible, missing = document["visible"], document["not_visible"]
    words = [f"{visible:,} visible", f"{missing:,} not visible"]
    if document["settled"]:
        words.append(f"{counted(len(document['settled']), 'order')} settled")
    head = paint("Verify:", "bold")
    whole = " Everything is seen by the buyer." if visible and not missing else ""
    yield f"{head} {', '.join(words)}.{whole}"
    calls = document["calls"]
    more = f", {calls['diagnosis']} of them to find out why" if calls["diagnosis"] else ""
    rounds = f" in {document['rounds']} rounds" if document["rounds"] > 1 else ""
    yield f"Calls: {calls['made']:,} made{rounds}{more}; {calls['predicted']:,} announced."


def _folded(text: str, first: str, other: str) -> list[str]:
    return wrap(inert(text), WIDTH, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)
