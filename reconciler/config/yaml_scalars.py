"""Plain scalars by YAML 1.2's core schema, made stricter where codes look like numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

Scalar: TypeAlias = bool | int | str | Decimal | None

MAX_NUMBER_LENGTH = 40
MAX_EXPONENT = 30

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
SPECIAL_FIRST = frozenset(["", *"~nNtTfF-+.0123456789"])
"""The first characters of every plain scalar that can be something else than text."""

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class UnusableScalar(ValueError):
    """A number that no attribute can hold; the text says why."""


def plain_scalar(text: str) -> Scalar:
    """What an unquoted `text` means.

    A number with a leading zero or an underscore is text, since codes look like that. Decimals are `Decimal`.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        _raise_if_too_long(text)
        return int(text)
    if _DECIMAL.fullmatch(text):
        _raise_if_too_long(text)
        return _decimal(text)
    if _HEXADECIMAL.fullmatch(text) or _OCTAL.fullmatch(text):
        _raise_if_too_long(text)
        return int(text, 0)
    if _NOT_FINITE.fullmatch(text):
        raise UnusableScalar(
            f"{text} is no number that can be used; write it in quotes if it is meant as text"
        )
    return text


def _raise_if_too_long(text: str) -> None:
    if len(text) > MAX_NUMBER_LENGTH:
        raise UnusableScalar(
            f"a number of {len(text)} characters is too long; write it in quotes if it is meant as text"
        )


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number and abs(number.adjusted()) > MAX_EXPONENT:
        raise UnusableScalar(f"{text} is too large or too small; write it in quotes if it is meant as text")
    return number if number else Decimal(0)
