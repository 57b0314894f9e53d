"""The stream of YAML events that everything else about YAML reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

_Parser: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml's where PyYAML was built with it: it is ten times as fast."""


def event_source(text: str) -> Callable[[], Any]:
    """A function that gives the next event of `text`, and None after the last.

    Events are read one at a time: composing nodes in libyaml recurses in C and dies on deep nesting.
    """
    source: Callable[[], Any] = _Parser(text).get_event
    return source
