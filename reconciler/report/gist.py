"""What a change comes down to, in one line: how much of what, or what moved, and its money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import assert_never

from reconciler.model.inert import inert
from reconciler.report.markdown_text import clipped
from reconciler.report.style import amount
from reconciler.report.words import (
    Difference,
    Document,
    Fact,
    Part,
    Row,
    rows_of,
)

_MOST = 2
_LONGEST_VALUE = 24


def gist_of(change: Document) -> tuple[str, ...]:
    """`12 HB RSFRE60`, `1,116.00` of an order that is new, `price 0.46 → 0.20` of one that changes.

    A few phrases; where there is more, it is counted. Every one is inert. None where the reason says all.
    """
    return (*_substance(change), *_money(change))


def _substance(change: Document) -> Iterator[str]:
    rows = list(rows_of(change))
    if change["action"] in ("create", "delete"):
        yield from _whole(change, rows)
    elif change["action"] != "adopt":
        yield from _counted(_moves([row for row in rows if not isinstance(row, Fact)]))


def _whole(change: Document, rows: Sequence[Row]) -> Iterator[str]:
    """What comes or goes with a resource; the headline of one that has no items."""
    lots = [row.lot[0] for row in rows if isinstance(row, Part) and row.lot]
    yield from _counted(lots)
    if not lots:
        yield from (f"{row.value} boxes" for row in rows if isinstance(row, Fact) and row.name == "boxes")
        yield from [inert(change["headline"])] if change["headline"] else []


def _counted(phrases: Sequence[str]) -> Iterator[str]:
    """The first two of `phrases`, and how many more there are."""
    yield from phrases[:_MOST]
    if len(phrases) > _MOST:
        yield f"{len(phrases) - _MOST:,} more"


def _moves(rows: Sequence[Part | Difference]) -> list[str]:
    """What moved, each named as shortly as it can be told from the others."""
    ends = Counter(_last(row.path) for row in rows if isinstance(row, Difference))
    return [_move(row, ends) for row in rows]


def _move(row: Part | Difference, ends: Counter[str]) -> str:
    match row:
        case Part(name, comes, _, lot):
            return f"{'adds' if comes else 'drops'} {lot[0] if lot else name}"
        case Difference(path, before, after):
            name = _last(path) if ends[_last(path)] == 1 else " ".join(path.split(".")[-2:])
            sides = (clipped(side, _LONGEST_VALUE) for side in (before, after))
            return f"{name.replace('_', ' ')} {' → '.join(sides)}"
        case _ as never:
            assert_never(never)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _money(change: Document) -> Iterator[str]:
    """What is bought, what is sold; of a new order the sign says which."""
    if Decimal(change["commitment"]):
        verb = "" if change["action"] == "create" else "commits "
        yield verb + amount(change["commitment"])
    if sale := change.get("sale"):
        yield f"sells {amount(sale['price'])}"
