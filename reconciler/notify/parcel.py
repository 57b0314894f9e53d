"""What is carried to a webhook, and what came of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, field

from reconciler.model.secret import Secret


class Parcel(Struct, frozen=True):
    """`body`, which is JSON, for the destination `name`. `timeout` is in seconds, for all tries together."""

    name: str
    url: Secret
    body: bytes
    headers: Mapping[str, Secret] = field(default_factory=dict)
    timeout: float = 10.0
    allow_http: bool = False


class Delivery(Struct, frozen=True):
    """How it went: after so many `tries` it was taken, or `failure` says why not."""

    name: str
    tries: int
    failure: str | None = None


class Answered(Struct, frozen=True):
    """A web server answered; `after` are the seconds that it asks to wait for."""

    status: int
    after: float | None = None


class NoAnswer(Struct, frozen=True):
    """Nothing came back: why, in words that name no address. `again` says whether another try may help."""

    why: str
    again: bool = True


Reply: TypeAlias = Answered | NoAnswer


def refusal_of(url: Secret, allow_http: bool) -> str | None:
    """Why nothing may be sent to `url`, in words that do not tell it; None when something may."""
    parts = _parts(url)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        return "what stands there is no address: it begins with https://"
    if parts.username is not None or parts.password is not None:
        return "the address holds a user or a password: send these as the header Authorization"
    if parts.scheme == "http" and not allow_http and not is_loopback(parts.hostname):
        return "the address begins with http://, so it would be sent unprotected: use https, or allow_http"
    return None


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(url: Secret) -> SplitResult | None:
    try:
        parts = urlsplit(url.reveal())
        _ = parts.port
    except ValueError:
        return None
    return parts
