"""What an HTTP answer means: an answer of Komet's, or one of the errors (Komet API §1.4)."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from typing import Any

from reconciler.errors import AccessDenied, QuotaExhausted, ReconcilerError, Refused, UnexpectedAnswer
from reconciler.komet.exchange import Received
from reconciler.komet.methods import Method
from reconciler.komet.passing import TooFast, Unreadable
from reconciler.komet.retry import LONGEST_WAIT, retry_after
from reconciler.komet.rows import outline, read_json
from reconciler.model.query import Answer, is_list

_CALLS = r"(?:api )?(?:calls?|requests?)"
_QUOTA = re.compile(
    rf"\bquota\b|too many {_CALLS}|\brate[- ]limit|\bthrottl|\bdaily (?:{_CALLS} )?limit|\bapi limit"
    rf"|\b{_CALLS} limit|(?:limit|number) of (?:[\d.,]+ )?{_CALLS}|\b{_CALLS} (?:per|a|each) (?:day|user)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\b(?:day|daily)\b", re.IGNORECASE)
_ACCESS = re.compile(
    r"\btokens?\b|\bauthenticat|\bauthoriz|\bunauthori[sz]ed|\bpermissions?\b|\baccess denied|\bforbidden\b",
    re.IGNORECASE,
)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
"""The escape of half a character, which may stand alone."""

_NOT_FOUND = "not found."
_LONGEST_MESSAGE = 2_000


def read_answer(method: Method, received: Received) -> Answer:
    """The answer that `received` holds.

    QuotaExhausted, AccessDenied and Refused are Komet's own no: nothing was carried out. UnexpectedAnswer is
    everything that the API reference does not describe: of a write it leaves open whether it took effect.
    """
    _raise_if_turned_away(method, received)
    payload = _payload(method, received)
    if method.listing:
        _find_rows(method, payload)
    if method.listing and _is_nothing_found(method, payload):
        return Answer(method.name, _without_payload(method, payload))
    _raise_if_failed(method, received, payload)
    if method.listing:
        _raise_if_no_rows(method, payload)
    return Answer(method.name, payload)


def _raise_if_turned_away(method: Method, received: Received) -> None:
    """The HTTP code alone: 2xx and a 4xx that may hold an envelope pass."""
    code, text = received.code, _text(received.body)
    match code:
        case 429:
            raise _over_quota(method, received, _said(received) or "HTTP 429")
        case 401 | 403:
            if _QUOTA.search(text):
                raise _over_quota(method, received, _said(received) or f"HTTP {code}")
            raise AccessDenied(method.name, _said(received) or f"HTTP {code}")
        case _ if code >= 500:
            if not method.writes and _QUOTA.search(text):
                raise _over_quota(method, received, _said(received) or f"HTTP {code}")
            raise Unreadable(method.name, "the HTTP code", "200", code, retry_after(received.headers))
        case _ if 200 <= code < 300 or 400 <= code < 500:
            return
        case _:
            raise UnexpectedAnswer(method.name, "the HTTP code", "200", code)


def _over_quota(method: Method, received: Received, said: str) -> QuotaExhausted:
    """The day's calls are used up, or only the pace is limited: then Komet names a short wait."""
    after = retry_after(received.headers)
    if received.code == 429 and after is not None and after <= LONGEST_WAIT and not _DAY.search(said):
        return TooFast(method.name, f"Komet asks to wait {after:g} s: {said}", after)
    return QuotaExhausted(method.name, f"the day's calls are used up: {said}")


def _payload(method: Method, received: Received) -> dict[str, Any]:
    try:
        value = _outline(method, received) or _json(received)
    except (ValueError, RecursionError):
        text = _text(received.body)
        if _QUOTA.search(text) and received.code < 500:
            raise _over_quota(method, received, "the answer is a page that says so") from None
        raise _no_json(method, received) from None
    if isinstance(value, list) and not method.enveloped and method.payload:
        return {method.payload[0]: value}
    if not isinstance(value, dict):
        raise UnexpectedAnswer(method.name, "the answer", "a JSON object", value)
    return value


def _no_json(method: Method, received: Received) -> UnexpectedAnswer:
    """No JSON under 2xx may pass; under 4xx it is the server's considered answer."""
    shown = _text(received.body[:80])
    if received.code >= 400:
        return UnexpectedAnswer(method.name, "the HTTP code", "200", received.code)
    return Unreadable(method.name, "the answer", "JSON", shown, retry_after(received.headers))


