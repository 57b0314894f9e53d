"""Who may call what: tokens, their types, the methods ticked for them, the headers a method wants."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Method, Token, TokenType
from reconciler.simulator.store import Store

ALL_METHODS = "*"
CHANNELS = frozenset({"WEB_APP", "MOBILE_APP", "K2K", "ECOMMERCE_LITE"})
TOKEN = "authenticationToken"
NOBODY = Token("nobody", TokenType.USER, None, ())


def find_token(store: Store, value: str | None) -> Token:
    """The token with that value; a missing or unknown one is refused (A8)."""
    if not value:
        raise Refused("The authentication token is required.")
    found = store.row("SELECT * FROM tokens WHERE value = ?", value)
    if found is None:
        raise Refused("The authentication token is not valid.")
    methods = tuple(str(found["methods"]).split())
    return Token(found["name"], TokenType(found["type"]), found["party"], methods)


def raise_if_not_allowed(token: Token, method: Method) -> None:
    """Refuse a method that is not meant for the token's type, or not ticked (Komet API §1.3, A8)."""
    if token.type not in method.types:
        raise Refused(
            f"Permission denied: the method {method.name} is not available for a token of type {token.type}."
        )
    if not any(each == ALL_METHODS or fnmatchcase(method.name, each) for each in token.methods):
        raise Refused(f"Permission denied: the method {method.name} is not allowed for this token.")


def token_value(
    method: Method, query: Mapping[str, Any], body: Mapping[str, Any], header: str | None
) -> str | None:
    """The token where the method's family keeps it (§1.2); a POST without a body may keep it in the query."""
    if method.token_in == "header":
        return header
    values = body if method.token_in != "query" and body else query
    found = values.get(TOKEN)
    return str(found) if isinstance(found, str | int) else None


def raise_if_headers_wrong(method: Method, account: str | None, channel: str | None, company: str) -> None:
    """X-ACCOUNT is the company's id where it is required or sent, X-SALES-CHANNEL a known channel (§1.2)."""
    if method.token_in != "header":
        return
    if account is None and method.account:
        raise Refused("The header X-ACCOUNT is required.")
    if account is not None and account.strip() != company:
        raise Refused("The authentication token has no permission for the account in X-ACCOUNT.")
    if channel is None and method.channel:
        raise Refused("The header X-SALES-CHANNEL is required.")
    if channel is not None and channel not in CHANNELS:
        raise Refused(f"The header X-SALES-CHANNEL must be one of {', '.join(sorted(CHANNELS))}.")
