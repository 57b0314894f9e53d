"""What a person or a pipe gets to see: results on stdout, everything else on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.value import Json


def prepare() -> None:
    """A character that the terminal does not know is shown as `?` instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def put(text: str) -> None:
    """One result on stdout, with one line end. A reader that has gone away, as `head` does, is no error."""
    try:
        click.echo(text.removesuffix("\n"))
    except BrokenPipeError:
        give_up_output()


def put_json(value: Mapping[str, Json]) -> None:
    """One result as JSON."""
    put(json_text(value))


def json_text(value: Mapping[str, Json]) -> str:
    """`value` as this program writes JSON: the same value is the same text, with a line end.

    Values stay exact, whatever they hold; what would steer a terminal is escaped as JSON knows it.
    """
    import json

    from reconciler.model.inert import inert_json

    return inert_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def say(text: str = "") -> None:
    """One remark on stderr; that nobody listens is no error."""
    _remark(text + "\n")


def say_inert(text: str) -> None:
    """One remark that holds words from outside."""
    from reconciler.model.inert import inert

    say(inert(text))


def ask(text: str) -> None:
    """A question on stderr, without a line end."""
    _remark(text)


def has_color(settings: Settings, stream: TextIO | None = None) -> bool:
    """Whether colour is wanted on `stream`, which is stdout unless given."""
    if settings.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return (stream or sys.stdout).isatty()


def width() -> int | None:
    """The columns of the terminal that stdout is; None where it is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None if sys.stdout.isatty() else None
    except (OSError, ValueError):
        return None


def can_move() -> bool:
    """Whether the terminal understands that a line is written over."""
    return os.environ.get("TERM") != "dumb"


def flush() -> None:
    """Hands over what is still held back."""
    try:
        sys.stdout.flush()
    except OSError:
        give_up_output()


def give_up_output() -> None:
    """Nobody reads stdout any more: what follows goes nowhere, and no complaint comes at the end."""
    _silence("stdout")


def _remark(text: str) -> None:
    try:
        click.echo(text, nl=False, err=True)
    except OSError:
        _silence("stderr")
    except RuntimeError:
        pass  # a signal's remark that met another one half-written: Python forbids it, and it may be lost


def _silence(name: str) -> None:
    setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 lives to the end
