"""What became of a call: its answer, or the error that says how far it got."""

from __future__ import annotations

from typing import TypeAlias

from reconciler.errors import InDoubt, ReconcilerError, UnexpectedAnswer, Unreachable
from reconciler.komet.envelope import read_answer
from reconciler.komet.exchange import Exchange, Lost
from reconciler.komet.methods import Method
from reconciler.komet.passing import NoAnswer
from reconciler.model.query import Answer

Outcome: TypeAlias = Answer | ReconcilerError


def outcome_of(method: Method, host: str, exchange: Exchange, tries: int) -> Outcome:
    """The outcome of the try number `tries`.

    A write that may have left and has no answer that can be understood is InDoubt (A8); one that never left
    is Unreachable. Of a read both may be tried again.
    """
    if isinstance(exchange, Lost):
        return _lost(method, host, exchange, tries)
    try:
        return read_answer(method, exchange)
    except UnexpectedAnswer as odd:
        if method.writes:
            return InDoubt(method.name, f"it was sent, and whether it took effect is not known: {_odd(odd)}")
        return odd.with_traceback(None)
    except ReconcilerError as failure:
        return failure.with_traceback(None)


def _lost(method: Method, host: str, lost: Lost, tries: int) -> ReconcilerError:
    tried = f", tried {tries} times" if tries > 1 else ""
    if not lost.sent:
        return Unreachable(method.name, f"{host} cannot be reached: {lost.reason}{tried}. Nothing was sent")
    if method.writes:
        return InDoubt(method.name, f"it was sent, and whether it took effect is not known: {lost.reason}")
    return NoAnswer(method.name, f"no answer from {host}: {lost.reason}{tried}")


def _odd(odd: UnexpectedAnswer) -> str:
    return f"{odd.key} should be {odd.expected}, and is {odd.got}"
