"""The orders of a plan by ISO week and day: those that change by name, the others as a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.model.value import Json

Document: TypeAlias = Mapping[str, Any]

MOST = 6
"""Changes that are named on one day; of more the rest is counted."""

KEEP = "keep"
"""The action of orders that no change touches."""


class Entry(Struct, frozen=True):
    """What is shown on a day: one changing order, or all of a kind that stay as they are.

    `position` is that of its change in the plan. `away` is the day for which the order leaves this one.
    """

    kind: str
    action: str
    name: str
    boxes: int
    position: int | None = None
    away: date | None = None


class Day(Struct, frozen=True):
    """One day; `hidden` changes are not among `entries`."""

    date: date
    entries: tuple[Entry, ...] = ()
    hidden: int = 0


class Week(Struct, frozen=True):
    """An ISO week from Monday to Sunday, with its orders and boxes once the plan is carried out."""

    year: int
    number: int
    days: tuple[Day, ...]
    orders: int
    boxes: int

    @property
    def changes(self) -> bool:
        """Whether the plan does something to it."""
        return any(entry.action != KEEP for day in self.days for entry in day.entries)

    @property
    def span(self) -> str:
        """Its first and last day: `1 – 7 Feb`, `29 Mar – 4 Apr`."""
        first, last = self.days[0].date, self.days[-1].date
        begin = str(first.day) if first.month == last.month else f"{first.day} {first:%b}"
        return f"{begin} – {last.day} {last:%b}"


class Gap(Struct, frozen=True):
    """Weeks in a row without orders."""

    weeks: int


class Quiet(Struct, frozen=True):
    """Weeks in a row that no change touches, with the gaps between them."""

    quiet: tuple[Week | Gap, ...]

    @property
    def count(self) -> int:
        """How many weeks have orders."""
        return len(self._weeks)

    @property
    def boxes(self) -> int:
        """The boxes of all of them."""
        return sum(week.boxes for week in self._weeks)

    @property
    def span(self) -> str:
        """The first and the last day: `1 Feb – 4 Apr`."""
        first, last = self._weeks[0].days[0].date, self._weeks[-1].days[-1].date
        return f"{first.day} {first:%b} – {last.day} {last:%b}"

    @property
    def _weeks(self) -> list[Week]:
        return [each for each in self.quiet if isinstance(each, Week)]


def weeks_of(plan: Document) -> tuple[Week | Gap, ...]:
    """The calendar of `plan` (a `plan_document`), from its first week with orders to its last."""
    entries: dict[date, list[Entry]] = defaultdict(list)
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for day, entry, orders in _entries(plan):
        entries[day].append(entry)
        week = counts[_monday(day)]
        week[0] += orders
        week[1] += entry.boxes if orders else 0
    mondays = sorted(counts)
    shown: list[Week | Gap] = []
    for place, monday in enumerate(mondays):
        between = (monday - mondays[place - 1]).days // 7 - 1 if place else 0
        if between:
            shown.append(Gap(between))
        shown.append(_week(monday, entries, *counts[monday]))
    return tuple(shown)


def quietened(weeks: Sequence[Week | Gap]) -> tuple[Week | Gap | Quiet, ...]:
    """`weeks` with those in a row that no change touches brought together; a gap between changes is alone."""
    shown: list[Week | Gap | Quiet] = []
    for is_quiet, run in groupby(weeks, lambda each: isinstance(each, Gap) or not each.changes):
        found = tuple(run)
        has_orders = any(isinstance(each, Week) for each in found)
        shown += [Quiet(found)] if is_quiet and has_orders else found
    return tuple(shown)


def _entries(plan: Document) -> Iterator[tuple[date, Entry, int]]:
    """Each entry with its day and how many orders stand there once the plan is carried out."""
    for place, change in enumerate(plan["changes"]):
        yield from _of_change(place, change)
    for each in plan["calendar"]:
        if day := _date(each["ship_date"]):
            yield day, Entry(each["kind"], KEEP, str(each["orders"]), each["boxes"]), each["orders"]


def _of_change(place: int, change: Document) -> Iterator[tuple[date, Entry, int]]:
    wanted = change["wanted"] or {}
    kind, _, name = change["address"].partition(".")
    before, after = _date(_former_day(change)), _date(wanted.get("ship_date"))
    boxes = _boxes(wanted.get("items")) if after else _boxes_before(change)
    if before and before != after:
        yield before, Entry(kind, change["action"], name, boxes, place, after), 0
    if after:
        yield after, Entry(kind, change["action"], name, boxes, place), 1


def _former_day(change: Document) -> Json:
    """The ship date before the change where that is another one, or where nothing comes after."""
    for each in change["attributes"]:
        if each["path"] == ["ship_date"]:
            day: Json = each["before"]
            return day
    facts = change["binding"]["facts"] if change["binding"] and change["wanted"] is None else {}
    known: Json = facts.get("ship_date")
    return known


def _boxes(items: Json) -> int:
    rows = items if isinstance(items, list) else []
    counts = (row.get("boxes") for row in rows if isinstance(row, dict))
    return sum(count for count in counts if isinstance(count, int))


def _boxes_before(change: Document) -> int:
    return _boxes([each["before"] for each in change["attributes"] if each["path"][0] == "items"])


def _week(monday: date, entries: Mapping[date, list[Entry]], orders: int, boxes: int) -> Week:
    year, number, _ = monday.isocalendar()
    days = tuple(_day(monday + timedelta(days=offset), entries) for offset in range(7))
    return Week(year, number, days, orders, boxes)


def _day(day: date, entries: Mapping[date, list[Entry]]) -> Day:
    found = entries.get(day, [])
    changing = [entry for entry in found if entry.action != KEEP]
    staying = [entry for entry in found if entry.action == KEEP]
    return Day(day, (*changing[:MOST], *staying), max(len(changing) - MOST, 0))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _date(text: Json) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
