"""Progress on stderr: one live line on a terminal, plain lines otherwise."""

from __future__ import annotations

import logging
import shutil
import sys
from typing import TYPE_CHECKING

from reconciler.cli import screen
from reconciler.model.event import Outcome
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.event import Event

_log = logging.getLogger("reconciler.apply")
_ERASE = "\r\x1b[2K"
_MARKS = {
    Outcome.DONE: "✓",
    Outcome.SKIPPED: "=",
    Outcome.STALE: "!",
    Outcome.FAILED: "✗",
    Outcome.IN_DOUBT: "?",
    Outcome.WAITING: "☐",
    Outcome.NOT_STARTED: "·",
}


class Progress:
    """What is going on right now; a context manager, after which the live line is gone."""

    def __init__(self, settings: Settings) -> None:
        self._live = sys.stderr.isatty() and not settings.verbose and screen.can_move()
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def now(self, text: str) -> None:
        """What is being done; the next text takes its place."""
        text = inert(text)
        if self._live:
            width = max(shutil.get_terminal_size().columns - 1, 20)
            screen.ask(_ERASE + (text if len(text) <= width else text[: width - 1] + "…"))
            self._shown = True
        else:
            screen.say(text)

    def stays(self, text: str) -> None:
        """What was done; the line stays."""
        self.clear()
        screen.say(inert(text))

    def event(self, event: Event) -> None:
        """One event of an apply, on the screen and in the log."""
        _log.info("%s", _text(event), extra={"event": _facts(event)})
        if event.outcome is None:
            self.now(_text(event))
        else:
            self.now(f"  {_MARKS[event.outcome]} {_text(event)}")

    def clear(self) -> None:
        """Takes the live line away."""
        if self._shown:
            screen.ask(_ERASE)
            self._shown = False


def _text(event: Event) -> str:
    if event.address is None:
        return event.text
    place = f" ({event.step} of {event.steps})" if event.steps > 1 else ""
    said = event.text or (event.outcome.value.replace("_", " ") if event.outcome else "")
    return f"{event.address}: {said}{place}"


def _facts(event: Event) -> dict[str, str | int | None]:
    return {
        "address": str(event.address) if event.address else None,
        "text": event.text,
        "step": event.step,
        "steps": event.steps,
        "outcome": event.outcome.value if event.outcome else None,
    }
