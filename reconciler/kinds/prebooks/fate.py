"""What became of the lines whose price a person was to change."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.fate import fate_by_value, gone
from reconciler.kinds.prebooks.prebook import live_prebook
from reconciler.model.resource import LiveResource
from reconciler.model.step import Fate, OperatorStep
from reconciler.model.value import decimal_text


def price_fate(step: OperatorStep, live: Sequence[LiveResource]) -> Fate:
    """By the price that the line shows now (Komet API §7.5)."""
    _, _, id = step.key.partition(" ")
    for each in live:
        for line in live_prebook(each.attributes).lines:
            if str(line.id) == id:
                price = None if line.content.price is None else decimal_text(line.content.price)
                return fate_by_value(step, f"the price of line {id} of {each.number}", price)
    return gone(f"line {id} of {step.target} is not there any more")
