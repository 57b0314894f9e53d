"""A file of the configuration as text, with the places in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.origin import Origin
from reconciler.model.value import Path

_HOLDS_SECRET = re.compile(r"""(?ix) (?: token | secret | passw | api_?key ) [\w-]* ["']? \s* :""")
_NAMES_ITS_SOURCE = re.compile(
    r"""(?ix) token ["']? \s* : \s* (?: \{ \s* (?: env | file ) \s* : | \{\{ | $ )"""
)
_SECRET_FOLLOWS = re.compile(r"""(?i)(?:token|secret|passw\w*|api_?key)["']?\s*:\s*[|>]?[-+]?\s*$""")
_HOLDS_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]*@")


class Mark(NamedTuple):
    """A place in a file's text: line and column counted from 1."""

    line: int
    column: int


class Place(NamedTuple):
    """Where a value stands: its key (or its dash) and the value itself."""

    key: Mark
    value: Mark


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """The YAML text of a file, rendered if it is a template.

    `template_lines[n]` is the line of the template that made line n + 1 of `text`; it is empty for a file
    that is no template.
    """

    name: str
    text: str
    template_lines: Sequence[int] = ()
    _index: dict[Path, Place] = field(default_factory=dict, repr=False)

    def places(self) -> dict[Path, Place]:
        """Where every value stands. Only a fault needs it, and a sound file never pays for it."""
        if not self._index:
            from reconciler.config.yaml_places import index_places

            self._index.update(index_places(self.text))
        return self._index

    def has(self, path: Path) -> bool:
        """Whether a value is written at `path`."""
        return path in self.places()

    def place(self, path: Path) -> Place:
        """Where the value at `path` of the document stands, or its nearest ancestor that is written."""
        places = self.places()
        while path and path not in places:
            path = path[:-1]
        return places.get(path, Place(Mark(1, 1), Mark(1, 1)))

    def origin(self, mark: Mark) -> Origin:
        """`mark` as the user knows it: in the template, when there is one."""
        line = mark.line
        if self.template_lines:
            line = self.template_lines[min(line, len(self.template_lines)) - 1]
        return Origin(self.name, line, mark.column)

    def line(self, number: int) -> str | None:
        """The line's text, or None when it must not be shown since it may hold a secret."""
        lines = self.text.split("\n")
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        before = lines[number - 2] if 1 < number <= len(lines) else ""
        return None if may_hold_secret(text) or _SECRET_FOLLOWS.search(before) else text

    def fault(
        self,
        mark: Mark,
        summary: str,
        *,
        detail: str = "",
        suggestion: str | None = None,
        also: tuple[Origin, ...] = (),
        secret: bool = False,
    ) -> Diagnostic:
        """An error at `mark`; `secret` keeps the line itself from being shown."""
        return Diagnostic(
            severity=Severity.ERROR,
            summary=summary,
            detail=detail,
            suggestion=suggestion,
            origin=self.origin(mark),
            source=None if secret else self.line(mark.line),
            also=also,
        )


def may_hold_secret(line: str) -> bool:
    """Whether a line looks as if a token or a password were written in it."""
    if _HOLDS_PASSWORD.search(line):
        return True
    return any(not _NAMES_ITS_SOURCE.match(line, found.start()) for found in _HOLDS_SECRET.finditer(line))
