"""The token is in nothing that anybody could read."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.errors import AccessError, ReconcilerError
from reconciler.komet.client import network_wire
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.open import open_komet
from reconciler.model.project import KometSettings, TokenSource
from reconciler.model.query import Query
from reconciler.model.secret import Secret

TOKEN = "sesame-0123456789abcdef"
OURS = str(Path("reconciler", "komet"))


class Uncounted:
    def count(self, method: str) -> None:
        pass


def everything_in(error: BaseException | None) -> list[str]:
    """The texts of an error and of all that hangs on it, the variables of our own frames included."""
    if error is None:
        return []
    ours = (frame for frame, _ in traceback.walk_tb(error.__traceback__) if OURS in frame.f_code.co_filename)
    variables = [
        f"{value!r} {vars(value) if isinstance(value, Exception) else ''}"
        for frame in ours
        for value in frame.f_locals.values()
    ]
    own = [repr(error), str(error), repr(vars(error)), *traceback.format_exception(error)]
    return own + variables + everything_in(error.__cause__) + everything_in(error.__context__)


def request(url: str) -> httpx.Request:
    return httpx.Request("GET", url)


def failures() -> list[Any]:
    leak = request(f"https://komet.example/api/product.list?authenticationToken={TOKEN}")
    said = json.dumps({"status": 0, "message": f"The token {TOKEN} is not valid."}).encode()
    return [
        httpx.ConnectError(f"cannot connect to {leak.url}", request=leak),
        httpx.ReadTimeout("timed out", request=leak),
        httpx.RemoteProtocolError(f"bad answer to {leak.url}", request=leak),
        httpx.DecodingError(f"{leak.url}", request=leak),
        httpx.InvalidURL(f"{leak.url}"),
        ConnectionResetError(TOKEN),
        httpx.Response(500, content=said),
        httpx.Response(403, content=said),
        httpx.Response(429, content=said),
        httpx.Response(302, headers={"Location": str(leak.url)}),
        httpx.Response(200, content=said),
        httpx.Response(200, content=f"<html>{TOKEN}</html>".encode()),
        httpx.Response(200, content=json.dumps({"status": TOKEN}).encode()),
        httpx.Response(200, content=json.dumps({"status": 2, "products": TOKEN, "message": TOKEN}).encode()),
    ]


@pytest.mark.parametrize("failure", failures(), ids=range(len(failures())))
@pytest.mark.parametrize(
    "method", ["product.list", "ecommerce/inventory.list", "customer.add", "inventory.add"]
)
def test_no_error_tells_the_token(
    border: Any, failure: Any, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever fails: not in the error, its causes, its traceback, its variables, nor in any log."""
    caplog.set_level(logging.DEBUG)
    port = border(failure).port
    with pytest.raises(ReconcilerError) as told:
        if method.endswith(".list"):
            port.ask([Query(method, {})])
        else:
            port.call(method, {})
    chain = [told.value, told.value.__cause__, told.value.__context__]
    assert not any(isinstance(each, httpx.HTTPError | OSError) for each in chain)
    assert [text for text in everything_in(told.value) if TOKEN in text] == []
    assert TOKEN not in caplog.text


def test_an_answer_does_not_bring_the_token_back(border: Any) -> None:
    """Komet repeating the token in an answer says `(sensitive)`, so that no state remembers it."""
    reply = {"status": 1, "message": f"OK for {TOKEN}", "products": [{"id": 1, "description": TOKEN}]}
    (answer,) = border(reply).port.ask([Query("product.list")])
    assert answer.payload == {
        "status": 1,
        "message": "OK for (sensitive)",
        "products": [{"id": 1, "description": "(sensitive)"}],
    }


def test_no_log_of_a_real_connection_tells_the_token(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at its most talkative, httpx and httpcore included."""
    for name in ("", "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "reconciler.komet"):
        caplog.set_level(logging.DEBUG, name)

    def talk(connection: socket.socket) -> None:
        connection.recv(65_536)
        body = b'{"status": 1, "message": "OK", "products": []}'
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
        )

    wire = network_wire(serve(talk), Secret(TOKEN), trust_environment=False)
    port = LiveKomet(wire, 6316, Uncounted(), writing=True, seconds=5, parallel=1, pace=Pace())
    port.ask([Query("product.list")])
    wire.close()
    assert "product.list: 0 rows" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tökén", "tab\t", "nul\x00"])
def test_what_can_be_no_token_is_refused_unseen(token: str, tmp_path: Path) -> None:
    """A token with a blank or a line break would tear the request apart; it is refused and not shown."""
    settings = KometSettings("https://api.kometsales.com/api", 6316, TokenSource(env="KOMET"))
    with pytest.raises(AccessError) as refused:
        open_komet(
            settings, Secret(token), root=tmp_path, state_folder=tmp_path, writing=False, ledger=Uncounted()
        )
    assert not token or token not in str(refused.value)
