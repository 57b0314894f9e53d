"""The stream of YAML events that everything else about YAML reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

MAX_DEPTH = 50
MAX_EVENTS = 1_000_000
"""A file of 5 MB that people write has 900,000."""

_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's where PyYAML was built with it: it is ten times as fast."""


class TooManyEvents(yaml.YAMLError):
    """A file that holds more than any configuration needs."""


def event_source(text: str) -> Callable[[], Any]:
    """A function that gives the next event of `text`, and None after the last; TooManyEvents past a million.

    Events are read one at a time: composing nodes in libyaml recurses in C and dies on deep nesting.
    """
    source: Callable[[], Any] = _Parser(text).get_event
    return source if len(text) < MAX_EVENTS // 4 else _counted(source)


def _counted(source: Callable[[], Any]) -> Callable[[], Any]:
    left = MAX_EVENTS

    def next_event() -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise TooManyEvents
        return source()

    return next_event
