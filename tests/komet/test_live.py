"""The port: reads, writes, and what never leaves."""

from __future__ import annotations

import logging
import threading
from typing import Any

import httpx
import pytest

from reconciler.errors import (
    AccessDenied,
    InDoubt,
    KometError,
    QuotaExhausted,
    ReconcilerError,
    Refused,
    UnexpectedAnswer,
    Unreachable,
    WriteNotAllowed,
)
from reconciler.komet.exchange import Exchange, Received, Request
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.passing import NoAnswer
from reconciler.model.query import Query

PRODUCTS: dict[str, Any] = {"status": 1, "message": "OK", "products": [{"id": 501}]}
ASK = [Query("product.list", {"id": 501})]
DONE: dict[str, Any] = {"status": 1, "message": "OK", "customerId": 1}


def http(code: int, body: bytes = b"", **headers: str) -> httpx.Response:
    return httpx.Response(
        code, content=body, headers={key.replace("_", "-"): text for key, text in headers.items()}
    )


def test_a_question_is_answered(border: Any) -> None:
    """One query, one call, its answer; counted before it left."""
    world = border(PRODUCTS)
    (answer,) = world.port.ask(ASK)
    assert (answer.method, answer.payload["products"]) == ("product.list", [{"id": 501}])
    assert world.script.requests[0].url.path == "/api/product.list"
    assert (world.calls.methods, world.port.calls_made) == (["product.list"], 1)


def test_nothing_asked_costs_nothing(border: Any) -> None:
    """No query, no call."""
    world = border(PRODUCTS)
    assert world.port.ask([]) == []
    assert world.port.calls_made == 0


@pytest.mark.parametrize(
    "failure",
    [
        http(500),
        http(503, b"<html>"),
        http(200, b"<html>Maintenance"),
        http(200, b'{"status": 1, "prod'),
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ReadTimeout("timed out"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        ConnectionResetError("reset"),
    ],
    ids=range(8),
)
def test_a_read_survives_what_passes(border: Any, failure: Any) -> None:
    """Two failures and an answer are an answer; every try is counted, and waits grow."""
    world = border(failure, failure, PRODUCTS)
    assert world.port.ask(ASK)[0].payload["products"]
    assert len(world.calls.methods) == world.port.calls_made == 3
    assert world.clock.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (http(502), UnexpectedAnswer),
        (http(200, b"<html>"), UnexpectedAnswer),
        (httpx.ConnectError("[Errno 111] Connection refused"), Unreachable),
        (httpx.ReadTimeout("timed out"), NoAnswer),
        (http(429, b"Too many requests", Retry_After="1"), QuotaExhausted),
    ],
)
def test_a_read_gives_up_after_four_tries(border: Any, failure: Any, error: type[Exception]) -> None:
    """What does not pass is told after the fourth."""
    world = border(failure)
    with pytest.raises(error):
        world.port.ask(ASK)
    assert world.port.calls_made == len(world.calls.methods) == 4


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (http(429, b"Too many requests"), QuotaExhausted),
        (http(403, b'{"status": 0, "message": "Daily quota exceeded"}'), QuotaExhausted),
        ({"status": 0, "message": "API limit reached"}, QuotaExhausted),
        (http(403), AccessDenied),
        (http(302, Location="https://elsewhere.example/"), UnexpectedAnswer),
        (http(404), UnexpectedAnswer),
        ({"status": 0, "message": "The date is not valid"}, Refused),
        ({"status": 7}, UnexpectedAnswer),
    ],
)
def test_a_read_is_not_repeated_in_vain(border: Any, failure: Any, error: type[Exception]) -> None:
    """What would be the same again costs one call only."""
    world = border(failure, PRODUCTS)
    with pytest.raises(error):
        world.port.ask(ASK)
    assert world.port.calls_made == 1


def test_retry_after_is_waited_for(border: Any) -> None:
    """A read waits as long as Komet asks for."""
    world = border(http(429, b"Too many requests", Retry_After="7"), http(503, Retry_After="9"), PRODUCTS)
    world.port.ask(ASK)
    assert world.clock.slept == [7.0, 9.0]


