"""Parameters as clients send them, quoted or not, brought to the types that the methods mean."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeVar

from reconciler.simulator.errors import Refused

T = TypeVar("T")

LARGEST_ID = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2999
_TRUE = frozenset({"1", "true", "yes"})
_FALSE = frozenset({"0", "false", "no"})


def read_json(body: bytes) -> dict[str, Any]:
    """The object in `body`; refused when it is anything else, however it is malformed."""
    try:
        found = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as problem:
        raise Refused("The request is not valid JSON.") from problem
    if not isinstance(found, dict):
        raise Refused("The request must be a JSON object.")
    return _storable(found) if b"\\u" in body else found


def _storable(value: Any) -> Any:
    """`value` with lone surrogates, which no database takes, replaced by question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class Params:
    """The parameters of one request, or of one object inside it.

    Every reader takes the documented name and its other documented spellings; a missing, null or empty
    value is None; a value of a wrong type is refused with a sentence that names it (Komet API §1.7).
    """

    def __init__(self, values: Mapping[str, Any], where: str = "") -> None:
        self._values = values
        self._where = where

    def names(self) -> Iterable[str]:
        """The names that were sent."""
        return self._values.keys()

    def has(self, name: str) -> bool:
        """Whether `name` was sent with a value, an empty text included (null counts as left out)."""
        return self._values.get(name) is not None

    def text(self, *names: str, most: int | None = None) -> str | None:
        """A text, trimmed; a number is its digits; longer than `most` characters is refused."""
        value = self.raw_text(*names)
        value = None if value is None else value.strip()
        if value and most is not None and len(value) > most:
            raise Refused(f"{self._named(names)} cannot be longer than {most} characters.")
        return value or None

    def raw_text(self, *names: str) -> str | None:
        """A text exactly as sent."""
        value = self._value(names)
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, int | Decimal):
            return str(value)
        if value is None or isinstance(value, str):
            return value
        raise Refused(f"{self._named(names)} must be a text.")

    def integer(self, *names: str) -> int | None:
        """A whole number, quoted or not."""
        value = self._value(names)
        text = str(value).strip() if not isinstance(value, bool | list | dict) else "?"
        if value is None or text == "":
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,20}", text) or abs(int(text)) > LARGEST_ID:
            raise Refused(f"{self._named(names)} must be a whole number.")
        return int(text)

    def decimal(self, *names: str, places: int) -> Decimal | None:
        """An amount of at most ten digits before the point, rounded half up to `places`."""
        value = self._value(names)
        if value is None or value == "":
            return None
        number = _decimal(value)
        if number is None or not number.is_finite() or number.adjusted() >= 10:
            raise Refused(f"{self._named(names)} must be a number.")
        return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)

    def flag(self, *names: str) -> bool | None:
        """1 and 0, quoted or not, true and false in any case."""
        value = self.text(*names)
        if value is None:
            return None
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        raise Refused(f"{self._named(names)} must be 1 or 0.")

    def date(self, *names: str) -> datetime.date | None:
        """A date as YYYY-MM-DD."""
        value = self.text(*names)
        if value is None:
            return None
        found = date_of(value)
        if found is None:
            raise Refused(f"{self._named(names)} must be a date as YYYY-MM-DD.")
        return found

    def codes(self, *names: str, separator: str = ",") -> list[str]:
        """The parts of a list written in one text."""
        value = self.text(*names) or ""
        return [part.strip() for part in value.split(separator) if part.strip()]

    def texts(self, name: str) -> list[str] | None:
        """A JSON array of texts; None when it was not sent."""
        value = self._value((name,))
        if value is None:
            return None
        if not isinstance(value, list) or any(isinstance(each, list | dict | None) for each in value):
            raise Refused(f"{self._named((name,))} must be an array of texts.")
        return [str(each) for each in value]

    def objects(self, name: str) -> list[Params] | None:
        """A JSON array of objects; None when it was not sent."""
        value = self._value((name,))
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Refused(f"{self._named((name,))} must be an array of objects.")
        return [Params(each, f"{self._named((name,))}[{place}].") for place, each in enumerate(value)]

    def need_text(self, *names: str, most: int | None = None) -> str:
        """As `text`, and refused when it is missing."""
        return self._needed(self.text(*names, most=most), names)

    def need_integer(self, *names: str) -> int:
        """As `integer`, and refused when it is missing."""
        return self._needed(self.integer(*names), names)

    def need_decimal(self, *names: str, places: int) -> Decimal:
        """As `decimal`, and refused when it is missing."""
        return self._needed(self.decimal(*names, places=places), names)

    def need_date(self, *names: str) -> datetime.date:
        """As `date`, and refused when it is missing."""
        return self._needed(self.date(*names), names)

    def need_objects(self, name: str) -> list[Params]:
        """As `objects`, and refused when it is missing or empty."""
        return self._needed(self.objects(name) or None, (name,))

    def _needed(self, value: T | None, names: tuple[str, ...]) -> T:
        if value is None:
            raise Refused(f"{self._named(names)} is required.")
        return value

    def _value(self, names: tuple[str, ...]) -> Any:
        return next((self._values[name] for name in names if self._values.get(name) is not None), None)

    def _named(self, names: tuple[str, ...]) -> str:
        return f"{self._where}{names[0]}"


def date_of(text: str) -> datetime.date | None:
    """The date that `text` writes as YYYY-MM-DD; None for anything else."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool | list | dict):
        return None
    text = str(value).strip()
    if len(text) > 40 or not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]{1,3})?", text):
        return None
    return Decimal(text)
