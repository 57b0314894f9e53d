"""New values into YAML text, with every other character left as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_nodes import BLOCKS, MAPPINGS, Entry, Form, Layout, Node, read_layout
from reconciler.config.yaml_writing import block_lines, flow_text, is_block, quoted_text, scalar_text
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path, Value, decimal_text


class Removed:
    """Stands for a value that is to be taken out."""


REMOVED: Final = Removed()

_ONLY_COMMENT = re.compile(r"[ ]*#")


class RewriteRefused(Exception):
    """A value that cannot be rewritten where it stands; the diagnostic says where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.summary)


def rewrite(source: SourceFile, changes: Mapping[Path, Value | Removed]) -> str:
    """The text of `source` with the value at each path as `changes` wants it, or taken out.

    Only what differs is touched: comments, blank lines, quotes and the order of keys stay. What is new comes
    last in its mapping. A comment that stands directly above an entry goes with it. The result was read back
    and holds exactly what is wanted; RewriteRefused where that cannot be, as for a value that a template
    makes or that an alias shares.
    """
    for path in changes:
        if source.template_lines:
            raise _refusal(source, path, "a template makes this value", "change it in the template")
    text = source.text if source.text.endswith("\n") else source.text + "\n"
    before = read_document(source).value
    after = _changed(before, changes)
    layout = read_layout(text)
    rewriting = _Rewriting(layout)
    try:
        if layout.root is not None:
            rewriting.value(Entry(None, layout.root), before, after)
    except _Entangled as error:
        raise _refusal(source, next(iter(changes)), str(error), "change it by hand") from None
    result = rewriting.text()
    read = read_document(SourceFile(source.name, result))
    if read.faults or not is_same(read.value, after):
        summary = "this value cannot be rewritten without changing another one"
        raise _refusal(source, next(iter(changes)), summary, "an anchor may share it: change it by hand")
    return result


def is_same(one: object, other: object) -> bool:
    """Whether two values read from YAML, or written to it, are the same. No list here has an order."""
    return _canonical(one) == _canonical(other)


def _refusal(source: SourceFile, path: Path, summary: str, detail: str) -> RewriteRefused:
    return RewriteRefused(source.fault(source.place(path).key, summary, detail=detail))


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return sorted((_canonical(inner) for inner in value), key=repr)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return ("number", decimal_text(Decimal(value)))
    if isinstance(value, date):
        return ("text", value.isoformat())
    return ("text" if isinstance(value, str) else "word", value)


def _changed(tree: object, changes: Mapping[Path, Value | Removed]) -> object:
    """`tree` with the changes made, sharing what stays."""
    for path, value in changes.items():
        tree = _with(tree, path, value)
    return tree


def _with(tree: object, path: Path, value: Value | Removed) -> object:
    assert isinstance(tree, Mapping)
    key, rest = str(path[0]), path[1:]
    if rest:
        return {**tree, key: _with(tree[key], rest, value)}
    if isinstance(value, Removed):
        return {name: inner for name, inner in tree.items() if name != key}
    return {**tree, key: value}


class _Entangled(Exception):
    """An entry that shares its line with another one in a way that no splice can take apart."""


