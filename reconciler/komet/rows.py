"""The rows of an answer, left as the bytes that came: most of them say what they said before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, NoReturn

import msgspec

from reconciler.errors import UnexpectedAnswer
from reconciler.komet.methods import Method
from reconciler.model.query import RawRow, RawRows

_LARGEST_EXPONENT = 40
_OUTLINE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_AS_WRITTEN = msgspec.json.Decoder(float_hook=str)
_SORTED = msgspec.json.Encoder(order="sorted")


def outline(method: Method, body: bytes) -> dict[str, Any] | None:
    """The members of the object that `body` is, with the lists that `method` answers with as `RawRows`; None
    where that is not how it looks. ValueError for what no amount can be, as `read_json`."""
    try:
        if not body.isascii():
            body.decode()
        members = _OUTLINE.decode(body)
        return {
            key: _rows(method, memoryview(raw)) if key in method.payload else read_json(bytes(raw).decode())
            for key, raw in members.items()
        }
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def read_json(text: str) -> Any:
    """`text` as JSON: fractions are Decimals; ValueError for NaN, Infinity and absurd numbers."""
    return json.loads(text, parse_float=_decimal, parse_constant=_refuse)


class _Reader:
    """Reads the rows of one method."""

    def __init__(self, method: Method) -> None:
        self._method = method

    def members(self, content: bytes) -> Mapping[str, object]:
        """What the row holds; UnexpectedAnswer when it is no JSON."""
        try:
            return _OBJECT.decode(content)
        except (ValueError, RecursionError):
            shown = content[:80].decode("utf-8", "replace")
            raise UnexpectedAnswer(self._method.name, "a row", "JSON", shown) from None

    def digest(self, content: bytes) -> str:
        """Over the row with sorted keys, its fractions as they are written."""
        try:
            return sha256(_SORTED.encode(_AS_WRITTEN.decode(content))).hexdigest()
        except (msgspec.DecodeError, RecursionError):
            return ""


def _rows(method: Method, content: memoryview) -> Any:
    if content[0] != ord("["):
        return read_json(bytes(content).decode())
    reader = _Reader(method)

    def cut(content: memoryview) -> list[object]:
        return [
            RawRow(row, reader) if row.startswith(b"{") else row.decode()  # what is no row is only shown
            for row in map(bytes, _LIST.decode(content))
        ]

    return RawRows(content, cut)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _LARGEST_EXPONENT or len(text) > 2 * _LARGEST_EXPONENT:
        raise ValueError("a number that no amount can be")
    return number


_OBJECT = msgspec.json.Decoder(dict[str, object], float_hook=_decimal)
"""Reads an object as `read_json` does, and sooner."""


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
