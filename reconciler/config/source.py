"""A file of the configuration as text, with the places in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct, field

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.origin import Origin
from reconciler.model.value import Path

MAX_FAULTS = 1_000
"""As many faults are told at once as anybody can read."""


_LONGEST = 1_000


class Mark(NamedTuple):
    """A place in a file's text: line and column counted from 1."""

    line: int
    column: int


class Place(NamedTuple):
    """Where a value stands: its key (or its dash) and the value itself."""

    key: Mark
    value: Mark


class SourceFile(Struct, frozen=True, eq=False):
    """The YAML text of a file, rendered if it is a template.

    `template_lines[n]` is the line of the template that made line n + 1 of `text`; it is empty for a file
    that is no template.
    """

    name: str
    text: str
    template_lines: Sequence[int] = ()
    _index: dict[Path, Place] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list)
    _shown: dict[int, str | None] = field(default_factory=dict)

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
        if not self._lines:
            self._lines.extend(self.text.split("\n"))
        if number not in self._shown:
            self._shown[number] = self._showable(number)
        return self._shown[number]

    def _showable(self, number: int) -> str | None:
        from reconciler.config.secrecy import may_begin_secret, may_hold_secret  # few lines are ever shown

        lines = self._lines
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        before = lines[number - 2] if 1 < number <= len(lines) else ""
        return None if may_hold_secret(text) or may_begin_secret(before) else text

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
            summary=_short(summary),
            detail=_short(detail),
            suggestion=suggestion,
            origin=self.origin(mark),
            source=None if secret else self.line(mark.line),
            also=also,
        )


def _short(text: str) -> str:
    """`text`, which may quote a key of 5 MB, at a length that can be read."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"


def too_many_faults(source: SourceFile, mark: Mark) -> Diagnostic:
    """What is said in place of the faults from `mark` on."""
    return source.fault(mark, f"there are more than {MAX_FAULTS:,} faults: those from here on are not shown")
