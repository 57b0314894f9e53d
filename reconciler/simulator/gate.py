"""The way of one API request: counted, hit by a fault or not, checked, carried out, answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from reconciler.simulator import access, catalogue, faults, quota
from reconciler.simulator.clock import Clock
from reconciler.simulator.envelope import answer_members, failure_members, render
from reconciler.simulator.errors import ConnectionLost, Refused
from reconciler.simulator.method import Call, Method
from reconciler.simulator.requests import Params, read_json
from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches, make_switches

JSON = "application/json;charset=UTF-8"
PAGE = "text/html;charset=UTF-8"
OVER_QUOTA = "You have exceeded the limit of API requests per day."


class Asked(Struct, frozen=True):
    """A request as it came over the wire, the body as bytes; `too_large` ones have theirs dropped."""

    method: str
    verb: str
    query: Mapping[str, str]
    body: bytes
    size: int
    token: str | None = None
    account: str | None = None
    channel: str | None = None


class Reply(Struct, frozen=True):
    """What goes back."""

    status: int
    body: bytes
    content_type: str = JSON
    retry_after: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


class _Turn(Struct, frozen=True):
    """One call under way: its number in the log, the switches in force, the fault that hits it."""

    number: int
    switches: Switches
    fault: faults.Fault | None
    over_quota: bool


class Gate:
    """Answers API requests, one at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def answer(self, asked: Asked) -> Reply:
        """The reply to `asked`; `ConnectionLost` where a fault takes the connection away."""
        turn = self._begin(asked)
        if turn.fault is not None and turn.fault.kind == "latency":
            self._clock.wait(turn.fault.seconds)
        with self._store.transaction():
            reply, outcome = self._reply(asked, turn)
            self._store.run("UPDATE calls SET outcome = ? WHERE number = ?", outcome, turn.number)
        if reply is None:
            raise ConnectionLost(f"{asked.method}: {outcome}")
        return reply

    def _begin(self, asked: Asked) -> _Turn:
        """Count and log the request, whatever becomes of it."""
        with self._store.transaction():
            self._clock.tick()
            now = self._clock.now()
            switches = switches_of(self._store)
            day = quota.quota_day(now, switches)
            calls = quota.count_call(self._store, day)
            number = self._store.insert(
                "calls",
                {
                    "at": now.isoformat(),
                    "day": day,
                    "method": asked.method,
                    "params": json.dumps(_logged(asked)),
                    "outcome": "begun",
                },
            )
            self._carry_out_late_requests(number)
            fault = faults.next_fault(self._store, asked.method)
            return _Turn(number, switches, fault, quota.is_over(calls, switches))

    def _reply(self, asked: Asked, turn: _Turn) -> tuple[Reply | None, str]:
        """The reply, None for no answer at all, and what the log says of it."""
        fault = turn.fault
        if fault is None:
            return self._honest(asked, turn)
        if fault.kind == "late_effect":
            self._keep_for_later(asked, turn.number + max(1, int(fault.seconds)))
            return None, "late effect"
        if not fault.effect:
            return _faulty(fault, None, turn)
        reply, outcome = self._honest(asked, turn)
        if fault.kind in ("latency", "unknown_product"):
            return reply, outcome
        faulty, name = _faulty(fault, reply, turn)
        return faulty, f"{name} after {outcome}"

    def _honest(self, asked: Asked, turn: _Turn) -> tuple[Reply, str]:
        """The reply as Komet means it."""
        if turn.over_quota:
            return over_quota_reply(turn.switches, turn.number), "over quota"
        method = catalogue.METHODS.get(asked.method)
        if method is None:
            return Reply(
                404, b"<html><body><h1>HTTP Status 404 - Not Found</h1></body></html>", PAGE
            ), "unknown"
        if asked.verb != method.verb:
            page = b"<html><body><h1>HTTP Status 405 - Method Not Allowed</h1></body></html>"
            return Reply(405, page, PAGE), "wrong verb"
        try:
            with self._store.transaction():
                call = self._call(asked, method, turn)
                members = answer_members(method.run(call), turn.switches)
        except Refused as refusal:
            body = render(failure_members(str(refusal)), method, turn.switches, turn.number)
            return Reply(400 if turn.switches.error_form == "http_4xx" else 200, body), f"refused: {refusal}"
        return Reply(200, render(members, method, turn.switches, turn.number)), "ok"

    def _call(self, asked: Asked, method: Method, turn: _Turn) -> Call:
        """`asked` as a call that may be carried out; refused where the gate closes."""
        if asked.size > turn.switches.size_limit:
            raise Refused("The size of the request exceeds the limit of 64kb.")
        body = read_json(asked.body) if asked.body.strip() and asked.verb != "GET" else {}
        values = body if body else dict(asked.query)
        token = access.NOBODY
        if method.types:
            token = access.find_token(self._store, access.token_value(method, asked.query, body, asked.token))
            access.raise_if_not_allowed(token, method)
        company = self._store.setting("company_id", "")
        access.raise_if_headers_wrong(method, asked.account, asked.channel, company)
        hidden = None
        if turn.fault is not None and turn.fault.kind == "unknown_product":
            hidden = turn.fault.product or "*"
        now = self._clock.now()
        return Call(Params(values), token, self._store, turn.switches, now, hidden, in_body=bool(body))

    def _keep_for_later(self, asked: Asked, due: int) -> None:
        packed = {
            "verb": asked.verb,
            "query": dict(asked.query),
            "body": asked.body.decode("utf-8", "replace"),
            "headers": [asked.token, asked.account, asked.channel],
        }
        self._store.insert(
            "late_requests", {"due": due, "method": asked.method, "request": json.dumps(packed)}
        )

    def _carry_out_late_requests(self, number: int) -> None:
        """Do now what earlier calls asked for and whose connection is long gone."""
        for row in self._store.rows("SELECT * FROM late_requests WHERE due <= ? ORDER BY id", number):
            self._store.run("DELETE FROM late_requests WHERE id = ?", row["id"])
            packed = json.loads(row["request"])
            body = packed["body"].encode()
            asked = Asked(row["method"], packed["verb"], packed["query"], body, 0, *packed["headers"])
            self._honest(asked, _Turn(number, switches_of(self._store), None, False))


