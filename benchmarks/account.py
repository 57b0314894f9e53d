"""The account of a generated world on loopback, its answers kept, so that asking again costs it nothing."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

from waitress.server import create_server

from benchmarks.world import make_world
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.seed import load_seed, merged

Answer = tuple[str, list[tuple[str, str]], bytes]


class Remembering:
    """A WSGI application that answers a GET it has seen before by itself, until something is written."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._known: dict[str, Answer] = {}
        self._lock = Lock()

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            status, headers, body = self._answer(environ)
        start_response(status, headers)
        return [body]

    def _answer(self, environ: Any) -> Answer:
        if environ["REQUEST_METHOD"] != "GET":
            self._known.clear()
            return self._ask(environ)
        query = urlencode(sorted(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)))
        key = f"{environ['PATH_INFO']}?{query}"
        if key not in self._known:
            self._known[key] = self._ask(environ)
        return self._known[key]

    def _ask(self, environ: Any) -> Answer:
        head: list[Any] = []
        body = b"".join(
            self._application(environ, lambda status, headers, *_: head.extend((status, headers)))
        )
        return head[0], head[1], body


def main() -> None:
    """`python -m benchmarks.account SIZE STORE`: serves until it is ended, and says on which port."""
    size, store = int(sys.argv[1]), Path(sys.argv[2])
    seed = make_world(size).seed
    document = merged(load_seed(seed.pop("extends")).document, seed)
    simulator = make_simulator(document, store)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = create_server(Remembering(simulator.wsgi), sockets=[listening], threads=4)
        print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
        server.run()


if __name__ == "__main__":
    main()
