"""How long to wait before a read is tried again, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.errors import ReconcilerError, Unreachable
from reconciler.komet.passing import NoAnswer, TooFast, Unreadable

TRIES = 4
"""Times that a read is sent at most."""

FIRST_WAIT = 0.5
LONGEST_BACKOFF = 8.0
LONGEST_WAIT = 30.0
"""Seconds: the first wait at most, the longest one of our own, and the longest that Komet may ask for."""


def wait_after(failure: ReconcilerError, tries: int, random: Callable[[], float]) -> float | None:
    """Seconds to wait after the try number `tries` ended with `failure`; None when that was the last.

    Exponential backoff with full jitter (`random` gives 0 to 1), and never less than Komet asked for.
    """
    if tries >= TRIES or not isinstance(failure, Unreachable | NoAnswer | Unreadable | TooFast):
        return None
    backoff = random() * min(LONGEST_BACKOFF, FIRST_WAIT * (1 << (tries - 1)))
    asked = failure.after if isinstance(failure, Unreadable | TooFast) else None
    return max(backoff, min(asked or 0.0, LONGEST_WAIT))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The Retry-After header in seconds; a date counts from the answer's own Date. None: there is none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    if not text:
        return None
    from email.utils import parsedate_to_datetime  # 10 ms that hardly anybody needs

    try:
        until, sent = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None
