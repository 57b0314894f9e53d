"""Carries requests over HTTP: the only module that knows httpx."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import httpx

from reconciler import __version__
from reconciler.errors import UsageError
from reconciler.komet.deadline import Overdue, run_within
from reconciler.komet.exchange import Exchange, Lost, Received, Request
from reconciler.komet.request import seal
from reconciler.model.secret import SENSITIVE, Secret

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LARGEST_ANSWER = 200_000_000
"""Bytes of an answer, unpacked, beyond which it is given up."""

_IDLE = 2.0
"""Seconds that an idle connection is kept: less than servers do, so that no write meets one just closed."""

_SHORTEST_SECRET = 6
"""A token shorter than this is no secret, and hiding it would tear words apart."""

_NEVER_IN_A_WORD = 16
"""A token of this length is part of no word: it is hidden wherever it stands, as behind `%3D`."""

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

# httpx logs every URL, and with it the tokens that Komet wants in the query; nothing of it may be heard.
logging.getLogger("httpx").addFilter(lambda record: False)


class HttpxWire:
    """A wire over one httpx client.

    `bounded` runs each exchange in a thread of its own that is given up when its time is over; in process
    there is nothing to wait for.
    """

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        token: Secret,
        *,
        bounded: bool = True,
        limit: int = LARGEST_ANSWER,
    ) -> None:
        self._client = client
        self._url = httpx.URL(url)
        self._token = token
        self._bounded = bounded
        self._limit = limit
        self.host = self._url.host if self._url.port is None else f"{self._url.host}:{self._url.port}"

    def size(self, request: Request) -> int:
        """The bytes of `request` that count against Komet's limit, its token among them."""
        return seal(request, self._token).size

    def send(self, request: Request, seconds: float) -> Exchange:
        """Send it once; whatever comes, this is over after `seconds`."""
        departure = _Departure()
        if not self._bounded:
            return self._exchange(request, seconds, departure)
        try:
            return run_within(seconds, lambda: self._exchange(request, seconds, departure))
        except Overdue:
            pass
        finally:
            departure.close()
        return Lost(f"no answer within {seconds:g} s", departure.has_left)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _exchange(self, request: Request, seconds: float, departure: _Departure) -> Exchange:
        """The exchange itself; what httpx raises holds the token in its URL, so it ends here as a value."""
        sealed = seal(request, self._token)
        target = self._url.raw_path + request.path.encode() + (b"?" if sealed.query else b"")
        try:
            with self._client.stream(
                request.verb,
                self._url.copy_with(raw_path=target + sealed.query.encode()),
                content=sealed.body,
                headers=dict(sealed.headers),
                timeout=httpx.Timeout(seconds, connect=seconds / 3),
                extensions={"trace": departure.trace},
            ) as response:
                return self._received(response, departure)
        except _NOTHING_SENT as error:
            return Lost(self._reason(error), sent=False)
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            return Lost(self._reason(error), sent=True)
        except _Closed:
            return Lost("its time was over before it left", sent=False)

    def _received(self, response: httpx.Response, departure: _Departure) -> Exchange:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limit:
                return Lost(f"the answer is larger than {self._limit:,} bytes", sent=True)
            if departure.is_closed:
                return Lost("the answer took too long", sent=True)
        return Received(response.status_code, dict(response.headers), self._without_token(bytes(body)))

    def _without_token(self, body: bytes) -> bytes:
        """An answer that repeats the token, as in a complaint about it, says `(sensitive)` instead."""
        for form in map(str.encode, self._token.spellings()):
            if len(form) >= _NEVER_IN_A_WORD:
                body = body.replace(form, SENSITIVE.encode())
            elif len(form) >= _SHORTEST_SECRET and form in body:
                body = re.sub(rb"(?<!\w)" + re.escape(form) + rb"(?!\w)", SENSITIVE.encode(), body)
        return body

    def _reason(self, error: Exception) -> str:
        """The system's own words, or the kind of failure where it has none."""
        text = " ".join(str(error).split()) or type(error).__name__
        return self._without_token(text.encode(errors="replace")).decode()


class _Closed(Exception):
    """The caller no longer waits: nothing may leave any more."""


class _Departure:
    """Whether a request has left, decided once: after `close` one that has not will never leave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.is_closed = False
        self.has_left = False

    def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """httpcore's hook, called right before the first byte of a request is written."""
        if not event.endswith(".send_request_headers.started"):
            return
        with self._lock:
            if self.is_closed:
                raise _Closed
            self.has_left = True

    def close(self) -> None:
        """Let nothing leave from now on."""
        with self._lock:
            self.is_closed = True


def network_wire(url: str, token: Secret, *, trust_environment: bool) -> HttpxWire:
    """A wire to `url`, which ends in `/`.

    TLS is verified, redirects are not followed, cookies are not kept. `trust_environment` uses the proxies
    and certificate authorities that HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE name.
    """
    try:
        client = httpx.Client(
            trust_env=trust_environment,
            limits=httpx.Limits(max_connections=16, keepalive_expiry=_IDLE),
            **_manners(),
        )
    except (ValueError, httpx.InvalidURL):
        raise UsageError(
            "the proxy that the environment names (HTTPS_PROXY, ALL_PROXY) cannot be used"
        ) from None
    return HttpxWire(client, url, token)


def embedded_wire(app: WSGIApplication, token: Secret) -> HttpxWire:
    """A wire to a WSGI application in this process."""
    client = httpx.Client(transport=httpx.WSGITransport(app=app), **_manners())
    return HttpxWire(client, "http://simulator/api/", token, bounded=False)


def _manners() -> dict[str, Any]:
    return {
        "follow_redirects": False,
        "headers": {"User-Agent": f"reconciler/{__version__}"},
        "cookies": CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
    }
