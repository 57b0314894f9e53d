"""Real connections to servers that do not behave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.errors import InDoubt, KometError, UnexpectedAnswer, Unreachable
from reconciler.komet.client import HttpxWire, network_wire
from reconciler.komet.exchange import Lost, Received
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.methods import method_named
from reconciler.komet.request import make_request
from reconciler.model.query import Query
from reconciler.model.secret import Secret

OK = b'{"status": 1, "message": "OK", "products": [], "customerId": 1}'
TOKEN = Secret("sesame-0123456789abcdef")
READ = make_request(method_named("product.list"), {"id": 1}, 6316)


def respond(connection: socket.socket, body: bytes, head: bytes = b"HTTP/1.1 200 OK") -> None:
    connection.sendall(head + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def drip(connection: socket.socket, content: bytes) -> None:
    for byte in content:
        connection.sendall(bytes([byte]))
        time.sleep(0.02)


class Uncounted:
    def count(self, method: str) -> None:
        pass


@contextmanager
def port_at(url: str, seconds: float = 0.3) -> Iterator[LiveKomet]:
    wire = network_wire(url, TOKEN, trust_environment=False)
    yield LiveKomet(
        wire,
        6316,
        Uncounted(),
        writing=True,
        seconds=seconds,
        parallel=4,
        pace=Pace(sleep=lambda _: None, random=lambda: 0.0),
    )
    wire.close()


@contextmanager
def wire_at(url: str) -> Iterator[HttpxWire]:
    wire = network_wire(url, TOKEN, trust_environment=False)
    yield wire
    wire.close()


def silence(connection: socket.socket) -> None:
    connection.recv(65_536)
    time.sleep(1)


def dripping_head(connection: socket.socket) -> None:
    connection.recv(65_536)
    drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200)


def dripping_body(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n")
    drip(connection, b" " * 200)


@pytest.mark.parametrize("talk", [silence, dripping_head, dripping_body])
def test_time_bounds_the_whole_call(serve: Any, talk: Callable[[socket.socket], None]) -> None:
    """A server that is silent, or drips its head or its body, is given up in time."""
    with port_at(serve(talk), 0.2) as port:
        began = time.monotonic()
        with pytest.raises(InDoubt, match=r"no answer within 0\.2 s|timed out|took too long"):
            port.call("customer.add", {})
        assert time.monotonic() - began < 0.6


def test_a_dropped_connection_leaves_a_write_in_doubt(serve: Any) -> None:
    """The request was read, no answer came: nobody knows."""
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))

    with port_at(serve(talk)) as port, pytest.raises(InDoubt):
        port.call("customer.add", {"name": "Bloom"})
    assert len(seen) == 1


def test_a_cut_answer_leaves_a_write_in_doubt(serve: Any) -> None:
    """Fewer bytes than promised are no answer."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + OK)

    with port_at(serve(talk)) as port, pytest.raises(InDoubt):
        port.call("customer.add", {})


def test_noise_in_place_of_http(serve: Any) -> None:
    """A server that speaks something else is told for a read, and leaves a write in doubt."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

    with port_at(serve(talk)) as port:
        with pytest.raises(KometError, match="no answer from"):
            port.ask([Query("product.list")])
        with pytest.raises(InDoubt):
            port.call("customer.add", {})


def test_nobody_listens(unused: str) -> None:
    """A refused connection means that nothing was sent, for reads and writes alike."""
    with port_at(unused, 2) as port:
        with pytest.raises(Unreachable, match=r"Connection refused, tried 4 times\. Nothing was sent"):
            port.ask([Query("product.list")])
        with pytest.raises(Unreachable, match="Connection refused"):
            port.call("customer.add", {})


@pytest.fixture
def unused() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/api/"


def test_a_call_that_is_over_never_leaves(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves too late: nothing was sent then, and nothing is sent after all."""
    seen: list[bytes] = []
    resolve, resolved = socket.getaddrinfo, threading.Event()

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))

    def slowly(*args: Any, **kwargs: Any) -> Any:
        resolved.wait(5)
        return resolve(*args, **kwargs)

    url = serve(talk)
    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with port_at(url, 0.1) as port:
        with pytest.raises(Unreachable):
            port.call("customer.add", {})
        resolved.set()
        for thread in threading.enumerate():
            if thread.name == "komet-call":
                thread.join(5)
    assert b"".join(seen) == b""


def test_a_redirect_is_not_followed(serve: Any) -> None:
    """The token does not travel to where a redirect points."""
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        respond(connection, b"", b"HTTP/1.1 302 Found\r\nLocation: /api/elsewhere")

    with port_at(serve(talk)) as port, pytest.raises(UnexpectedAnswer, match="302"):
        port.ask([Query("product.list")])
    assert len(seen) == 1


def test_a_flood_is_dammed(serve: Any) -> None:
    """An answer beyond the limit is given up before it fills the memory."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        respond(connection, b" " * 100_000)

    with wire_at(serve(talk)) as wire:
        wire._limit = 10_000
        lost = wire.send(READ, 2)
    assert lost == Lost("the answer is larger than 10,000 bytes", sent=True)


def test_cookies_are_not_kept(serve: Any) -> None:
    """Each call stands for itself."""
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        respond(connection, OK, b"HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=1; Path=/")

    with wire_at(serve(talk)) as wire:
        assert all(isinstance(wire.send(READ, 2), Received) for _ in range(2))
    assert b"cookie" not in b"".join(seen).lower()
    assert b"user-agent: reconciler/" in seen[0].lower()


def test_a_connection_is_used_again(serve: Any) -> None:
    """Reads share connections."""
    connections: list[socket.socket] = []

    def talk(connection: socket.socket) -> None:
        connections.append(connection)
        while connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(OK) + OK)

    with wire_at(serve(talk)) as wire:
        assert all(isinstance(wire.send(READ, 2), Received) for _ in range(3))
    assert len(connections) == 1


def test_the_method_is_the_path(serve: Any) -> None:
    """`/api/` and the method's name, slashes and all, with the query as it was made."""
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        respond(connection, OK)

    request = make_request(method_named("ecommerce/inventory.list"), {"searchText": "a&b c/é%"}, 6316)
    with wire_at(serve(talk)) as wire:
        wire.send(request, 2)
    line = seen[0].split(b"\r\n")[0]
    assert line == b"GET /api/ecommerce/inventory.list?searchText=a%26b%20c%2F%C3%A9%25 HTTP/1.1"
    assert b"\r\nx-account: 6316\r\n" in seen[0].lower()
