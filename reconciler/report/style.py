"""Colours and small forms that every text report shares."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from reconciler.model.inert import inert
from reconciler.model.value import Json

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}

SYMBOLS = {"create": "+", "update": "~", "replace": "∓", "delete": "-", "adopt": "="}
"""The sign of each action, the same in every text."""

COLORS = {"create": "green", "update": "yellow", "replace": "magenta", "delete": "red", "adopt": "cyan"}
"""The colour of each action."""


class Paint(Struct, frozen=True):
    """Colours text, or leaves it as it is."""

    on: bool

    def __call__(self, text: str, *styles: str) -> str:
        if not self.on or not styles:
            return text
        codes = ";".join(_CODES[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"


def amount(text: str) -> str:
    """An amount with at least two decimals, none of the written ones lost."""
    number = Decimal(text)
    exponent = number.normalize().as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{number:,.{places}f}"


def shown(value: Json, name: str = "") -> str:
    """A value in one line; what is not there is `none`."""
    if value is None or value == "" or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{inert(key)} {shown(inner, key)}" for key, inner in value.items() if inner is not None
        )
    if name in ("cost", "price") and isinstance(value, str):
        return amount(value)
    return inert(str(value))


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """`1 order`, `2 orders`, `1,200 orders`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def age_words(age: timedelta) -> str:
    """`3 hours`, `2 days`, `less than a minute`: an age in its largest whole unit."""
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes >= length:
            return counted(minutes // length, unit)
    return "less than a minute"
