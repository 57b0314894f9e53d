"""The log: with `-v` a line for every call on stderr, with `--log-json` a JSON object a line in a file."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli import screen
from reconciler.errors import ReconcilerError, UsageError
from reconciler.model.inert import inert, inert_json

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings

LOGGER = "reconciler"
"""Everything that the program logs is below this name."""

FACTS = ("call", "event", "session", "notification")
"""What a line can be about; it has the facts of at most one under that name (`schemas/log.schema.json`)."""

_log = logging.getLogger(f"{LOGGER}.session")

# Without a handler Python would print warnings by itself; what is to be seen is said in words of ours.
logging.getLogger(LOGGER).addHandler(logging.NullHandler())


@contextmanager
def logging_to(settings: Settings) -> Iterator[None]:
    """While this lasts, the log goes where the settings say. No body and no token is ever part of it."""
    with log_open(settings), _told(settings):
        yield


@contextmanager
def log_open(settings: Settings) -> Iterator[None]:
    """The same for what is no work on the account, and neither begins nor ends any."""
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


@contextmanager
def _told(settings: Settings) -> Iterator[None]:
    """The first and the last line: that work on the account begins, and how it ended."""
    _tell(settings, "begins", None)
    try:
        yield
    except BaseException as error:
        _tell(settings, "failed", error)
        raise
    _tell(settings, "ended", None)


def _tell(settings: Settings, state: str, error: BaseException | None) -> None:
    kind = None if error is None else type(error).__name__
    exit_code = error.exit_code if isinstance(error, ReconcilerError) else None
    facts = {
        "state": state,
        "version": __version__,
        "process": os.getpid(),
        "environment": settings.environment,
        "error": kind,
        "exit_code": exit_code,
    }
    _log.info("%s", f"{state}: {kind}" if kind else state, extra={"session": facts})


def _handlers(settings: Settings) -> list[logging.Handler]:
    handlers: list[logging.Handler] = []
    if settings.verbose:
        handlers.append(_OnScreen())
    if settings.log_json is not None:
        handlers.append(_file(settings.path(str(settings.log_json))))
    return handlers


def _file(path: Path) -> logging.Handler:
    """A handler that appends to `path`; a log that is made has its owner alone for a reader."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        file = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--log-json {path}: {error.strerror}") from None
    file.setFormatter(_AsJson())
    return file


class _OnScreen(logging.Handler):
    """Calls as remarks; the steps of an apply and what came of notifications are shown anyway."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line on stderr."""
        if not any(hasattr(record, fact) for fact in FACTS if fact != "call"):
            screen.say(f"  {inert(record.getMessage())}")


class _AsJson(logging.Formatter):
    """A record as one JSON object: when, how grave, what, and the facts that it is about."""

    def format(self, record: logging.LogRecord) -> str:
        """The object's text."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        document = {
            "time": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in FACTS:
            if hasattr(record, name):
                document[name] = getattr(record, name)
        return inert_json(json.dumps(document, ensure_ascii=False))
