"""The log: with `-v` a line for every call on stderr, with `--log-json` a JSON object a line in a file."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.cli import screen
from reconciler.errors import UsageError
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings

LOGGER = "reconciler"
"""Everything that the program logs is below this name."""


@contextmanager
def logging_to(settings: Settings) -> Iterator[None]:
    """While this lasts, the log goes where the settings say. No body and no token is ever part of it."""
    logger = logging.getLogger(LOGGER)
    former = logger.level
    handlers = _handlers(settings)
    for handler in handlers:
        logger.addHandler(handler)
    logger.setLevel(logging.INFO if handlers else former)
    try:
        yield
    finally:
        logger.setLevel(former)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def _handlers(settings: Settings) -> list[logging.Handler]:
    handlers: list[logging.Handler] = []
    if settings.verbose:
        handlers.append(_OnScreen())
    if settings.log_json is not None:
        path = settings.path(str(settings.log_json))
        try:
            file = logging.FileHandler(path, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--log-json {path}: {error.strerror}") from None
        file.setFormatter(_AsJson())
        handlers.append(file)
    return handlers


class _OnScreen(logging.Handler):
    """Calls as remarks; the steps of an apply are shown anyway."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line on stderr."""
        if not hasattr(record, "event"):
            screen.say(f"  {inert(record.getMessage())}")


class _AsJson(logging.Formatter):
    """A record as one JSON object: when, what, and the facts of a call or an event."""

    def format(self, record: logging.LogRecord) -> str:
        """The object's text."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        document = {"time": moment, "logger": record.name, "message": record.getMessage()}
        for name in ("call", "event"):
            if hasattr(record, name):
                document[name] = getattr(record, name)
        return json.dumps(document, ensure_ascii=False)
