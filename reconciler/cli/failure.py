"""An error as the user sees it: one message, and with `-v` where it came from."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.value import Json

FAULT_OF_OURS = "This is a fault of reconciler and not of yours: -v shows where, please report it with that."


def tell(error: BaseException, settings: Settings) -> int:
    """Shows `error` in the form that was asked for; returns the exit code that goes with it."""
    if settings.json:
        screen.put_json(error_document(error))
    if isinstance(error, ConfigurationError):
        _say_diagnostics(error, settings)
    else:
        say_error(_message(error), settings)
    if settings.verbose:
        _say_lines("".join(traceback.format_exception(error)).rstrip("\n"))
    return _code(error)


def error_document(error: BaseException) -> dict[str, Json]:
    """`error` as JSON, with the exit code that goes with it."""
    return {"error": _document(error), "exit_code": _code(error)}


def say_error(message: str, settings: Settings) -> None:
    """One line that begins with `error:`."""
    word = "\x1b[1;31merror\x1b[0m" if screen.has_color(settings, sys.stderr) else "error"
    _say_lines(message, f"{word}: ")


def _say_lines(text: str, lead: str = "") -> None:
    """Words from outside that may be several lines."""
    screen.say(lead + "\n".join(inert(line) for line in text.split("\n")))


def _say_diagnostics(error: ConfigurationError, settings: Settings) -> None:
    from reconciler.report.diagnostics import render_diagnostics

    screen.say(render_diagnostics(error.diagnostics, screen.has_color(settings, sys.stderr)))
    count = len(error.diagnostics)
    screen.say(f"\nThe configuration is not valid: {count} fault{'' if count == 1 else 's'}.")


def _code(error: BaseException) -> int:
    return error.exit_code if isinstance(error, ReconcilerError) else 1


def _message(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted; nothing was changed in Komet"
    if isinstance(error, ReconcilerError):
        return str(error)
    return f"{type(error).__name__}: {error}\n{FAULT_OF_OURS}"


def _document(error: BaseException) -> Json:
    document: dict[str, Json] = {"kind": type(error).__name__, "message": _message(error)}
    if isinstance(error, ConfigurationError):
        from reconciler.report.document import diagnostic_document

        document["diagnostics"] = [diagnostic_document(each) for each in error.diagnostics]
    return document
