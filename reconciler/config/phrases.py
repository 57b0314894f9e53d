"""The words for a value that breaks its schema: what it must be, what it is, what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from reconciler.config.nearest import nearest
from reconciler.config.schemas import Schema
from reconciler.config.violations import Violation
from reconciler.model.value import decimal_text

Phrase: TypeAlias = tuple[str, str, str | None]
"""Summary, detail and suggestion."""

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (keys with their values)",
}
_CREDENTIALS = re.compile(r"://[^/\s]*@")
_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def phrase(subject: str, violation: Violation) -> Phrase:
    """Summary, detail and suggestion for a violation of anything but the keys of a mapping."""
    say = _PHRASES.get(violation.keyword)
    return (
        say(subject, violation)
        if say
        else (f"{subject} breaks '{violation.keyword}' of its schema", "", None)
    )


def _type(subject: str, violation: Violation) -> Phrase:
    value, part = violation.value, violation.part
    types = _types(part)
    wanted = part.get("x-says") or _range(part)
    if value is None:
        return f"{subject} is empty, and must be {wanted}", "write a value, or leave the key out", None
    detail, suggestion = "", None
    if "string" in types:
        suggestion = _likely_number(value, part)
        detail = "" if suggestion else quotes_hint(value)
    elif "boolean" in types and isinstance(value, str):
        suggestion = _TRUTHS.get(value.lower())
    elif ("integer" in types or "number" in types) and isinstance(value, str):
        detail = _number_hint(value)
    elif "array" in types and isinstance(value, str):
        suggestion = f"[{value}]"
    return f"{subject} must be {wanted}, and is {shown(value)}", detail, suggestion


def _enum(subject: str, violation: Violation) -> Phrase:
    words = [str(word) for word in violation.limit]
    summary = f"{subject} must be {', '.join(words[:-1])} or {words[-1]}, and is {shown(violation.value)}"
    return summary, "", nearest(str(violation.value), words)


def _const(subject: str, violation: Violation) -> Phrase:
    return f"{subject} must be {violation.limit}, and is {shown(violation.value)}", "", None


def _pattern(subject: str, violation: Violation) -> Phrase:
    says = violation.part.get("x-says", f"text of the form {violation.limit}")
    suggestion = _likely_number(violation.value, violation.part)
    return f"{subject} must be {says}, and is {shown(violation.value)}", "", suggestion


def _format(subject: str, violation: Violation) -> Phrase:
    text = str(violation.value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return f"{subject} must be a day of the calendar, and there is no {text}", "", None
    return f"{subject} must be a date such as 2027-02-01, and is {shown(text)}", "", _likely_date(text)


def _limits(subject: str, violation: Violation) -> Phrase:
    return f"{subject} must be {_range(violation.part)}, and is {shown(violation.value)}", "", None


def _min_length(subject: str, violation: Violation) -> Phrase:
    return f"{subject} must not be empty", "leave the key out if there is nothing to say", None


def _max_length(subject: str, violation: Violation) -> Phrase:
    summary = f"{subject} may have at most {violation.limit} characters, and has {len(violation.value)}"
    return summary, "", None


def _too_few(subject: str, violation: Violation) -> Phrase:
    says = violation.part.get("x-says")
    return (
        f"{subject} must be {says}, and is empty" if says else f"{subject} needs at least one entry",
        "",
        None,
    )


def _too_many_keys(subject: str, violation: Violation) -> Phrase:
    says = violation.part.get("x-says") or f"exactly one of {' and '.join(violation.part['properties'])}"
    return f"{subject} must be {says}, and has {' and '.join(violation.value)}", "", None


def _too_many(subject: str, violation: Violation) -> Phrase:
    return f"{subject} may have at most {violation.limit} entries, and has {len(violation.value)}", "", None


def _twice(subject: str, violation: Violation) -> Phrase:
    entries = violation.value
    twice = next(entry for index, entry in enumerate(entries) if entry in entries[:index])
    return f"{subject} names {shown(twice)} twice", "", None


def _decimals(subject: str, violation: Violation) -> Phrase:
    return f"{subject} may have at most {violation.limit} decimals, and is {shown(violation.value)}", "", None


_PHRASES: dict[str, Callable[[str, Violation], Phrase]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "minimum": _limits,
    "maximum": _limits,
    "exclusiveMinimum": _limits,
    "minLength": _min_length,
    "maxLength": _max_length,
    "minItems": _too_few,
    "minProperties": _too_few,
    "maxProperties": _too_many_keys,
    "maxItems": _too_many,
    "uniqueItems": _twice,
    "x-decimals": _decimals,
}


def shown(value: object) -> str:
    """`value` as it can stand in a sentence."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return decimal_text(value)
        case str():
            safe = _CREDENTIALS.sub("://(not shown)@", value)
            return f"'{safe}'" if len(safe) <= 60 else f"'{safe[:57]}...'"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return str(value)


def quotes_hint(value: object) -> str:
    """What to do about a code that YAML takes for something else than text."""
    if isinstance(value, bool):
        return "YAML reads this as true or false: write it in quotes to make it text"
    if isinstance(value, int | Decimal):
        return "YAML reads this as a number: write it in quotes to make it text"
    return ""


def _types(part: Schema) -> list[str]:
    types = part.get("type", [])
    return [each for each in (types if isinstance(types, list) else [types]) if each != "null"]


def _range(part: Schema) -> str:
    """What a value must be, with its limits; a highest number that nobody reaches is not worth a word."""
    words = " or ".join(_TYPES.get(name, name) for name in _types(part))
    least, most = part.get("minimum"), part.get("maximum")
    if most is not None and most > 1_000_000 and "exclusiveMinimum" not in part:
        most = most if part.get("minimum") is None else None
    if least is not None:
        return f"{words} of at least {least}" if most is None else f"{words} from {least} to {most}"
    if "exclusiveMinimum" in part:
        return f"{words} above {part['exclusiveMinimum']}" + (
            f" and at most {most}" if most is not None else ""
        )
    return words


def _number_hint(text: str) -> str:
    bare = text.replace(",", "").replace("_", "").strip()
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", bare, re.ASCII):
        return "write the number without quotes, leading zeros, commas and underscores"
    return ""


def _likely_date(text: str) -> str | None:
    """The ISO date behind a year-first spelling; any other order of day and month is a guess."""
    found = re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text, re.ASCII)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def _likely_number(value: object, part: Schema) -> str | None:
    """The order number that was probably meant: Komet's own are a P and six digits (A27)."""
    digits = str(value)
    if part.get("format") != "komet-number" or not re.fullmatch(r"\d{1,6}", digits, re.ASCII):
        return None
    return f'"P{digits:0>6}"'
