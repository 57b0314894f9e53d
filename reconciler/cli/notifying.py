"""Telling the destinations of the configuration how a command ended, whatever else happens to it."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.cli import screen
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.cli.reports import Told
    from reconciler.cli.settings import Settings
    from reconciler.config.configuration import Configuration
    from reconciler.model.notification import Occurrence
    from reconciler.model.value import Json
    from reconciler.notify.parcel import Delivery
    from reconciler.report.notification import Sender

_log = logging.getLogger("reconciler.notify")


class Heard(Struct):
    """What is known of a run when it ends: its configuration, and what it was; None where an error tells."""

    configuration: Configuration | None = None
    occurrence: Callable[[], Occurrence | None] = lambda: None

    @property
    def is_listened_to(self) -> bool:
        """Whether there is anybody to tell."""
        return self.configuration is not None and bool(self.configuration.project.notifications)

    def by(self, configuration: Configuration) -> Configuration:
        """Notes whose destinations hear of it; returns what it was given."""
        self.configuration = configuration
        return configuration


@contextmanager
def telling(settings: Settings, command: str) -> Iterator[Heard]:
    """Gives what is to be filled in, and tells the destinations at the end, also after an error. A
    configuration that cannot be read names no destination."""
    heard = Heard()
    try:
        yield heard
    except (Exception, KeyboardInterrupt) as error:
        if heard.is_listened_to:
            tell(settings, heard.configuration, heard.occurrence() or error_occurrence(command, error))
        raise
    if heard.is_listened_to:
        tell(settings, heard.configuration, heard.occurrence())


def apply_occurrence(told: Told) -> Occurrence | None:
    """What an apply was, of which `told` knows everything that its reports say."""
    from reconciler.report.notification import occurrence_of_apply
    from reconciler.report.report import Report

    report = Report("apply", told.project, told.environment, told.plan, told.summary, told.error)
    identity = told.identity
    author, commit = (identity.author, identity.commit) if identity is not None else (None, None)
    return occurrence_of_apply(report, told.result, author, commit)


def error_occurrence(command: str, error: BaseException) -> Occurrence | None:
    """What it was that a command ended with this error."""
    from reconciler.cli.failure import error_document
    from reconciler.report.notification import occurrence_of_error

    document = error_document(error)
    facts, code = document["error"], document["exit_code"]
    assert isinstance(facts, dict) and isinstance(code, int)
    return occurrence_of_error(command, facts, code)


def tell(settings: Settings, configuration: Configuration | None, occurrence: Occurrence | None) -> None:
    """Tells every destination that listens. What fails is a warning, and changes no exit code."""
    if configuration is None or occurrence is None:
        return
    from reconciler.notifying import notifications_of

    try:
        sender = sender_of(configuration)
        send(settings, configuration, notifications_of(configuration, occurrence, sender))
    except Exception as fault:  # noqa: BLE001  # nobody is told of it, and still the run ended as it did
        screen.say(f"warning: nobody was told of this: {type(fault).__name__}")


def sender_of(configuration: Configuration) -> Sender:
    """Who tells, now."""
    from reconciler.cli.opening import chosen_clock
    from reconciler.cli.reports import run_link
    from reconciler.report.notification import Sender

    project, clock = configuration.project, chosen_clock()
    now = clock() if clock is not None else datetime.now(UTC)
    link = run_link(os.environ)
    return Sender(secrets.token_hex(16), project.name, project.environment, project.komet.company, now, link)


def send(
    settings: Settings, configuration: Configuration, documents: Mapping[str, Mapping[str, Json]]
) -> Sequence[Delivery]:
    """Sends each destination its document, and says on stderr who did not take it."""
    sent = send_quietly(settings, configuration, documents)
    for each in sent:
        words = inert(_words(each, documents))
        if each.failure is not None:
            screen.say(f"warning: {words}")
        elif settings.verbose:
            screen.say(f"  {words}")
    return sent


def send_quietly(
    settings: Settings, configuration: Configuration, documents: Mapping[str, Mapping[str, Json]]
) -> Sequence[Delivery]:
    """Sends each destination its document; how that went stands in the log alone.

    Ctrl-C ends the waiting for it and nothing else: what was to be done is done.
    """
    if not documents:
        return ()
    from reconciler.cli.log import log_open
    from reconciler.cli.progress import Progress
    from reconciler.notify.parcel import Delivery
    from reconciler.notifying import send_notifications

    screen.flush()
    with log_open(settings):
        with Progress(settings) as progress:
            progress.now(f"telling {', '.join(sorted(documents))}")
            try:
                sent = send_notifications(configuration, documents, os.environ)
            except KeyboardInterrupt:
                sent = tuple(Delivery(name, 1, "it was interrupted") for name in sorted(documents))
        for each in sent:
            level = logging.INFO if each.failure is None else logging.WARNING
            facts = {"notification": _facts(each, documents)}
            _log.log(level, "%s", _words(each, documents), extra=facts)
    return sent


def _words(delivery: Delivery, documents: Mapping[str, Mapping[str, Json]]) -> str:
    words = f"notification {delivery.name} ({documents[delivery.name]['event']})"
    return f"{words} was sent" if delivery.failure is None else f"{words} was not taken: {delivery.failure}"


def _facts(delivery: Delivery, documents: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    return {
        "destination": delivery.name,
        "event": documents[delivery.name]["event"],
        "tries": delivery.tries,
        "failure": delivery.failure,
    }