def _find_rows(method: Method, payload: dict[str, Any]) -> None:
    """Rows under their key, null as absent; where the key is not documented, the only array (A5)."""
    for key in method.payload:
        if payload.get(key, ()) is None:
            del payload[key]
    if method.pages and not _has_rows(method, payload):
        arrays = [key for key, value in payload.items() if is_list(value)]
        if len(arrays) == 1:
            payload[method.payload[0]] = payload.pop(arrays[0])


def _is_nothing_found(method: Method, payload: Mapping[str, Any]) -> bool:
    """An empty list says so in its message, whatever its status is (A13); a page past the end has a total."""
    if _has_rows(method, payload):
        return False
    if _NOT_FOUND in _message(payload).lower():
        return True
    arrays = any(map(is_list, payload.values()))
    return method.pages and "total" in payload and not arrays and _status(payload) == "1"


def _without_payload(method: Method, payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in method.payload}


def _raise_if_failed(method: Method, received: Received, payload: Mapping[str, Any]) -> None:
    status, message = _status(payload), _message(payload)
    if status is None and not method.enveloped and received.code < 300:
        return
    if status == "1" and received.code < 300:
        return
    if status != "0":
        key, got = (
            ("status", payload.get("status")) if received.code < 300 else ("the HTTP code", received.code)
        )
        raise UnexpectedAnswer(method.name, key, "1 or 0" if key == "status" else "200", got)
    raise _failure(method, received, message)


def _failure(method: Method, received: Received, message: str) -> ReconcilerError:
    """Komet's own no, by what its message speaks of: there are no error codes (A8)."""
    if _QUOTA.search(message):
        return _over_quota(method, received, message)
    if _ACCESS.search(message):
        return AccessDenied(method.name, message.rstrip(". "))
    return Refused(method.name, message or "no reason was given")


def _raise_if_no_rows(method: Method, payload: Mapping[str, Any]) -> None:
    """A list without its rows is not an empty list: taken for one, everything would be created again."""
    for key in method.payload:
        if not is_list(payload.get(key)):
            raise UnexpectedAnswer(method.name, key, "a list", payload.get(key, "absent"))


def _has_rows(method: Method, payload: Mapping[str, Any]) -> bool:
    return any(key in payload for key in method.payload)


def _status(payload: Mapping[str, Any]) -> str | None:
    """`status` as text: it comes as number and as text, mixed (Komet API §1.4)."""
    status = payload.get("status")
    if isinstance(status, bool):
        return str(int(status))
    if isinstance(status, dict | list):
        return reprlib.repr(status)
    return None if status is None else str(status).strip()


def _message(payload: Mapping[str, Any]) -> str:
    message = payload.get("message")
    if message is None:
        return ""
    text = message if isinstance(message, str) else reprlib.repr(message)
    return " ".join(text[:_LONGEST_MESSAGE].split())


def _said(received: Received) -> str:
    """The message of an answer that is an error by its HTTP code, if it holds one."""
    try:
        value = _json(received)
    except (ValueError, RecursionError):
        return ""
    return _message(value) if isinstance(value, dict) else ""


def _outline(method: Method, received: Received) -> dict[str, Any] | None:
    """The members of a list with its rows left as bytes; None where it takes a closer look to read it."""
    if not method.listing or _charset(received) != "utf-8" or _HALF.search(received.body):
        return None
    return outline(method, received.body)


def _json(received: Received) -> Any:
    """The body as JSON: fractions are Decimals; NaN, Infinity and absurd numbers are refused."""
    text = received.body.decode(_charset(received)).removeprefix("\ufeff")
    value = read_json(text)
    return _sound(value) if _HALF.search(received.body) else value


def _charset(received: Received) -> str:
    content_type = received.headers.get("content-type", "").lower()
    return (
        "cp1252"
        if "charset=iso-8859-1" in content_type or "charset=windows-1252" in content_type
        else "utf-8"
    )


def _sound(value: Any) -> Any:
    """`value` with halves of characters replaced, which nothing could write down again."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_sound(key): _sound(inner) for key, inner in value.items()}
    return [_sound(inner) for inner in value] if isinstance(value, list) else value


def _text(body: bytes) -> str:
    return body[:10_000].decode("utf-8", "replace")
