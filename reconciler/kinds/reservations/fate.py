"""What became of the lines that a person was to give a customer, or to free."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.fate import gone
from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.model.resource import LiveResource
from reconciler.model.step import Ending, Fate, OperatorStep


def line_fate(step: OperatorStep, subject: Subject, live: Sequence[LiveResource], scope: Scope) -> Fate:
    """By whose the line is now, or whether an arrival shows. A line that no list shows was sold out, merged
    or taken away (Komet API §4.7)."""
    word, _, id = step.key.partition(" ")
    if word == "arrival":
        return _arrival(id, live)
    line = next((stock_line(each.attributes) for each in live if str(each.id) == id), None)
    if line is None or not line.boxes:
        return gone(f"line {id} is not in stock any more: sold out, merged or taken away")
    is_reserving = word == "reserve"
    if line.is_free:
        return _not_needed(f"line {id} is free") if is_reserving else _done(f"line {id} is free")
    if line.customer_id is None:
        return Fate(Ending.OVERTAKEN, f"line {id} is held now, or reserved for somebody else")
    label = step.after if is_reserving else step.before
    if not _is_of(line, label, subject, scope):
        return Fate(Ending.OVERTAKEN, f"line {id} is reserved for another customer now")
    return _done(f"line {id} is {label}'s") if is_reserving else _not_needed(f"line {id} is {label}'s")


def _arrival(reference: str, live: Sequence[LiveResource]) -> Fate:
    if any(each.attributes["reference"] == reference for each in live):
        return _done("the arrival is in stock")
    return Fate(
        Ending.NOT_WANTED, "no longer wanted: the configuration does not ask for that arrival any more"
    )


def _done(sight: str) -> Fate:
    return Fate(Ending.DONE, f"done: {sight} now")


def _not_needed(sight: str) -> Fate:
    return Fate(Ending.NOT_WANTED, f"no longer wanted: {sight}, and may stay so")


def _is_of(line: StockLine, label: object, subject: Subject, scope: Scope) -> bool:
    """Whether the line is that customer's: by the reservation's, else by what Komet calls it."""
    if subject.match.live is not None:
        return line.customer_id == subject.match.live.attributes["customer_id"]
    address = scope.ids.address_of("customers", line.customer_id or 0)
    return address is not None and scope.ids.labels.get(address, address.name) == label
