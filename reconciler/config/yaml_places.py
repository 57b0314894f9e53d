"""Where every value of a YAML file stands: asked for only when a fault is to be shown."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.config.source import Mark, Place
from reconciler.config.yaml_events import MAX_DEPTH, event_source
from reconciler.model.value import Path


def index_places(text: str) -> dict[Path, Place]:
    """The place of every value up to the first fault of syntax or limit; of a key written twice the first."""
    places: dict[Path, Place] = {}
    with suppress(YAMLError):  # what stands before the fault is known
        _walk(text, places)
    return places


def _walk(text: str, places: dict[Path, Place]) -> None:
    next_event = event_source(text)
    frames: list[_Frame] = []
    while (event := next_event()) is not None and len(frames) <= MAX_DEPTH:
        if isinstance(event, CollectionEndEvent):
            frames.pop()
            continue
        if not isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
            continue
        frame = frames[-1] if frames else _Frame((), is_mapping=False)
        if frame.awaits_key:
            frame.take_key(event)
            if isinstance(event, ScalarEvent | AliasEvent):
                continue
        mark = _mark(event)
        path = frame.next_path() if frames else ()
        if isinstance(event, MappingStartEvent | SequenceStartEvent) and not event.flow_style:
            mark = (
                frame.key_mark or mark
            )  # a block begins on the line below its key, where nobody looks for it
        places.setdefault(path, Place(frame.key_mark or mark, mark))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            frames.append(_Frame(path, is_mapping=isinstance(event, MappingStartEvent)))


class _Frame:
    """A collection that is being read."""

    __slots__ = ("awaits_key", "count", "is_mapping", "key", "key_mark", "path")

    def __init__(self, path: Path, is_mapping: bool) -> None:
        self.path = path
        self.is_mapping = is_mapping
        self.awaits_key = is_mapping
        self.key = ""
        self.key_mark: Mark | None = None
        self.count = 0

    def take_key(self, event: Any) -> None:
        self.key = getattr(event, "value", "")
        self.key_mark = _mark(event)
        self.awaits_key = False

    def next_path(self) -> Path:
        if self.is_mapping:
            self.awaits_key = True
            return (*self.path, self.key)
        self.count += 1
        return (*self.path, self.count - 1)


def _mark(event: Any) -> Mark:
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)
