"""Makes requests: a method and its parameters as URL, headers and body (Komet API §1.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote, urlencode

from reconciler.errors import KometError
from reconciler.komet.exchange import Request, Sealed
from reconciler.komet.methods import Method, Place
from reconciler.model.secret import Secret
from reconciler.model.value import decimal_text

TOKEN = "authenticationToken"
SIZE_LIMIT = 65_536
"""Bytes of body and query that Komet takes (A16)."""

AMOUNTS = frozenset({"cost", "price", "unitCost", "priceA", "priceB", "creditLimit"})
"""Members that are documented as decimals: plans hold them as text, a body holds them as numbers (§1.7)."""


def make_request(method: Method, params: Mapping[str, object], company: int) -> Request:
    """The request that calls `method` on the account of `company`, still without token."""
    headers = {"Accept": "application/json"}
    if method.account:
        headers["X-ACCOUNT"] = str(company)
    if method.channel is not None:
        headers["X-SALES-CHANNEL"] = method.channel
    try:
        if TOKEN in params:
            raise ValueError("its parameters hold a token of their own")
        if method.params is Place.QUERY:
            return Request(method.verb, method.name, _query_text(params), None, headers, method.token)
        headers["Content-Type"] = "application/json; charset=utf-8"
        return Request(method.verb, method.name, "", json_text(_with_numbers(params)), headers, method.token)
    except (TypeError, ValueError) as error:
        fault = str(error)
    raise KometError(method.name, f"the call was not sent: {fault}")


def seal(request: Request, token: Secret) -> Sealed:
    """`request` with its token in it: the one place where a token is revealed."""
    query, body, headers = request.query, request.body, dict(request.headers)
    match request.token:
        case Place.HEADER:
            headers[TOKEN] = token.reveal()
        case Place.QUERY:
            query = "&".join(filter(None, (query, f"{TOKEN}={quote(token.reveal(), safe='')}")))
        case Place.BODY:
            member = f'"{TOKEN}":{json.dumps(token.reveal())}'
            rest = (body or "{}")[1:]
            body = "{" + member + ("" if rest == "}" else ",") + rest
    return Sealed(query, None if body is None else body.encode(), headers)


def json_text(value: object) -> str:
    """`value` as compact JSON; a Decimal is a number with exactly its digits, a float is refused."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        return decimal_text(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(_sound(value), ensure_ascii=False)
    if isinstance(value, Mapping):
        members = (f"{json_text(str(key))}:{json_text(inner)}" for key, inner in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "[" + ",".join(json_text(inner) for inner in value) + "]"
    raise TypeError(f"a {type(value).__name__} cannot be sent")


def _with_numbers(value: object, name: str = "") -> object:
    """`value` with the texts of amounts as the decimals that they are; an empty one clears and stays."""
    if isinstance(value, str):
        return Decimal(value) if name in AMOUNTS and value else value
    if isinstance(value, Mapping):
        return {key: _with_numbers(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_with_numbers(inner) for inner in value]
    return value


def _query_text(params: Mapping[str, object]) -> str:
    """Scalars as URL parameters; what is None is left out."""
    given = {key: _scalar(key, value) for key, value in params.items() if value is not None}
    return urlencode(given, quote_via=quote)


def _scalar(key: str, value: object) -> str:
    if isinstance(value, str):
        return _sound(value)
    if isinstance(value, bool | int | Decimal):
        return json_text(value)
    raise TypeError(
        f"{key} is a {type(value).__name__}, and a URL parameter is text, a number or true or false"
    )


def _sound(text: str) -> str:
    """`text`, which must be able to leave as UTF-8."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("a text holds half a character, which has no UTF-8")
    return text
