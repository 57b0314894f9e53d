"""The account of a generated world on loopback, its answers kept, so that asking again costs it nothing."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode

from waitress.server import create_server

from benchmarks.world import make_world, write_layout
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.seed import load_seed, merged

Answer = tuple[str, list[tuple[str, str]], bytes]


class Remembering:
    """A WSGI application that answers a GET it has seen before by itself, until something is written.

    `seconds` is the wall time that it has spent on answering so far, one request after the other.
    """

    def __init__(self, application: Any) -> None:
        self.seconds = 0.0
        self._application = application
        self._known: dict[str, Answer] = {}
        self._lock = Lock()

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            before = time.perf_counter()
            status, headers, body = self._answer(environ)
            self.seconds += time.perf_counter() - before
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
    """`python -m benchmarks.account SIZE FOLDER FILES...`: writes the configuration of the world into FOLDER,
    once for each number of files, serves its account, says on which port, and answers each line on its
    standard input with the seconds that it has spent on answering."""
    size, folder, layouts = int(sys.argv[1]), Path(sys.argv[2]), [int(each) for each in sys.argv[3:]]
    world = make_world(size)
    for files in layouts:
        write_layout(world, folder / f"layout-{files}", files)
    seed = dict(world.seed)
    document = merged(load_seed(seed.pop("extends")).document, seed)
    application = Remembering(make_simulator(document, folder / "account.db").wsgi)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = create_server(application, sockets=[listening], threads=8)
        _say(listening.getsockname()[1])
        Thread(target=_tell, args=[application], daemon=True).start()
        server.run()


def _tell(application: Remembering) -> None:
    for _ in sys.stdin:
        _say(application.seconds)


def _say(value: float) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
