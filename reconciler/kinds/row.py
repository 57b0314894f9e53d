"""Reading Komet's answers: every spelling of a value in use, one type out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from msgspec import Struct

from reconciler.errors import UnexpectedAnswer
from reconciler.model.query import Answer, RawRow, RawRows, is_list

_TRUE = {"1", "true", "yes"}
_FALSE = {"0", "false", "no", ""}
_LARGEST = Decimal("1e20")
_LARGEST_WHOLE = 2**63 - 1
_MOST_PLACES = 20
_DIGITS = re.compile("[0-9]{1,18}")


class Row(Struct, frozen=True):
    """One object of an answer. Absent, null and empty are the same (Komet API §1.7).

    Every reader raises `UnexpectedAnswer` naming method and key when a value cannot be what is documented.
    """

    method: str
    where: str
    members: Mapping[str, object]

    def text(self, key: str) -> str:
        """The trimmed text at `key`, "" when there is none."""
        value = self.members.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._unexpected(key, "a text", value)
        return str(value)

    def integer(self, key: str) -> int | None:
        """The whole number at `key`, given as number or text, or None."""
        value = self.members.get(key)
        if value is None or value == "":
            return None
        number = value if type(value) is int else self._whole(key, value)
        if abs(number) > _LARGEST_WHOLE:
            raise self._unexpected(key, "a whole number", value)
        return number

    def required(self, key: str) -> int:
        """The whole number at `key`, which must be there."""
        number = self.integer(key)
        if number is None:
            raise self._unexpected(key, "a whole number", self.members.get(key))
        return number

    def decimal(self, key: str) -> Decimal | None:
        """The amount at `key` without its thousands commas, or None."""
        value = self.members.get(key)
        if value is None or value == "":
            return None
        number = value if isinstance(value, Decimal) else self._amount(key, value)
        if not number.is_finite() or _is_odd(number, value) or abs(number) >= _LARGEST:
            raise self._unexpected(key, "an amount", value)
        return number

    def flag(self, key: str, default: bool) -> bool:
        """The truth value at `key`, in any of its spellings, or `default` when there is none (A13)."""
        value = self.members.get(key)
        if value is None:
            return default
        word = str(value).strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise self._unexpected(key, "true or false", value)

    def date(self, key: str) -> str:
        """The ISO date at `key` (a time behind it is cut off), "" when there is none."""
        text = self.text(key)
        if not text:
            return ""
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            raise self._unexpected(key, "a date YYYY-MM-DD", text) from None

    def rows(self, key: str) -> Iterator[Row]:
        """The objects of the list at `key`; none when the key is missing."""
        value = self.members.get(key)
        if value is None or value == "":
            return
        if not is_list(value):
            raise self._unexpected(key, "a list", value)
        for index, member in enumerate(value):
            yield self._member(key, index, member)

    def row_at(self, key: str, index: int) -> Row:
        """The object at `index` of the list at `key`, which is there."""
        value = self.members[key]
        assert is_list(value)
        return self._member(key, index, value[index])

    def row(self, key: str) -> Row | None:
        """The object at `key`, also when it comes as a list of one (Komet API §3.1), or None."""
        value = self.members.get(key)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is None or value == "" or value == []:
            return None
        if not isinstance(value, Mapping):
            raise self._unexpected(key, "an object", value)
        return Row(self.method, f"{self.where}{key}.", value)

    def raw_rows(self, key: str) -> RawRows | None:
        """The list at `key` as it came, where nobody has cut it yet."""
        value = self.members.get(key)
        return value if isinstance(value, RawRows) else None

    @property
    def raw(self) -> RawRow | None:
        """The row as it came, where nobody has looked into it yet."""
        return self.members if isinstance(self.members, RawRow) else None

    @property
    def opened(self) -> Row:
        """The same row, looked into once for all of its members."""
        raw = self.raw
        return self if raw is None else Row(self.method, self.where, raw.members)

    def _member(self, key: str, index: int, member: object) -> Row:
        if not isinstance(member, Mapping):
            raise self._unexpected(f"{key}[{index}]", "an object", member)
        return Row(self.method, f"{self.where}{key}[{index}].", member)

    def _whole(self, key: str, value: object) -> int:
        if isinstance(value, str) and _DIGITS.fullmatch(value):
            return int(value)
        number = None if isinstance(value, bool) else self.decimal(key)
        if number is None or number != int(number):
            raise self._unexpected(key, "a whole number", value)
        return int(number)

    def _amount(self, key: str, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise self._unexpected(key, "an amount", value)
        try:
            return Decimal(str(value).replace(",", "").strip())
        except (InvalidOperation, ValueError):
            raise self._unexpected(key, "an amount", value) from None

    def _unexpected(self, key: str, expected: str, got: object) -> UnexpectedAnswer:
        return UnexpectedAnswer(self.method, self.where + key, expected, got)


def _is_odd(number: Decimal, written: object) -> bool:
    """Whether Python reads as a number what is none in JSON, or one that would fill pages if written out."""
    exponent = number.as_tuple().exponent
    is_long = not isinstance(exponent, int) or abs(exponent) > _MOST_PLACES
    return is_long or (isinstance(written, str) and ("_" in written or not written.isascii()))


def row_of(answer: Answer) -> Row:
    """The whole answer as a row."""
    return Row(answer.method, "", answer.payload)
