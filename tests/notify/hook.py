"""A webhook on this machine, which notes what it is sent and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "/hooks/T0123456789/not-to-be-seen-by-anybody"
"""The path of the webhook: whoever knows it can write to it."""


@dataclass(frozen=True, slots=True)
class Got:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it held."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `hangs` gives none, `size` is that of a body of many letters."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    size: int = 0
    hangs: bool = False


@dataclass(slots=True)
class Hook:
    """The webhook: what it `got` so far, and the answers to come, after which each is 200.

    `arrived` is set once something came; `released` lets go what hangs.
    """

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}{KEY}"

    @property
    def documents(self) -> list[Any]:
        """What it was sent, as JSON."""
        return [each.json for each in self.got]

    @property
    def events(self) -> list[str]:
        """What that was about."""
        return [str(each["event"]) for each in self.documents]


@contextmanager
def open_hook() -> Iterator[Hook]:
    """A webhook, for as long as this lasts; what hangs is let go at the end."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append(Got(self.path, dict(self.headers), body))
            hook.arrived.set()
            answer = hook.answers.pop(0) if hook.answers else Answer()
            if answer.hangs:
                hook.released.wait(10)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(answer.size))
            self.end_headers()
            try:
                for _ in range(answer.size // 100_000):
                    self.wfile.write(b"x" * 100_000)
            except OSError:
                hook.released.set()  # whoever asked has gone

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        hook.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            hook.released.set()
            server.shutdown()
            thread.join()
