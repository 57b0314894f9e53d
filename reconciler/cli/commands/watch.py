"""`reconciler watch`: plan again and again, within the budget."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, field

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.duration import duration
from reconciler.cli.notifying import telling
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.cli.notifying import Heard
    from reconciler.model.address import Address
    from reconciler.model.value import Json
    from reconciler.watch.look import Look
    from reconciler.watch.loop import Seen
    from reconciler.watch.server import Board
    from reconciler.watch.telling import Memory

LOOPBACK = "127.0.0.1"


@click.command(cls=Command)
@click.option(
    "--every",
    default="5m",
    show_default=True,
    callback=duration(least=timedelta(seconds=10)),
    metavar="DURATION",
    help="How often to look; BloomNet looks every five minutes.",
)
@click.option(
    "--apply", "is_applying", is_flag=True, help="Carry out what is pending, behind the same guards."
)
@click.option("--looks", type=click.IntRange(1), metavar="N", help="End after so many looks.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve /metrics and /healthz there.")
@click.option("--metrics-host", default=LOOPBACK, show_default=True, help="On this address.")
@click.option("--metrics-file", metavar="FILE", help="Write the metrics there after each look.")
@parallel_option
@pass_settings
def command(
    settings: Settings,
    every: timedelta,
    is_applying: bool,
    looks: int | None,
    metrics_port: int | None,
    metrics_host: str,
    metrics_file: str | None,
    parallel: int,
) -> int:
    """Plan again and again, and tell what is pending; with --apply carry it out.

    The configuration is read anew each time. Where the calls of the day would not last, it looks less often,
    and says so; the calls that are kept for others stay. What changes back and forth is left alone until it
    stands still. Notifications tell what is new, and once when all is well again. SIGTERM and Ctrl-C end it
    well, after the call in flight.
    """
    from reconciler.cli.plan_file import raise_if_no_place
    from reconciler.cli.stopping import stopping_gently
    from reconciler.watch.loop import World, watch
    from reconciler.watch.server import Board

    if metrics_port is None and metrics_host != LOOPBACK:
        raise UsageError("--metrics-host says where --metrics-port listens: name the port too")
    file = settings.path(metrics_file) if metrics_file is not None else None
    if file is not None:
        raise_if_no_place(file)
    board, stop = Board(), threading.Event()
    with (
        telling(settings, "watch") as heard,
        stopping_gently(stop.set) as is_stopping,
        _served(board, metrics_host, metrics_port) as port,
    ):
        teller = _Teller(settings, heard, is_applying)
        if port is not None:
            screen.say(f"metrics at http://{metrics_host}:{port}/metrics, health at /healthz")
        world = World(
            look=_looking(settings, heard, parallel, is_stopping if is_applying else None),
            wait=lambda seconds: is_stopping() or stop.wait(seconds),
            publish=lambda seen: _publish(settings, board, file, teller, seen),
        )
        watch(world, every, looks)
    return 0


@contextmanager
def _served(board: Board, host: str, port: int | None) -> Iterator[int | None]:
    from reconciler.watch.server import serving

    if port is None:
        yield None
        return
    with serving(board, time.monotonic, host, port) as found:
        yield found


def _looking(
    settings: Settings, heard: Heard, parallel: int, is_stopping: Callable[[], bool] | None
) -> Callable[[Sequence[Address]], Look]:
    """One look: configuration and account opened anew. It applies where it is told when to stop that."""
    from reconciler.cli.identity import new_identity
    from reconciler.cli.opening import open_configuration, open_work
    from reconciler.cli.progress import Progress
    from reconciler.watch.look import Applying, Notebook, look_at_account

    notebook = Notebook()

    def look(left_alone: Sequence[Address]) -> Look:
        configuration = heard.by(open_configuration(settings))
        is_applying = is_stopping is not None
        with (
            open_work(settings, configuration, writing=is_applying, parallel=parallel) as session,
            Progress(settings) as progress,
        ):
            applying = None
            if is_stopping is not None:
                identity = lambda: new_identity(configuration.root, os.environ)  # noqa: E731
                applying = Applying(identity, progress.event, is_stopping)
            return look_at_account(session, applying, left_alone, notebook)

    return look


class _Teller(Struct):
    """Tells each destination what is new to it."""

    settings: Settings
    heard: Heard
    is_applying: bool
    memories: dict[str, Memory] = field(default_factory=dict)

    def hear(self, seen: Seen) -> None:
        """One look more. Who did not take it is told after the next one."""
        configuration = self.heard.configuration
        if configuration is None or not configuration.project.notifications:
            return
        from reconciler.cli.notifying import send, sender_of
        from reconciler.report.notification import notification_document
        from reconciler.watch.telling import Memory, standing_after

        standing, sender = standing_after(seen, is_applying=self.is_applying), sender_of(configuration)
        documents: dict[str, dict[str, Json]] = {}
        memories: dict[str, Memory] = {}
        for each in configuration.project.notifications:
            before = self.memories.get(each.name, Memory())
            memories[each.name], occurrence = before.after(standing, each.on)
            occasion = occurrence.heard_as(each.on) if occurrence is not None else None
            if occurrence is not None and occasion is not None:
                documents[each.name] = notification_document(occurrence, occasion, sender)
        sent = send(self.settings, configuration, documents)
        lost = {each.name for each in sent if each.failure is not None and each.tries}
        self.memories |= {name: memory for name, memory in memories.items() if name not in lost}


def _publish(settings: Settings, board: Board, file: Path | None, teller: _Teller, seen: Seen) -> None:
    """Tells what was seen wherever somebody listens."""
    import json

    from reconciler.config.saving import save_text
    from reconciler.model.inert import inert_json
    from reconciler.report.watching import render_look
    from reconciler.watch.document import seen_document

    now = datetime.now(UTC)
    board.put(seen, now.timestamp(), time.monotonic())
    document = seen_document(seen, now)
    if settings.json:
        screen.put(inert_json(json.dumps(document, ensure_ascii=False)))
    else:
        screen.put(render_look(document))
    screen.flush()
    if file is not None:
        from reconciler.watch.metrics import plain_text

        save_text(file, plain_text(seen, now.timestamp()).decode(), mode=0o644)
    teller.hear(seen)
