"""The failures that may pass: a read that met one is worth another try.

    KometError
    ├── Unreachable             (of the error tree) no connection was made
    ├── NoAnswer                the connection broke or the answer did not come in time
    ├── UnexpectedAnswer
    │   └── Unreadable          5xx, or something that is no JSON where an answer should be
    └── QuotaExhausted
        └── TooFast             429 with a short wait: the pace is limited, not the day

`after` is the wait in seconds that Komet asked for, None where it asked for none.
"""

from __future__ import annotations

from reconciler.errors import KometError, QuotaExhausted, UnexpectedAnswer


class NoAnswer(KometError):
    """A read was sent and no whole answer came back; it has no effect, so it may be sent again."""


class Unreadable(UnexpectedAnswer):
    """What came is no answer at all."""

    def __init__(self, method: str, key: str, expected: str, got: object, after: float | None = None) -> None:
        self.after = after
        super().__init__(method, key, expected, got)


class TooFast(QuotaExhausted):
    """Komet asks to wait a moment: nothing was carried out."""

    def __init__(self, method: str, text: str, after: float) -> None:
        self.after = after
        super().__init__(method, text)
