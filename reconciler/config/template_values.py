"""The values of templates: as text that is always the same, and the few functions that make them."""

from __future__ import annotations

import operator
from datetime import date, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from jinja2 import Undefined

from reconciler.config.allowance import TemplateRefused

MAX_TEXT = 1_000_000
MAX_WEEKS = 530
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITABLE = (str, int, float, Decimal, date, timedelta, list, tuple, dict, range, type(None))


def text_of(value: Any) -> Any:
    """`value` as text if it has one that is always the same and of bearable size."""
    if isinstance(value, str | Undefined):
        return value
    if isinstance(value, float | Decimal) and not isfinite(value):
        raise TemplateRefused("a number becomes too large")
    if not isinstance(value, _WRITABLE):
        raise TemplateRefused(
            f"a {type(value).__name__} cannot be written: call it, or make a list of it with | list"
        )
    if isinstance(value, list | tuple | dict):
        _raise_if_long(value)
    return str(value)


def _raise_if_long(value: Any) -> None:
    size = 0
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        size += len(part) if isinstance(part, str) else 4
        if size + len(waiting) > MAX_TEXT:
            raise TemplateRefused("it writes a list of more than 1 MB")
        if isinstance(part, dict):
            waiting.extend([*part, *part.values()])
        elif isinstance(part, list | tuple):
            waiting.extend(part)
        elif not isinstance(part, _WRITABLE):
            text_of(part)


def replaced(text: Any, old: str, new: str) -> str:
    whole, old, new = text_of(text), text_of(old), text_of(new)
    if len(whole) + whole.count(old) * max(len(new) - len(old), 0) > MAX_TEXT:
        raise TemplateRefused("it replaces until the text is larger than 1 MB")
    made: str = whole.replace(old, new)
    return made


def rounded(number: Any, places: int = 0) -> Decimal:
    if not 0 <= places <= 10:
        raise TemplateRefused("round takes 0 to 10 places")
    return Decimal(round(Decimal(number), places))


def day_of(text: Any) -> date:
    """The day that `text` names, as YYYY-MM-DD."""
    if isinstance(text, date):
        return text
    if not isinstance(text, str) or len(text) != 10:
        raise TemplateRefused(f"date needs a text such as '2027-02-01', and got {str(text)[:40]!r}")
    return date.fromisoformat(text)


def days(number: int) -> timedelta:
    return timedelta(days=operator.index(number))


def weeks(first: Any, count: int | None = None) -> timedelta | list[date]:
    """`weeks(2)` is that long; `weeks(day, 13)` are that day and the same weekday of 12 weeks after it."""
    if count is None:
        return timedelta(weeks=operator.index(first))
    day, number = day_of(first), operator.index(count)
    if not 0 <= number <= MAX_WEEKS:
        raise TemplateRefused(f"weeks takes a count from 0 to {MAX_WEEKS}, and got {number}")
    return [day + timedelta(weeks=week) for week in range(number)]


def weekday(day: Any, name: str | None = None) -> int | date:
    """The day of the week, 1 is Monday; with a name such as 'mon' that weekday of the day's ISO week."""
    own = day_of(day)
    if name is None:
        return own.isoweekday()
    if name not in WEEKDAYS:
        raise TemplateRefused(f"weekday takes one of {', '.join(WEEKDAYS)}, and got {str(name)[:40]!r}")
    return own + timedelta(days=WEEKDAYS.index(name) + 1 - own.isoweekday())