class _Rewriting:
    """The splices that lead from one text to another: none overlaps the next."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.splices: list[tuple[int, int, str]] = []

    def text(self) -> str:
        pieces, place = [], 0
        for start, end, new in sorted(self.splices, key=lambda splice: splice[:2]):
            pieces += [self.layout.text[place:start], new]
            place = end
        return "".join([*pieces, self.layout.text[place:]])

    def value(self, entry: Entry, before: object, after: object) -> None:
        """Whatever it takes to make of the value `before` of `entry` the value `after`."""
        node = entry.value
        if is_same(before, after):
            return
        if node.entries and isinstance(before, Mapping) and isinstance(after, Mapping) and after:
            self.mapping(node, before, after)
        elif node.entries and isinstance(before, list) and isinstance(after, list | tuple) and after:
            self.sequence(node, before, after)
        else:
            self.replace(entry, after)

    def mapping(self, node: Node, before: Mapping[str, object], after: Mapping[str, object]) -> None:
        pairs = list(zip(node.entries, before, strict=True))
        kept = [key in after for _, key in pairs]
        for place, (entry, key) in enumerate(pairs):
            if kept[place]:
                self.value(entry, before[key], after[key])
            else:
                self.delete(node, place, kept)
        added = [(key, value) for key, value in after.items() if key not in before]
        if node.form is Form.FLOW_MAPPING:
            self.append(node, [f"{scalar_text(key)}: {flow_text(_value(each))}" for key, each in added], kept)
        else:
            self.append(node, [self.block_entry(node, key, _value(each)) for key, each in added], kept)

    def sequence(self, node: Node, before: list[object], after: Sequence[object]) -> None:
        """What both hold stays; what came takes the place of what went, as far as that goes."""
        came = [_value(new) for new in after if not any(is_same(new, old) for old in before)]
        kept = []
        for place, old in enumerate(before):
            stays = any(is_same(old, new) for new in after)
            kept.append(stays or bool(came))
            if not stays and came:
                self.value(node.entries[place], old, came.pop(0))
        for place, stays in enumerate(kept):
            if not stays:
                self.delete(node, place, kept)
        dash = "" if node.form is Form.FLOW_SEQUENCE else "- "
        self.append(node, [dash + flow_text(each) for each in came], kept)

    def replace(self, entry: Entry, after: object) -> None:
        node, value = entry.value, _value(after)
        is_text = node.form is Form.QUOTED and isinstance(value, str)
        text = quoted_text(value) if is_text and isinstance(value, str) else flow_text(value)
        if node.form is Form.EMPTY:
            self.splices.append((node.start, node.start, f" {text}"))
        elif node.form in BLOCKS and entry.key is not None:
            colon = self.layout.text.index(":", entry.key.end) + 1
            self.splices.append((colon, node.end, f" {text}"))
        else:
            self.splices.append((node.start, node.end, text))

    def block_entry(self, node: Node, key: str, value: Value) -> str:
        """A new entry of a block, written as its siblings are."""
        indent = self.layout.column(node.content)
        siblings = [entry.value.form for entry in node.entries if entry.value.form in MAPPINGS]
        is_like_blocks = bool(siblings) and siblings[-1] is Form.BLOCK_MAPPING
        if isinstance(value, Mapping) and value and (is_like_blocks or is_block(value)):
            lines = [f"{scalar_text(key)}:"]
            for inner, each in value.items():
                lines += block_lines(inner, each, 2)
        else:
            lines = [f"{scalar_text(key)}: {flow_text(value)}"]
        return f"\n{' ' * indent}".join(lines)

    def delete(self, node: Node, place: int, kept: Sequence[bool]) -> None:
        entry = node.entries[place]
        if node.form in BLOCKS:
            self.splices.append((self.first_line(entry, place), self.layout.line_end(entry.end) + 1, ""))
        elif any(kept[:place]):
            self.splices.append((node.entries[place - 1].end, entry.end, ""))
        elif any(kept):
            self.splices.append((entry.start, node.entries[place + 1].start, ""))
        else:
            end = node.entries[place + 1].start if place + 1 < len(kept) else entry.end
            self.splices.append((entry.start, end, ""))

    def first_line(self, entry: Entry, place: int) -> int:
        """Where the lines of a block's entry begin: with the comment directly above that speaks of it."""
        text = self.layout.text
        start = text.rfind("\n", 0, entry.start) + 1
        before = text[start : entry.start].strip(" ")
        if before not in ("", "-") or (before == "-") != (entry.key is None):
            raise _Entangled("this entry shares its line with another one")
        while place and start:
            above = text.rfind("\n", 0, start - 1) + 1
            if not _ONLY_COMMENT.match(text, above, start):
                break
            start = above
        return start

    def append(self, node: Node, entries: Sequence[str], kept: Sequence[bool]) -> None:
        """New entries behind the last one."""
        if not entries:
            return
        last = node.entries[-1]
        if node.form not in BLOCKS:
            comma = ", " if any(kept) else ""
            self.splices.append((last.end, last.end, comma + ", ".join(entries)))
            return
        first = node.entries[0]
        line = self.layout.text.rfind("\n", 0, first.start) + 1
        indent = self.layout.column(node.content)
        if first.key is None:
            indent = len(self.layout.text[line : first.start].partition("-")[0])
        behind = self.layout.line_end(last.end) + 1
        self.splices.append((behind, behind, "".join(f"{' ' * indent}{each}\n" for each in entries)))


def _value(value: object) -> Value:
    known: Value = value  # type: ignore[assignment]
    return known
