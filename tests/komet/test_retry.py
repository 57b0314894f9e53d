"""How long to wait, and when not."""

from __future__ import annotations

import pytest

from reconciler.errors import (
    AccessDenied,
    InDoubt,
    QuotaExhausted,
    ReconcilerError,
    Refused,
    UnexpectedAnswer,
    Unreachable,
)
from reconciler.komet.passing import NoAnswer, TooFast, Unreadable
from reconciler.komet.retry import retry_after, wait_after

M = "product.list"


def test_waits_grow_and_are_spread() -> None:
    """Exponential backoff with full jitter: anything from nothing to the bound."""
    assert [wait_after(NoAnswer(M, ""), tries, lambda: 1.0) for tries in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert [wait_after(NoAnswer(M, ""), tries, lambda: 0.0) for tries in (1, 2, 3)] == [0.0, 0.0, 0.0]


def test_four_tries_are_all() -> None:
    """After the fourth there is none."""
    assert wait_after(NoAnswer(M, ""), 4, lambda: 1.0) is None


@pytest.mark.parametrize(
    "failure", [Unreachable(M, ""), NoAnswer(M, ""), Unreadable(M, "", "", ""), TooFast(M, "", 0)]
)
def test_what_may_pass_is_tried_again(failure: ReconcilerError) -> None:
    """No connection, no answer, a server error, a limited pace."""
    assert wait_after(failure, 1, lambda: 0.0) == 0.0


@pytest.mark.parametrize(
    "failure",
    [
        QuotaExhausted(M, ""),
        Refused(M, ""),
        AccessDenied(M, ""),
        UnexpectedAnswer(M, "", "", ""),
        InDoubt(M, ""),
    ],
)
def test_what_stays_is_not(failure: ReconcilerError) -> None:
    """Asking again would only cost a call."""
    assert wait_after(failure, 1, lambda: 0.0) is None


@pytest.mark.parametrize(("asked", "wait"), [(7.0, 7.0), (0.1, 0.5), (900.0, 30.0)])
def test_retry_after_is_obeyed(asked: float, wait: float) -> None:
    """Never less than Komet asks for, and never more than 30 seconds."""
    assert wait_after(Unreadable(M, "", "", "", asked), 1, lambda: 1.0) == wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 120 "}, 120.0),
        ({"retry-after": "Mon, 04 Jan 2027 14:00:05 GMT", "date": "Mon, 04 Jan 2027 14:00:00 GMT"}, 5.0),
        ({"retry-after": "Mon, 04 Jan 2027 13:00:00 GMT", "date": "Mon, 04 Jan 2027 14:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 04 Jan 2027 14:00:05 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "٣"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, or a date against the answer's own; what says nothing is None."""
    assert retry_after(headers) == seconds