def test_being_unreachable_is_told_within_the_time_of_a_call(border: Any) -> None:
    """Host, reason and number of tries; no more tries than the time of one call allows."""
    world = border(httpx.ConnectError("[Errno -2] Name or service not known"), seconds=1.2)
    with pytest.raises(Unreachable) as refused:
        world.port.ask(ASK)
    assert world.clock.now < 1.2
    assert "komet.example cannot be reached: [Errno -2] Name or service not known, tried 2 times" in str(
        refused.value
    )
    assert refused.value.exit_code == 1


LOST = [
    (httpx.ConnectError("refused"), Unreachable),
    (httpx.ConnectTimeout("timed out"), Unreachable),
    (httpx.PoolTimeout("timed out"), Unreachable),
    (httpx.ProxyError("407"), Unreachable),
    (httpx.WriteError("broken pipe"), InDoubt),
    (httpx.WriteTimeout("timed out"), InDoubt),
    (httpx.ReadTimeout("timed out"), InDoubt),
    (httpx.ReadError("reset"), InDoubt),
    (httpx.RemoteProtocolError("Server disconnected without sending a response."), InDoubt),
    (httpx.DecodingError("no gzip"), InDoubt),
    (ConnectionResetError("reset"), InDoubt),
    (http(500), InDoubt),
    (http(502, b'{"status": 0, "message": "No"}'), InDoubt),
    (http(503, b"Too many requests", Retry_After="1"), InDoubt),
    (http(302, Location="https://elsewhere.example/"), InDoubt),
    (http(404, b"<html>"), InDoubt),
    (http(200, b"<html>Maintenance"), InDoubt),
    (http(200, b""), InDoubt),
    (http(200, b'{"status": "1", "customerId": 47'), InDoubt),
    ({"status": 3}, InDoubt),
    ({"message": "OK"}, InDoubt),
    ({"status": 0, "message": "The code exists."}, Refused),
    (http(400, b'{"status": 0, "message": "The code exists."}'), Refused),
    ({"status": 0, "message": "Customer not found."}, Refused),
    ({"status": 0, "message": "Daily quota exceeded"}, QuotaExhausted),
    (http(429), QuotaExhausted),
    (http(429, Retry_After="1"), QuotaExhausted),
    (http(403, b"Daily quota exceeded"), QuotaExhausted),
    (http(403), AccessDenied),
    (http(401), AccessDenied),
    ({"status": 0, "message": "The authentication token is not valid."}, AccessDenied),
]


@pytest.mark.parametrize(("reply", "error"), LOST, ids=range(len(LOST)))
def test_how_a_write_ends(border: Any, reply: Any, error: type[Exception]) -> None:
    """Nothing sent, nobody knows, or Komet's no: each its own error, and never a second call."""
    world = border(reply, DONE)
    with pytest.raises(ReconcilerError) as ended:
        world.port.call("customer.add", {"name": "Bloom"})
    assert type(ended.value) is error or isinstance(ended.value, error)
    assert isinstance(ended.value, InDoubt) is (error is InDoubt)
    assert len(world.script.requests) == world.port.calls_made == len(world.calls.methods) == 1
    assert world.clock.slept == []


def test_a_write_that_is_done_answers(border: Any) -> None:
    """The whole answer comes back, and what was sent was what was given."""
    world = border(DONE)
    assert world.port.call("customer.add", {"name": "Bloom", "active": True}).payload["customerId"] == 1
    (body,) = world.bodies
    assert (body["name"], body["active"]) == ("Bloom", True)


def test_planning_does_not_write(border: Any) -> None:
    """In plan mode a writing method is stopped before it is counted or sent."""
    world = border(DONE, writing=False)
    with pytest.raises(WriteNotAllowed):
        world.port.call("customer.add", {"name": "Bloom"})
    assert world.script.requests == world.calls.methods == []