def switches_of(store: Store) -> Switches:
    """The switches in force."""
    return _switches(store.setting("switches", "{}"))


@lru_cache(maxsize=32)
def _switches(text: str) -> Switches:
    """The switches that a text of them means; every request asks, and they seldom change."""
    return make_switches(json.loads(text))


def over_quota_reply(switches: Switches, number: int) -> Reply:
    """Over quota in the form that `quota_form` says (A8)."""
    status = int(switches.quota_form)
    body = render(failure_members(OVER_QUOTA), None, switches, number)
    return Reply(status, body, retry_after=3600 if status == 429 else None)


def _faulty(fault: faults.Fault, reply: Reply | None, turn: _Turn) -> tuple[Reply | None, str]:
    """The reply that `fault` makes of an honest one, or of none."""
    body = render(failure_members("Service temporarily unavailable."), None, turn.switches, turn.number)
    honest = reply.body if reply is not None else body
    match fault.kind:
        case "lose_request" | "lose_answer":
            return None, fault.kind.replace("_", " ")
        case "http_429":
            return Reply(fault.http_status or 429, body, retry_after=int(fault.seconds)), fault.kind
        case "http_403":
            return Reply(fault.http_status or 403, body), fault.kind
        case "http_5xx":
            return Reply(fault.http_status or 503, faults.HTML, PAGE), fault.kind
        case "html":
            return Reply(fault.http_status or 200, faults.HTML, PAGE), fault.kind
        case "truncated":
            return Reply(fault.http_status or 200, faults.truncated(honest)), fault.kind
        case "wrong_types":
            return Reply(fault.http_status or 200, faults.wrong_types(honest)), fault.kind
        case _:
            return over_quota_reply(turn.switches, turn.number), "over quota (scripted)"


def _logged(asked: Asked) -> dict[str, Any]:
    """The parameters for the log, without token and password."""
    try:
        values = read_json(asked.body) if asked.body.strip() else dict(asked.query)
    except Refused:
        return {}
    return {key: _plain(value) for key, value in values.items() if key not in (access.TOKEN, "password")}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
