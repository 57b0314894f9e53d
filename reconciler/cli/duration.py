"""Durations on the command line: `90s`, `5m`, `2h`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
_FORM = re.compile(r"([1-9][0-9]{0,5})([smh])", re.ASCII)
_MOST = timedelta(days=1)


def duration(least: timedelta) -> Callable[[click.Context, click.Parameter, str], timedelta]:
    """A callback that reads a whole number of seconds, minutes or hours: at least `least`, at most a day."""

    def read(ctx: click.Context, param: click.Parameter, text: str) -> timedelta:
        found = _FORM.fullmatch(text)
        if found is None:
            raise click.BadParameter(f"{text!r} is no duration: expected one such as 90s, 5m or 2h")
        length = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if not least <= length <= _MOST:
            raise click.BadParameter(f"{text} is not between {least.total_seconds():.0f}s and 24h")
        return length

    return read
