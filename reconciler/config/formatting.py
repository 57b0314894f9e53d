"""The canonical layout of YAML text: what it says, its comments and the order of everything stay."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_nodes import BLOCKS, FLOWS, Entry, Form, Layout, Node, read_layout
from reconciler.errors import ConfigurationError
from reconciler.model.diagnostic import Diagnostic

WIDTH = 120
"""Columns up to which a flow collection that was written over several lines goes on one."""

_STEP = 2
_DASHES = re.compile(r"[ ]*(?:-[ ]+)*")


def format_text(source: SourceFile) -> str:
    """`source` in canonical layout; `ConfigurationError` when it cannot be read.

    Blocks are indented by two blanks, lists below their key too. A flow collection on one line stays there,
    with one blank behind each colon and comma; one on several lines goes on one if it fits in 120 columns and
    holds no comment, else each entry gets a line. Between entries stands at most one empty line. A comment
    behind a value keeps its column where it can. Scalars are copied to the letter: quotes, anchors, `057116`
    and `0.30` stay as they are. Formatting what was formatted changes nothing.
    """
    document = read_document(source)
    if document.faults:
        raise ConfigurationError(document.faults)
    if source.text.startswith("%"):
        return source.text  # a directive holds for what follows it just as it is written
    layout = read_layout(source.text)
    comments = _comments(layout)
    text = _Printer(layout, comments).text()
    if not source.text.endswith("\n") and _ends_in_text(layout):
        text = text.removesuffix("\n")  # a block of text would get a line end that it does not have
    again = SourceFile(source.name, text)
    if read_document(again).value != document.value or _words(_comments(read_layout(text))) != _words(
        comments
    ):
        raise ConfigurationError([_unformattable(source)])
    return text


def _ends_in_text(layout: Layout) -> bool:
    *_, last = layout.root.walk() if layout.root else (None,)
    return last is not None and last.form is Form.BLOCK_TEXT and last.end == len(layout.text)


def _unformattable(source: SourceFile) -> Diagnostic:
    """No text is known that leads here: the promise is kept by looking, not by trust."""
    mark = source.place(()).value
    return source.fault(
        mark, "this file cannot be laid out without changing it", detail="it is left as it is"
    )


class _Comment(Struct, frozen=True):
    """A comment: where it begins and its text. `is_alone` says that nothing but dashes stands before it."""

    place: int
    column: int
    text: str
    is_alone: bool
    follows_blank: bool


def _words(comments: list[_Comment]) -> list[str]:
    return sorted(comment.text for comment in comments)


def _comments(layout: Layout) -> list[_Comment]:
    """Every comment: whatever begins with # outside of the scalars."""
    leaves = [node for node in layout.root.walk() if not node.entries] if layout.root else []
    scalars = sorted((node.end, node.start) for node in leaves if node.form not in FLOWS)
    ends = [end for end, _ in scalars]
    text, place, found = layout.text, 0, []
    while (place := text.find("#", place)) >= 0:
        next_one = bisect_right(ends, place)
        if next_one < len(scalars) and scalars[next_one][1] <= place:
            place = ends[next_one]
            continue
        end = layout.line_end(place)
        start = text.rfind("\n", 0, place) + 1
        is_alone = _DASHES.fullmatch(text, start, place) is not None
        follows_blank = (
            is_alone and start > 0 and not text[text.rfind("\n", 0, start - 1) + 1 : start].strip()
        )
        found.append(_Comment(place, place - start, text[place:end].rstrip(), is_alone, follows_blank))
        place = end
    return found


class _Line(Struct):
    """A line under way. `column` is where its comment stood."""

    text: str
    comment: str = ""
    column: int = 0

    def __str__(self) -> str:
        if not self.comment or not self.text.strip():
            return self.text + self.comment
        gap = self.column if self.column > len(self.text) else len(self.text) + _STEP
        return self.text.ljust(gap) + self.comment


