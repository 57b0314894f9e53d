"""YAML text to values: one pass over the events, every limit held while reading."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

from msgspec import Struct
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.config.source import MAX_FAULTS, Mark, SourceFile, too_many_faults
from reconciler.config.yaml_events import MAX_DEPTH, TooManyEvents, event_source
from reconciler.config.yaml_scalars import SPECIAL_FIRST, Scalar, UnusableScalar, plain_scalar
from reconciler.config.yaml_syntax import syntax_fault
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path

MAX_ALIASED = 10_000
MAX_ALIASED_TEXT = 5_000_000

Tree: TypeAlias = "Scalar | list[Tree] | dict[str, Tree]"

_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS: dict[str, type | tuple[type, ...]] = {
    "int": int,
    "float": object,
    "bool": bool,
    "null": type(None),
}
_END = (MappingEndEvent, SequenceEndEvent)


class Document(Struct, frozen=True):
    """What a file says. `names` is where each key of the second level (a resource's name) stands."""

    source: SourceFile
    value: Tree
    names: dict[tuple[str, str], Mark]
    faults: Sequence[Diagnostic]
    is_whole: bool = True


def read_document(source: SourceFile) -> Document:
    """The values of `source`, with every fault that was met; `is_whole` is false when reading had to stop."""
    reader = _Reader(source)
    whole = False
    try:
        reader.read()
        whole = True
    except _Stopped:
        pass
    except TooManyEvents:
        reader.faults.append(
            source.fault(Mark(1, 1), "this file holds more than 500,000 values", detail="split it")
        )
    except MarkedYAMLError as error:
        reader.faults.append(syntax_fault(source, error))
    except YAMLError as error:
        reader.faults.append(source.fault(Mark(1, 1), f"this is no YAML: {error}"))
    return Document(source, reader.root, reader.names, reader.faults, whole)


class _Stopped(Exception):
    """Reading cannot go on: the fault has been noted."""


class _NoKey:
    """What stands where the next key of a mapping is expected."""


_NO_KEY = _NoKey()
_UNKNOWN = object()


class _Reader:
    """The state of one pass. `stack` holds the collections that are open, innermost last; `meanings` what
    unquoted texts stand for, since the same few come again and again."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.root: Tree = None
        self.names: dict[tuple[str, str], Mark] = {}
        self.faults: list[Diagnostic] = []
        self.stack: list[Any] = []
        self.anchors: dict[str, Tree] = {}
        self.meanings: dict[str, Scalar] = {}
        self.aliased = 0
        self.aliased_text = 0
        self.documents = 0

    def read(self) -> None:
        """Build `root`. The loop is written for speed: a thousand orders are ninety thousand events."""
        next_event = event_source(self.source.text)
        stack = self.stack
        meanings = self.meanings
        parent: Any = None
        key: Any = _NO_KEY
        while (event := next_event()) is not None:
            event_type = type(event)
            if event_type is ScalarEvent:
                text = event.value
                if event.tag is not None:
                    value: Any = self.scalar(event)
                elif not event.implicit[0]:
                    value = text
                else:
                    value = meanings.get(text, _UNKNOWN)
                    if value is _UNKNOWN:
                        if text[:1] in SPECIAL_FIRST:
                            value = self.scalar(event)
                        else:
                            value = meanings[text] = sys.intern(text)
            elif event_type is MappingStartEvent:
                value = {}
            elif event_type is SequenceStartEvent:
                value = []
            elif event_type in _END:
                stack.pop()
                parent = stack[-1] if stack else None
                continue
            elif event_type is AliasEvent:
                value = self.alias(event)
            else:
                self.boundary(event)
                continue

            if type(parent) is dict:
                if key is _NO_KEY:
                    if (
                        type(value) is str
                        and value not in parent
                        and event.anchor is None
                        and len(stack) != 2
                        and value != "<<"
                    ):
                        key = value
                    else:
                        key = self.key(value, event, parent)
                    continue
                parent[key] = value
                key = _NO_KEY
            elif type(parent) is list:
                parent.append(value)
            else:
                self.root = value

            if event_type is not AliasEvent and event.anchor is not None:
                self.anchors[event.anchor] = value
            if event_type is MappingStartEvent or event_type is SequenceStartEvent:
                self.check_collection(event)
                stack.append(value)
                parent = value

    def key(self, value: Any, event: Any, parent: dict[str, Tree]) -> str:
        """The key that `value` is, its faults noted."""
        if type(value) is not str:
            value = self.unusable_key(value, event)
        elif event.anchor is not None and type(event) is ScalarEvent:
            self.anchors[event.anchor] = value
        if value == "<<" and type(event) is ScalarEvent and event.implicit[0]:
            self.fault(
                event,
                "merge keys ('<<') are not part of YAML 1.2",
                detail="write the keys out, or share them with a template (a file named .yaml.j2)",
            )
        if value in parent:
            self.duplicate(value, event)
            del parent[value]
        key = sys.intern(value)
        if len(self.stack) == 2 and type(self.stack[0]) is dict:
            mark = event.start_mark
            self.names[(next(reversed(self.stack[0])), key)] = Mark(mark.line + 1, mark.column + 1)
        return key

    def unusable_key(self, value: Any, event: Any) -> str:
        if isinstance(value, dict | list):
            self.stop(event, "a key must be text, and this is a list or a mapping")
        written = getattr(event, "value", "")
        self.fault(
            event,
            "a key must be text, and this one is empty"
            if value is None
            else f"a key must be text, and {written} is not",
            suggestion=None if value is None else f'"{written}"',
        )
        return str(written)

    def duplicate(self, key: str, event: Any) -> None:
        first = self.source.place((*self.path(), key)).key
        self.fault(
            event,
            f"the key '{key}' is written twice",
            detail=f"first written at line {self.source.origin(first).line}; keep one of them",
            also=(self.source.origin(first),),
        )

    def path(self) -> Path:
        """Where the innermost open collection stands."""
        return tuple(
            next(reversed(outer)) if isinstance(outer, dict) else len(outer) - 1 for outer in self.stack[:-1]
        )

    def scalar(self, event: Any) -> Tree:
        """A scalar that may be something else than text."""
        tag: str | None = event.tag
        if tag is not None and tag != "!":
            return self.tagged(event, tag)
        if not event.implicit[0]:
            return str(event.value)
        try:
            meaning = self.meanings[event.value] = plain_scalar(event.value)
        except UnusableScalar as error:
            self.fault(event, str(error))
            return None
        return meaning

    def tagged(self, event: Any, tag: str) -> Tree:
        short = tag.removeprefix(_CORE)
        if tag == _CORE + "str":
            return str(event.value)
        if not tag.startswith(_CORE) or short not in _SCALAR_TAGS:
            self.refuse_tag(event, tag)
            return None
        try:
            value = plain_scalar(event.value)
        except UnusableScalar as error:
            self.fault(event, str(error))
            return None
        fits = isinstance(value, _SCALAR_TAGS[short]) and not (
            isinstance(value, str)
            or (short in ("int", "float") and (isinstance(value, bool) or value is None))
        )
        if not fits:
            self.fault(event, f"this value does not fit its tag !!{short}")
            return None
        return value

    def refuse_tag(self, event: Any, tag: str) -> None:
        shown = "!!" + tag.removeprefix(_CORE) if tag.startswith(_CORE) else tag
        self.fault(
            event,
            f"the tag {shown} is not known",
            detail="!!str, !!int, !!float, !!bool, !!null, !!map and !!seq are, and none is needed",
        )

    def check_collection(self, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.stop(event, f"nested more than {MAX_DEPTH} deep")
        kind = "map" if type(event) is MappingStartEvent else "seq"
        if event.tag not in (None, "!", _CORE + kind):
            self.refuse_tag(event, event.tag)

    def alias(self, event: Any) -> Tree:
        if event.anchor not in self.anchors:
            self.stop(event, f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
        value = self.anchors[event.anchor]
        if any(value is outer for outer in self.stack):
            self.stop(event, f"the alias *{event.anchor} stands inside of what it stands for")
        self.count_aliased(value, event)
        return value

    def count_aliased(self, value: Tree, event: Any) -> None:
        waiting: list[tuple[Tree, int]] = [(value, len(self.stack) + 1)]
        while waiting:
            node, depth = waiting.pop()
            self.aliased += 1
            if self.aliased > MAX_ALIASED:
                self.stop(event, f"the aliases of this file expand to more than {MAX_ALIASED:,} values")
            if isinstance(node, str):
                self.aliased_text += len(node)
                if self.aliased_text > MAX_ALIASED_TEXT:
                    self.stop(event, "the aliases of this file expand to more than 5 MB of text")
            if isinstance(node, dict | list) and depth > MAX_DEPTH:
                self.stop(event, f"nested more than {MAX_DEPTH} deep")
            if isinstance(node, dict):
                waiting.extend((inner, depth + 1) for inner in node.values())
            elif isinstance(node, list):
                waiting.extend((inner, depth + 1) for inner in node)

    def boundary(self, event: Any) -> None:
        if type(event) is not DocumentStartEvent:
            return
        self.documents += 1
        if self.documents > 1:
            self.stop(
                event, "a second document begins here ('---'), and a file holds one", detail="use a file each"
            )

    def stop(self, event: Any, summary: str, detail: str = "") -> None:
        self.fault(event, summary, detail=detail)
        raise _Stopped

    def fault(self, event: Any, summary: str, **more: Any) -> None:
        start = event.start_mark
        mark = Mark(start.line + 1, start.column + 1)
        if len(self.faults) >= MAX_FAULTS:
            self.faults.append(too_many_faults(self.source, mark))
            raise _Stopped
        self.faults.append(self.source.fault(mark, summary, **more))
