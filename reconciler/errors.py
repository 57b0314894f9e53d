"""The errors that a caller can meet, one branch for each exit code.

    ReconcilerError                  1   anything below that says nothing else
    ├── UsageError                  64   a wrong argument
    ├── ConfigurationError           3   the configuration is not valid: every fault at once
    ├── GuardRefused                 4   a guard judged the plan
    ├── BudgetExceeded               5   not enough calls left today
    ├── PlanUnusable                 6   a saved plan that is altered, expired, used, or another's
    ├── Interrupted                  7   somebody ended it at once
    ├── LockHeld                     8   another apply is under way
    ├── AccessError                  9   authentication or permission
    │   ├── TokenMissing                 the token is not where the project says
    │   └── AccessDenied                 Komet refused the token or the method
    ├── StateError                   1   the state cannot be used
    └── KometError                   1   the live account
        ├── Unreachable                  no connection, nothing was sent
        ├── InDoubt                      a write was sent and its outcome is not known
        ├── Refused                      Komet understood and said no (status 0)
        ├── QuotaExhausted           5   Komet says that the day's calls are used up
        ├── UnexpectedAnswer             the answer is not what the API reference says
        └── WriteNotAllowed              a writing method while planning

Errors carry facts; their text is made from these and holds no secret.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

from reconciler.model.diagnostic import Diagnostic

_BRIEF = reprlib.Repr()
_BRIEF.maxlevel = 3


class ReconcilerError(Exception):
    """The root: `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(ReconcilerError):
    """A wrong argument on the command line."""

    exit_code = 64


class ConfigurationError(ReconcilerError):
    """The configuration is not valid; `diagnostics` holds every fault that was found."""

    exit_code = 3

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(diagnostic.summary for diagnostic in self.diagnostics))


class GuardRefused(ReconcilerError):
    """A guard refused the plan; the plan itself names the guards."""

    exit_code = 4


class BudgetExceeded(ReconcilerError):
    """The calls that are left today do not suffice for what is to be done."""

    exit_code = 5

    def __init__(self, needed: int, left: int, reserve: int) -> None:
        self.needed, self.left, self.reserve = needed, left, reserve
        super().__init__(
            f"{needed:,} calls are needed and {max(left - reserve, 0):,} may be used today "
            f"({left:,} left, {reserve:,} of them kept for others)"
        )


class PlanUnusable(ReconcilerError):
    """A saved plan that must not be applied."""

    exit_code = 6


class Interrupted(ReconcilerError):
    """Somebody ended an apply at once: a call may have been on its way."""

    exit_code = 7

    def __init__(self) -> None:
        super().__init__(
            "stopped at once. A call under way may or may not have taken effect; the journal knows it"
        )


class LockHeld(ReconcilerError):
    """Another apply holds the account's lease."""

    exit_code = 8

    def __init__(self, holder: str, since: str, expires: str) -> None:
        self.holder, self.since, self.expires = holder, since, expires
        super().__init__(
            f"another apply is under way: {holder}, since {since}. Its lease ends at {expires} unless it is "
            "renewed; `reconciler unlock` ends it earlier, once you know that its process is gone"
        )


class AccessError(ReconcilerError):
    """Authentication or permission."""

    exit_code = 9


class TokenMissing(AccessError):
    """The token is not where the project says; `where` names the variable or the file, `hint` says why."""

    def __init__(self, where: str, hint: str = "") -> None:
        self.where, self.hint = where, hint
        super().__init__(f"no token: {where}" + (f". {hint}" if hint else ""))


class AccessDenied(AccessError):
    """Komet refused the token for `method`."""

    def __init__(self, method: str, message: str) -> None:
        self.method, self.message = method, message
        super().__init__(
            f"Komet refused {method}: {message}. See that the token is the right one, and that {method} is "
            "ticked for it under Setup > Settings > Integrations > Tokens"
        )


class StateError(ReconcilerError):
    """The state cannot be read or written."""


class KometError(ReconcilerError):
    """The live account; `method` is the Komet method that was called."""

    def __init__(self, method: str, text: str) -> None:
        self.method = method
        super().__init__(f"{method}: {text}")


class Unreachable(KometError):
    """No connection could be made: nothing was sent."""


class InDoubt(KometError):
    """A write was sent and nobody knows whether it took effect (A8, A22)."""


class Refused(KometError):
    """Komet said no; `message` is its own text."""

    def __init__(self, method: str, message: str) -> None:
        self.message = message
        super().__init__(method, f"Komet refused: {message}")


class QuotaExhausted(KometError):
    """Komet says that the day's calls are used up, in one of its forms (A8)."""

    exit_code = 5


class UnexpectedAnswer(KometError):
    """The answer is not what the API reference says: `key` is where, `got` what came."""

    def __init__(self, method: str, key: str, expected: str, got: object) -> None:
        self.key, self.expected = key, expected
        shown = _brief(got)
        self.got = shown if len(shown) <= 80 else shown[:77] + "..."
        super().__init__(method, f"unexpected answer: {key} should be {expected}, and is {self.got}")


def _brief(got: object) -> str:
    """The beginning of `repr(got)`, however long or deep that would be."""
    if isinstance(got, str):
        return repr(got[:100])
    if isinstance(got, dict | list):
        return _BRIEF.repr(got)
    return repr(got)


class WriteNotAllowed(KometError):
    """A writing method was called by something that may only read: a fault of ours, stopped at the border."""

    def __init__(self, method: str) -> None:
        super().__init__(method, "this is a writing method, and planning only reads")