class _Printer:
    """The state of one layout: the lines so far, the comments still to come, and how deep the last entry was.

    `levels` are the columns of the open blocks in the source, each with the column that it gets.
    """

    def __init__(self, layout: Layout, comments: list[_Comment]) -> None:
        self.layout = layout
        self.comments = list(reversed(comments))
        self.lines: list[_Line] = []
        self.levels: list[tuple[int, int]] = []

    def text(self) -> str:
        root = self.layout.root
        if self.layout.opening is not None:
            self.flush(self.layout.opening, 0, 0)
            self.lines.append(_Line("---"))
        if root is not None:
            self.flush(root.start, self.layout.column(root.start), 0)
            if root.form in BLOCKS:
                self.block(root, 0)
            else:
                self.lines.append(_Line(""))
                self.value(root, 0, "")
        self.flush(len(self.layout.text), 0, 0)
        while self.lines and not str(self.lines[0]):
            self.lines.pop(0)
        return "".join(f"{line}\n" for line in self.lines)

    def flush(self, place: int, column: int, indent: int) -> None:
        """The comments before `place`, where something at `column` of the source will get `indent`."""
        while self.comments and self.comments[-1].place < place:
            comment = self.comments.pop()
            last = self.lines[-1] if self.lines else None
            if not comment.is_alone and last is not None and not last.comment:
                last.comment, last.column = comment.text, comment.column
                continue
            if comment.follows_blank:
                self.blank()
            deeper = [out for inner, out in self.levels if column < inner <= comment.column]
            self.lines.append(_Line(" " * (max(deeper, default=indent)), comment.text))

    def blank(self) -> None:
        """An empty line, unless there is one already."""
        if self.lines and str(self.lines[-1]):
            self.lines.append(_Line(""))

    def keep_blank(self, place: int) -> None:
        """An empty line if one stands above the line of `place`."""
        start = self.layout.text.rfind("\n", 0, place) + 1
        if start and not self.layout.text[self.layout.text.rfind("\n", 0, start - 1) + 1 : start].strip():
            self.blank()

    def block(self, node: Node, indent: int, goes_on: bool = False) -> None:
        """The entries of a block at `indent`; the first one may go on the line that was begun."""
        column = self.column(node)
        depth = len(self.levels)
        self.levels.append((column, indent))
        for entry in node.entries:
            self.flush(entry.start, column, indent)
            del self.levels[depth + 1 :]
            if not (goes_on and entry is node.entries[0]):
                self.keep_blank(entry.start)
                self.lines.append(_Line(" " * indent))
            self.entry(entry, indent)

    def column(self, node: Node) -> int:
        """Where the entries of a block stand in the source: those of a list at their dash."""
        first = node.entries[0]
        if first.key is not None:
            return self.layout.column(first.start)
        return self.layout.column(max(self.layout.text.rfind("-", 0, first.start), 0))

    def entry(self, entry: Entry, indent: int) -> None:
        """One entry on the line that was begun."""
        line, node = self.lines[-1], entry.value
        line.text += "-" if entry.key is None else f"{self.slice(entry.key)}:"
        if node.form is Form.EMPTY:
            return
        words = self.properties(node)
        line.text += "".join(f" {word}" for word in words)
        if node.form not in BLOCKS:
            line.text += " "
            self.value(node, indent + _STEP, "")
        elif entry.key is None and not words:
            line.text += " "
            self.block(node, indent + _STEP, goes_on=True)
        else:
            self.block(node, indent + _STEP)

    def properties(self, node: Node) -> list[str]:
        """Anchor and tag of a collection; those of a scalar are part of its text."""
        if node.form not in BLOCKS | FLOWS:
            return []
        words = self.layout.text[node.start : node.content].split("#")[0].split()
        return [word for word in words if word[0] in "&!"]

    def slice(self, node: Node) -> str:
        return self.layout.text[node.start : node.end]

    def value(self, node: Node, indent: int, behind: str) -> None:
        """A value that is no block, on the line that was begun; further lines stand at `indent`."""
        while self.comments and self.comments[-1].place < node.start and not self.comments[-1].is_alone:
            self.flush(self.comments[-1].place + 1, 0, indent)
        if node.form in FLOWS:
            self.flow(node, indent, behind)
            return
        first, *more = self.scalar_lines(node, indent)
        self.lines[-1].text += first
        self.lines += [_Line(line) for line in more]
        self.lines[-1].text += behind

    def scalar_lines(self, node: Node, indent: int) -> Iterator[str]:
        """The lines of a scalar to the letter, those after the first one indented anew."""
        first, *more = self.slice(node).split("\n")
        yield first
        shift = " " * indent
        if node.form is Form.BLOCK_TEXT:
            old = self.block_text_indent(node, more)
            yield from (shift + line[old:] if line[old:] else "" for line in more)
        else:
            yield from (shift + line.lstrip(" \t") if line.strip(" \t") else "" for line in more)

    def block_text_indent(self, node: Node, lines: list[str]) -> int:
        """How many blanks the lines of a block of text stand in: more of them belong to the text."""
        written = next((line for line in lines if line.strip(" ")), "")
        meant = next((line for line in node.value.split("\n") if line.strip(" ")), "")
        return _blanks(written) - _blanks(meant)

    def flow(self, node: Node, indent: int, behind: str) -> None:
        """A flow collection: on the line that was begun, or an entry a line."""
        line = self.flow_line(node)
        if self.fits(node, len(self.lines[-1].text) + len(line) + len(behind)):
            self.lines[-1].text += line + behind
            return
        opening, closing = ("{", "}") if node.form is Form.FLOW_MAPPING else ("[", "]")
        self.lines[-1].text += opening
        outer = len(self.levels)
        for entry in node.entries:
            self.flush(entry.start, self.layout.column(entry.start), indent)
            self.lines.append(_Line(" " * indent))
            words = [f"{self.slice(entry.key)}:"] if entry.key is not None else []
            words += self.properties(entry.value)
            comma = "," if entry is not node.entries[-1] else ""
            if entry.value.form is Form.EMPTY and entry.key is not None:
                self.lines[-1].text += self.slice(entry.key) + comma
                continue
            self.lines[-1].text += "".join(f"{word} " for word in words)
            self.value(entry.value, indent + _STEP, comma)
        del self.levels[outer:]
        self.flush(node.end, self.layout.column(node.end), indent)
        self.lines.append(_Line(" " * (indent - _STEP) + closing + behind))

    def fits(self, node: Node, width: int) -> bool:
        """Whether a flow collection stands on one line: as it did, or because it can."""
        for comment in reversed(self.comments):
            if comment.place >= node.end:
                break
            if comment.place >= node.start:
                return False
        scalars = [each for each in node.walk() if each.form not in FLOWS]
        if any("\n" in self.slice(each) for each in scalars):
            return False
        return "\n" not in self.slice(node) or width <= WIDTH or not node.entries

    def flow_line(self, node: Node) -> str:
        """A flow collection, and all in it, on one line."""
        inner = ", ".join(self.flow_entry(entry) for entry in node.entries)
        return f"{{{inner}}}" if node.form is Form.FLOW_MAPPING else f"[{inner}]"

    def flow_entry(self, entry: Entry) -> str:
        node = entry.value
        if node.form is Form.EMPTY and entry.key is not None:
            return self.slice(entry.key)
        words = [] if entry.key is None else [f"{self.slice(entry.key)}:"]
        words += self.properties(node)
        return " ".join([*words, self.flow_line(node) if node.form in FLOWS else self.slice(node)])


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
