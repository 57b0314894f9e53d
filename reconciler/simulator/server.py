"""The simulator over HTTP, on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from waitress.channel import ClientDisconnected
from waitress.server import create_server

from reconciler.simulator.embed import Simulator
from reconciler.simulator.errors import ConnectionLost

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
THREADS = 8


def serve(simulator: Simulator, port: int, on_ready: Callable[[int], None] | None = None) -> None:
    """Serve until interrupted; `on_ready` is called with the port once it listens (0 takes a free one)."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return simulator.wsgi(environ, start_response)
        except ConnectionLost as lost:
            raise ClientDisconnected(str(lost)) from lost

    with socket.create_server((HOST, port)) as listening:
        server = create_server(application, sockets=[listening], threads=THREADS, ident="Komet simulator")
        if on_ready is not None:
            on_ready(int(listening.getsockname()[1]))
        try:
            server.run()
        finally:
            server.close()
