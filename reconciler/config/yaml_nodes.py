"""YAML text as a tree of nodes that know where they stand: what rewriting and laying out work on."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from itertools import accumulate
from typing import Any

from msgspec import Struct, field
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.config.yaml_events import event_source


class Form(Enum):
    """How a value is written."""

    EMPTY = auto()
    PLAIN = auto()
    QUOTED = auto()
    BLOCK_TEXT = auto()
    ALIAS = auto()
    FLOW_MAPPING = auto()
    FLOW_SEQUENCE = auto()
    BLOCK_MAPPING = auto()
    BLOCK_SEQUENCE = auto()


BLOCKS = frozenset([Form.BLOCK_MAPPING, Form.BLOCK_SEQUENCE])
FLOWS = frozenset([Form.FLOW_MAPPING, Form.FLOW_SEQUENCE])
MAPPINGS = frozenset([Form.BLOCK_MAPPING, Form.FLOW_MAPPING])


class Node(Struct):
    """One value. Its text is `[start, end)`: anchor and tag included, the line ends behind it not.

    `content` is where a collection begins behind its anchor and tag. `value` is the text of a scalar.
    """

    form: Form
    start: int
    end: int
    content: int
    value: str = ""
    entries: list[Entry] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, keys included, in the order in which they stand."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            for entry in reversed(node.entries):
                waiting.append(entry.value)
                if entry.key is not None:
                    waiting.append(entry.key)


class Entry(Struct):
    """A key and its value, or a value of a sequence."""

    key: Node | None
    value: Node

    @property
    def start(self) -> int:
        """Where it begins: of an entry of a sequence the value, since nobody marks its dash."""
        return self.value.start if self.key is None else self.key.start

    @property
    def end(self) -> int:
        """Where it ends; a key without a value ends behind the key."""
        return max(self.value.end, self.key.end if self.key else 0)


class Layout(Struct, frozen=True):
    """The text of one sound file, and its root; None of a file that holds no value.

    `opening` is where the document is begun with `---`, or None.
    """

    text: str
    root: Node | None
    opening: int | None

    def column(self, place: int) -> int:
        """How many characters stand before `place` on its line."""
        return place - (self.text.rfind("\n", 0, place) + 1)

    def line_end(self, place: int) -> int:
        """Where the line of `place` ends, its line end not included."""
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end


def read_layout(text: str) -> Layout:
    """The nodes of `text`, which must have been read without a fault of syntax before."""
    starts = tuple(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    builder = _Builder(text, starts)
    builder.run()
    return Layout(text, builder.root, builder.opening)


class _Builder:
    """The state of one pass over the events."""

    def __init__(self, text: str, starts: tuple[int, ...]) -> None:
        self.text = text
        self.starts = starts
        self.root: Node | None = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        self.opening: int | None = None

    def run(self) -> None:
        next_event = event_source(self.text)
        while (event := next_event()) is not None:
            if isinstance(event, CollectionEndEvent):
                self.close(event)
            elif isinstance(event, ScalarEvent | AliasEvent):
                self.put(self.leaf(event))
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                node = self.collection(event)
                self.put(node)
                self.open.append(node)
                self.keys.append(None)
            elif isinstance(event, DocumentStartEvent) and event.explicit:
                self.opening = self.place(event.start_mark)

    def put(self, node: Node) -> None:
        """`node` as the next key or value of the innermost open collection."""
        if not self.open:
            self.root = None if node.form is Form.EMPTY else node
            return
        parent = self.open[-1]
        if parent.form in MAPPINGS and self.keys[-1] is None:
            self.keys[-1] = node
            return
        parent.entries.append(Entry(self.keys[-1], node))
        self.keys[-1] = None

    def place(self, mark: Any) -> int:
        place: int = self.starts[mark.line] + mark.column
        return place

    def leaf(self, event: Any) -> Node:
        start, end = self.place(event.start_mark), self.place(event.end_mark)
        if isinstance(event, AliasEvent):
            return Node(Form.ALIAS, start, end, start)
        if event.style in ("|", ">"):
            end = start + len(_without_blank_end(self.text[start:end], event.value))
            return Node(Form.BLOCK_TEXT, start, end, start, event.value)
        if start == end:
            return Node(Form.EMPTY, start, end, start)
        form = Form.QUOTED if event.style in ("'", '"') else Form.PLAIN
        return Node(form, start, end, start, event.value)

    def collection(self, event: Any) -> Node:
        start, end = self.place(event.start_mark), self.place(event.end_mark)
        is_mapping = isinstance(event, MappingStartEvent)
        if event.flow_style:
            return Node(Form.FLOW_MAPPING if is_mapping else Form.FLOW_SEQUENCE, start, end, end - 1)
        return Node(Form.BLOCK_MAPPING if is_mapping else Form.BLOCK_SEQUENCE, start, end, end)

    def close(self, event: Any) -> None:
        """A flow collection ends at its bracket, a block where its last value does."""
        node = self.open.pop()
        self.keys.pop()
        if node.form in FLOWS:
            node.end = self.place(event.end_mark)
            return
        node.end = node.entries[-1].end if node.entries else node.start
        if node.form is Form.BLOCK_MAPPING and node.entries:
            node.content = node.entries[0].start


def _without_blank_end(text: str, value: str) -> str:
    """A block of text without the empty lines behind it, unless they are part of what it says."""
    header = text.partition("\n")[0].partition("#")[0]
    last = value.rstrip("\n").rpartition("\n")[2]
    if "+" in header:
        return text.removesuffix("\n")
    if last and not last.strip(" "):
        return text.rstrip("\n")
    lines = text.split("\n")
    while not lines[-1].strip(" \t"):
        lines.pop()
    return "\n".join(lines)
