"""Asking before something happens that cannot be taken back by itself."""

from __future__ import annotations

import sys

from reconciler.cli import screen
from reconciler.errors import UsageError


def raise_if_nobody_answers(what: str) -> None:
    """Wrong usage where a question would have no one to answer it."""
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError(
            f"{what} asks before it does anything, and there is no terminal to ask on: add --yes"
        )


def is_confirmed(question: str) -> bool:
    """Whether the answer to `question` is `yes`, in full."""
    screen.say(question)
    screen.ask("Only 'yes' will be accepted: ")
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        screen.say()
    return answer.strip() == "yes"
