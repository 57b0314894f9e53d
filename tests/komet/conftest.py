"""A stranger in place of Komet: scripted answers behind httpx, or a server on a loopback socket."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
import pytest

from reconciler.komet.client import HttpxWire
from reconciler.komet.live import LiveKomet, Pace
from reconciler.model.secret import Secret

TOKEN = "sesame-0123456789abcdef"
URL = "https://komet.example/api/"

Reply: TypeAlias = "httpx.Response | Exception | dict[str, Any]"


class Calls:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self._lock = threading.Lock()

    def count(self, method: str) -> None:
        with self._lock:
            self.methods.append(method)


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def pace(self) -> Pace:
        return Pace(clock=lambda: self.now, sleep=self.sleep, random=lambda: 1.0)


class Script(httpx.BaseTransport):
    """Gives its replies one after the other, the last one for ever, and keeps the requests."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self._replies = list(replies)
        self.requests: list[httpx.Request] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.requests.append(request)
            reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, dict):
            return httpx.Response(200, content=json.dumps(reply).encode())
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)


@dataclass
class Border:
    """The port under test, with everything that it touches."""

    port: LiveKomet
    script: Script
    calls: Calls
    clock: Clock

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.script.requests]


MakeBorder: TypeAlias = Callable[..., Border]
MakePort: TypeAlias = Callable[..., LiveKomet]
Serve: TypeAlias = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def border() -> Iterator[MakeBorder]:
    """`border(reply, ...)`: the port over scripted replies."""
    wires: list[HttpxWire] = []

    def make(*replies: Reply, writing: bool = True, parallel: int = 1, seconds: float = 30.0) -> Border:
        script, calls, clock = Script(replies), Calls(), Clock()
        wires.append(HttpxWire(httpx.Client(transport=script), URL, Secret(TOKEN), bounded=False))
        port = LiveKomet(
            wires[-1],
            6316,
            calls,
            writing=writing,
            seconds=seconds,
            parallel=parallel,
            pace=clock.pace,
        )
        return Border(port, script, calls, clock)

    yield make
    for wire in wires:
        wire.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(talk)`: the URL of a loopback server that lets `talk` speak on each connection."""
    listeners: list[socket.socket] = []

    def start(talk: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve_one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                talk(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/"

    yield start
    for listener in listeners:
        listener.close()
