"""Answers in the form that Komet gives them: envelope, types, absent fields, order of members."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from reconciler.simulator.method import Answer, Bare, Done, Listing, Method
from reconciler.simulator.switches import Switches


class Sample(Enum):
    """Values that an answer carries exactly as the documents print them, whatever the switches say."""

    EMPTY_TEXT = ""


def answer_members(answer: Answer, switches: Switches) -> dict[str, Any]:
    """The members of `answer`, `status` still a number (Komet API §1.4)."""
    match answer:
        case Bare(members):
            return dict(members)
        case Done(members, message):
            return {"status": 1, "message": message, **members}
        case Listing(_, rows, noun) if not rows:
            tail = "OK" if switches.empty_list_message == "ok_appended" else ""
            return {"status": int(switches.empty_list_status), "message": f"{noun} not found.{tail}"}
        case Listing(key, rows, _, members):
            return {"status": 1, "message": "OK", **members, key: rows}


def failure_members(message: str) -> dict[str, Any]:
    """A business failure: status 0 and a sentence of at most 500 characters."""
    return {"status": 0, "message": message[:500]}


def render(members: Mapping[str, Any], method: Method | None, switches: Switches, number: int) -> bytes:
    """`members` as the bytes of the answer to call `number`.

    Whatever varies is drawn from `random_seed` and the number of the call, so a run can be repeated.
    """
    draw = random.Random(f"{switches.random_seed}/{number}")
    dressed = _Dresser(switches, method is not None and method.text_ids, draw).dress(dict(members))
    if "status" in dressed and _status_is_text(method, switches, draw):
        dressed["status"] = str(dressed["status"])
    return json.dumps(dressed, separators=(",", ":")).encode()


def _status_is_text(method: Method | None, switches: Switches, draw: random.Random) -> bool:
    match switches.status_type:
        case "text":
            return True
        case "number":
            return False
        case "random":
            return draw.random() < 0.5
        case _:
            return method is not None and method.text_status


class _Dresser:
    """Turns values into what the wire carries; one member order per shape of object and call."""

    def __init__(self, switches: Switches, text_ids: bool, draw: random.Random) -> None:
        self._empty = switches.empty_fields
        self._text_ids = text_ids and switches.ids_as_text == "on"
        self._draw = draw if switches.shuffle_members == "on" else None
        self._orders: dict[tuple[str, ...], list[str]] = {}

    def dress(self, members: dict[str, Any]) -> dict[str, Any]:
        """`members` ready for JSON; the plain texts and numbers, nearly all values, take the short way."""
        dressed: dict[str, Any] = {}
        for key in self._order(members):
            value = members[key]
            kind = type(value)
            if kind is int:
                dressed[key] = str(value) if self._text_ids and (key == "id" or key[-2:] == "Id") else value
            elif kind is str and value:
                dressed[key] = value
            elif value is not None and value != "":
                dressed[key] = self._value(value)
            elif self._empty != "absent":
                dressed[key] = None if self._empty == "null" else ""
        return dressed

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.dress(value)
        if isinstance(value, list | tuple):
            return [self._value(each) for each in value]
        if isinstance(value, Decimal):
            return float(value)
        if isinstance(value, Sample):
            return value.value
        return value.isoformat() if isinstance(value, date) else value

    def _order(self, members: dict[str, Any]) -> list[str]:
        if self._draw is None:
            return list(members)
        shape = tuple(members)
        if shape not in self._orders:
            self._orders[shape] = self._draw.sample(shape, len(shape))
        return self._orders[shape]
