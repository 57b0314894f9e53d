"""What became of the customers that a person was to change in the web UI."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.fate import fate_by_value, gone
from reconciler.model.resource import LiveResource
from reconciler.model.step import Ending, Fate, OperatorStep


def customer_fate(step: OperatorStep, live: Sequence[LiveResource]) -> Fate:
    """By the attribute that the customer shows now; details are read of those alone that speak of one."""
    name, _, id = step.key.partition(" ")
    customer = next((each for each in live if str(each.id) == id), None)
    if customer is None:
        return gone(f"the customer {step.target} is not in Komet any more")
    details = customer.attributes.get("details")
    if not isinstance(details, dict) or name not in details:
        return Fate(Ending.NOT_WANTED, "no longer wanted: the configuration does not speak of it any more")
    return fate_by_value(step, f"the {name.replace('_', ' ')} of {step.target}", details[name])