@pytest.mark.parametrize("writing", [True, False])
def test_a_question_does_not_write(border: Any, writing: bool) -> None:
    """A writing method is no question, in either mode; nothing of that batch leaves."""
    world = border(PRODUCTS, writing=writing)
    with pytest.raises(WriteNotAllowed):
        world.port.ask([*ASK, Query("customer.add", {"name": "Bloom"})])
    assert world.script.requests == []


def test_a_reading_method_is_not_called(border: Any) -> None:
    """What is sent once and never retried is for writes."""
    with pytest.raises(KometError, match="only reads"):
        border(PRODUCTS).port.call("product.list", {})


def test_an_unknown_method_never_leaves(border: Any) -> None:
    """Neither asked nor called."""
    world = border(DONE)
    with pytest.raises(KometError, match="not in the table"):
        world.port.call("purchase.order.approve", {})
    with pytest.raises(KometError, match="not in the table"):
        world.port.ask([Query("purchase.order.details.list")])
    assert world.script.requests == []


@pytest.mark.parametrize("letter", ["x", "é"])
def test_a_request_that_is_too_large_is_not_sent(border: Any, letter: str) -> None:
    """65,536 bytes pass, one more does not (A16)."""
    world = border(DONE)
    world.port.call("customer.add", {"name": ""})
    bare = len(world.script.requests[0].content)
    fits = letter * ((65_536 - bare) // len(letter.encode()))
    world.port.call("customer.add", {"name": fits})
    with pytest.raises(KometError, match=r"not sent: it has 65,53\d bytes, and Komet takes 65,536"):
        world.port.call("customer.add", {"name": fits + letter})
    assert len(world.script.requests) == world.port.calls_made == 2


def test_a_call_that_cannot_be_counted_does_not_leave(border: Any) -> None:
    """The ledger comes first: where it fails, so does the call."""
    world = border(DONE)

    def fail(method: str) -> None:
        raise KometError(method, "no ledger")

    world.calls.count = fail
    with pytest.raises(KometError, match="no ledger"):
        world.port.call("customer.add", {})
    assert world.script.requests == []


class Meeting:
    """A wire whose calls wait until `width` of them are under way at once."""

    host = "komet.example"

    def __init__(self, width: int) -> None:
        self._barrier = threading.Barrier(width, timeout=5)
        self._lock = threading.Lock()
        self.most = self._now = 0

    def size(self, request: Request) -> int:
        return 0

    def send(self, request: Request, seconds: float) -> Exchange:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._barrier.wait()
        with self._lock:
            self._now -= 1
        return Received(
            200, {}, b'{"status": 1, "message": "' + request.query.encode() + b'", "products": []}'
        )

    def close(self) -> None:
        pass


class Uncounted:
    def count(self, method: str) -> None:
        pass


def test_reads_run_side_by_side(border: Any) -> None:
    """At most `parallel` at a time, and the answers in the order of the questions."""
    wire = Meeting(4)
    port = LiveKomet(wire, 1, Uncounted(), writing=False, seconds=5, parallel=4, pace=Pace())
    answers = port.ask([Query("product.list", {"id": number}) for number in range(12)])
    assert [answer.payload["message"] for answer in answers] == [f"id={number}" for number in range(12)]
    assert (wire.most, port.calls_made) == (4, 12)


def test_a_failure_stops_the_questions_behind_it(border: Any) -> None:
    """Calls are money: once one has failed no other is begun."""
    world = border({"status": 0, "message": "The date is not valid"}, parallel=2)
    with pytest.raises(Refused):
        world.port.ask([Query("product.list", {"id": number}) for number in range(50)])
    assert world.port.calls_made <= 4


def test_each_call_is_one_line_of_the_log(border: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Method, result, time and try, as text and structured; no body."""
    caplog.set_level(logging.INFO, "reconciler.komet")
    border(http(500), PRODUCTS).port.ask(ASK)
    first, second = caplog.records
    assert second.getMessage() == "product.list: 1 rows, 0 ms, try 2"
    assert second.__dict__["call"] == {
        "method": "product.list",
        "result": "1 rows",
        "milliseconds": 0,
        "try": 2,
    }
    assert "HTTP code should be 200, and is 500" in first.getMessage()
