"""The metrics and the health of a watch over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from msgspec import Struct

from reconciler.errors import UsageError
from reconciler.watch.loop import Seen
from reconciler.watch.metrics import OPENMETRICS, PLAIN, openmetrics_text, plain_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

GRACE = 60.0
"""Seconds that a look may take beyond its time before the watch counts as stuck."""


class Board(Struct):
    """The latest that was seen, and when: `at` since 1970, `ticks` by a clock that only goes on."""

    seen: Seen | None = None
    at: float = 0.0
    ticks: float = 0.0

    def put(self, seen: Seen, at: float, ticks: float) -> None:
        """Takes the place of what was seen before."""
        self.seen, self.at, self.ticks = seen, at, ticks


def make_application(board: Board, ticks: Callable[[], float]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application with `/metrics` and `/healthz`; both only read."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, kind, body = _answer(board, ticks(), str(environ["PATH_INFO"]), environ)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return application


def _answer(board: Board, now: float, path: str, environ: WSGIEnvironment) -> tuple[str, str, bytes]:
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed", "text/plain", b"only GET\n"
    if path == "/healthz":
        healthy, words = health(board, now)
        body = json.dumps({"healthy": healthy, "words": words}).encode()
        return "200 OK" if healthy else "503 Service Unavailable", "application/json", body
    if path != "/metrics":
        return "404 Not Found", "text/plain", b"there are /metrics and /healthz\n"
    if board.seen is None:
        return "503 Service Unavailable", "text/plain", b"nothing was looked at yet\n"
    if "application/openmetrics-text" in environ.get("HTTP_ACCEPT", ""):
        return "200 OK", OPENMETRICS, openmetrics_text(board.seen, board.at)
    return "200 OK", PLAIN, plain_text(board.seen, board.at)


def health(board: Board, now: float) -> tuple[bool, str]:
    """Whether the watch does its work, and in words why not: the last look failed, or the next is overdue."""
    seen = board.seen
    if seen is None:
        return True, "it begins"
    if seen.error is not None:
        return False, f"the last look failed: {type(seen.error).__name__}"
    if now - board.ticks > seen.pace.wait.total_seconds() + GRACE:
        return False, "the next look is overdue"
    return True, "the last look ended well"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who asks for metrics does so every few seconds."""


@contextmanager
def serving(board: Board, ticks: Callable[[], float], host: str, port: int) -> Iterator[int]:
    """Serves the board while this lasts; gives the port. UsageError where it cannot be listened on."""
    try:
        server = make_server(host, port, make_application(board, ticks), _Server, _Handler)
    except OSError as error:
        raise UsageError(f"nothing can listen on {host}:{port}: {error.strerror}") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
