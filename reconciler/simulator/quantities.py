"""Counts, amounts and units of order lines, with the limits that they have."""

from __future__ import annotations

from decimal import Decimal

from reconciler.simulator.errors import Refused
from reconciler.simulator.purchasing import LARGEST_BOXES
from reconciler.simulator.requests import Params


def count_of(params: Params, name: str) -> int:
    """A count between 1 and `LARGEST_BOXES`, which is required."""
    value = params.need_integer(name)
    if not 0 < value <= LARGEST_BOXES:
        raise Refused(f"{name} must be between 1 and {LARGEST_BOXES}.")
    return value


def amount_of(params: Params, name: str, places: int) -> Decimal | None:
    """An amount that is not negative, rounded half up to `places`; None when it was not sent."""
    value = params.decimal(name, places=places)
    if value is not None and value < 0:
        raise Refused(f"{name} cannot be negative.")
    return value


def need_amount(params: Params, name: str, places: int) -> Decimal:
    """As `amount_of`, and refused when it is missing."""
    params.need_decimal(name, places=places)
    value = amount_of(params, name, places)
    assert value is not None
    return value


def unit_of(params: Params) -> str:
    """Stem or Bunch, in any case (Komet API §1.7)."""
    unit = params.need_text("unitType", most=10).capitalize()
    if unit not in ("Stem", "Bunch"):
        raise Refused("unitType must be Stem or Bunch.")
    return unit
