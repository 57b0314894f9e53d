"""The simulator over WSGI: `/api/<method>` is Komet, `/_operator/<action>` and `/_desk/` the people.

Plain WSGI, without a framework: importing one costs more than opening a simulator and making the first call.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import Asked, Gate, Reply
from reconciler.simulator.requests import read_json

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from reconciler.simulator.embed import Simulator

API = "/api/"
OPERATOR = "/_operator/"
DESK = "/_desk"
MOST_READ = 1 << 20
"""Bytes of a body that are read; what is longer is over every limit anyway."""


class App:
    """The WSGI callable. It raises `ConnectionLost` where a fault cuts the connection; a server closes it."""

    def __init__(self, simulator: Simulator, gate: Gate) -> None:
        self._simulator = simulator
        self._gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        reply = self._reply(environ)
        headers = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
        headers.extend(reply.headers)
        if reply.retry_after is not None:
            headers.append(("Retry-After", str(reply.retry_after)))
        start_response(f"{reply.status} {_phrase(reply.status)}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]

    def _reply(self, environ: WSGIEnvironment) -> Reply:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        if path.startswith(API):
            return self._gate.answer(_asked(environ, path.removeprefix(API)))
        if path.startswith(OPERATOR):
            return self._operator_reply(environ, path.removeprefix(OPERATOR))
        if path == DESK or path.startswith(f"{DESK}/"):
            return self._desk_reply(environ, path.removeprefix(DESK))
        if path == "/":
            return self._desk_reply(environ, "")
        return Reply(404, b"Komet is below /api/, people are below /_operator/ and /_desk/.", "text/plain")

    def _desk_reply(self, environ: WSGIEnvironment, path: str) -> Reply:
        from reconciler.simulator.desk import Visit, answer

        visit = Visit(
            verb=environ["REQUEST_METHOD"],
            path=path,
            query=environ.get("QUERY_STRING", ""),
            body=_body(environ),
            host=environ.get("HTTP_HOST", ""),
            origin=environ.get("HTTP_ORIGIN"),
        )
        return answer(self._simulator, visit)

    def _operator_reply(self, environ: WSGIEnvironment, action: str) -> Reply:
        verb = environ["REQUEST_METHOD"]
        if action == "state" and verb == "GET":
            return Reply(200, _json(self._simulator.state()))
        if verb != "POST":
            return Reply(405, _json({"error": "an operator action is a POST"}))
        try:
            body = _body(environ)
            params = read_json(body) if body.strip() else {}
            return Reply(200, _json(self._simulator.act(action, params)))
        except Refused as refusal:
            return Reply(400, _json({"error": str(refusal)}))


def _asked(environ: WSGIEnvironment, method: str) -> Asked:
    body = _body(environ)
    query = environ.get("QUERY_STRING", "")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return Asked(
        method=method,
        verb=environ["REQUEST_METHOD"],
        query=dict(reversed(pairs)),
        body=body,
        size=max(len(body), _length(environ)) + len(query),
        token=environ.get("HTTP_AUTHENTICATIONTOKEN"),
        account=environ.get("HTTP_X_ACCOUNT"),
        channel=environ.get("HTTP_X_SALES_CHANNEL"),
    )


def _length(environ: WSGIEnvironment) -> int:
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _body(environ: WSGIEnvironment) -> bytes:
    """The body, up to `MOST_READ` bytes."""
    length = min(_length(environ), MOST_READ)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    return body


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
