"""Cells of CSV files, which a spreadsheet opens and calculates."""

from __future__ import annotations

from reconciler.model.inert import inert

_CALCULATED = tuple("=+-@\uff1d\uff0b\uff0d\uff20|%")
"""First characters of what is taken for a formula or a command, the wide ones of Asian settings too."""


def csv_cell(value: object) -> str:
    """`value` as a cell that stays text: what would be calculated gets an apostrophe; None is empty."""
    shown = "" if value is None else inert(str(value))
    return f"'{shown}" if shown.lstrip().startswith(_CALCULATED) else shown
