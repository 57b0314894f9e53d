"""Posts one parcel over HTTP: the only module beside `komet.client` that knows httpx."""

from __future__ import annotations

import logging
import ssl
from email.utils import parsedate_to_datetime
from functools import cache

import httpx

from reconciler import __version__
from reconciler.notify.parcel import Answered, NoAnswer, Parcel, Reply, is_loopback

# httpx logs every URL, and the URL of a webhook is its secret; nothing of it may be heard.
logging.getLogger("httpx").addFilter(lambda record: False)


def post(parcel: Parcel, seconds: float) -> Reply:
    """Sends it once. TLS is verified, no redirect is followed, no cookie kept, and of the answer's body
    nothing is read. What httpx raises holds the address, so it ends here as a value."""
    try:
        url = httpx.URL(parcel.url.reveal())
        is_elsewhere = not is_loopback(url.host)
        with (
            httpx.Client(
                trust_env=is_elsewhere, verify=_trust(is_elsewhere), follow_redirects=False
            ) as client,
            client.stream(
                "POST", url, content=parcel.body, headers=_headers(parcel), timeout=httpx.Timeout(seconds)
            ) as response,
        ):
            return Answered(response.status_code, _retry_after(response.headers))
    except httpx.TimeoutException:
        return NoAnswer(f"no answer within {seconds:.3g} s")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return NoAnswer("what stands there is no address", again=False)
    except httpx.ConnectError as error:
        return _unconnected(error)
    except (httpx.HTTPError, OSError) as error:
        return NoAnswer(f"the connection broke ({type(error).__name__})")
    except ValueError:
        return NoAnswer("the proxy that the environment names cannot be used", again=False)


@cache
def _trust(is_elsewhere: bool) -> ssl.SSLContext:
    """Whose certificates are believed; made once, since that takes longer than to send."""
    return httpx.create_ssl_context(trust_env=is_elsewhere)


def _headers(parcel: Parcel) -> dict[str, str]:
    given = {name: secret.reveal() for name, secret in parcel.headers.items()}
    own = {"User-Agent": f"reconciler/{__version__}", "Accept-Encoding": "identity"}
    return {**own, **given, "Content-Type": "application/json"}


def _unconnected(error: httpx.ConnectError) -> NoAnswer:
    """In the system's own words, but for those about a certificate: they name the host."""
    (cause,) = (error.__cause__ or error).args[:1] or (None,)
    if isinstance(cause, ssl.SSLError):
        return NoAnswer("no connection: TLS failed, as with a certificate that is not trusted", again=False)
    reason = cause.strerror if isinstance(cause, OSError) else None
    return NoAnswer(f"no connection: {reason.lower()}" if reason else "no connection")


def _retry_after(headers: httpx.Headers) -> float | None:
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until, sent = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None
