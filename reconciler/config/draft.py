"""Resource files that do not exist yet: their names, their text, and whether they would be sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from reconciler.config.schemas import gate
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_writing import block_lines
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Value

MOST_LINES = 1_000
"""Lines of a file that people still like to read and maintain."""
FEWEST_LINES = 100
"""Lines that files have on average, where one that is too long is parted: hundreds of tiny ones are worse."""

Check = Callable[[Mapping[str, str]], object]
"""Reads the configuration with texts in place of its files; ConfigurationError when that is not valid."""

Attributes = Mapping[str, Value]
Grouping = Callable[[str, Attributes], str]
"""The word by which a resource is filed, made of its name and attributes."""


def draft_texts(kind: str, resources: Mapping[str, Attributes]) -> dict[str, str]:
    """The files that hold `resources`, by name, in the layout that `fmt` keeps.

    One file while it is not too long for a reader. Else a folder, in as few files as are not too long, and
    not so many that they are tiny: by month, week or day what ships, by location what lies there, by first
    letter the rest.
    """
    if not resources:
        return {}
    texts = {name: _text(name, attributes) for name, attributes in resources.items()}
    drafts = {f"{kind}.yaml": f"{kind}:\n{''.join(texts.values())}"}
    for grouping in _groupings(resources):
        if all(each.count("\n") <= MOST_LINES for each in drafts.values()):
            return drafts
        finer = {name: _word(grouping(name, each)) for name, each in resources.items()}
        parts, lines = len({*finer.values()}), sum(each.count("\n") for each in texts.values())
        if len(drafts) < parts <= lines // FEWEST_LINES:
            drafts = _grouped(kind, texts, finer)
    return drafts


def draft_name(name: str) -> str:
    """The name under which a draft is tried before anybody knows where it will stand."""
    return f"config/import {name}"


def is_sound(kind: str, attributes: Attributes) -> bool:
    """Whether a resource satisfies the schema of its kind."""
    return gate(kind)(_as_read(attributes))


def address_at(fault: Diagnostic, drafts: Mapping[str, str]) -> Address | None:
    """The resource of `drafts`, texts by name, that `fault` stands in."""
    for draft, text in drafts.items():
        if fault.origin is None or fault.origin.file != draft_name(draft):
            continue
        marks = read_document(SourceFile(draft_name(draft), text)).names
        above = [(mark.line, place) for place, mark in marks.items() if mark.line <= fault.origin.line]
        return Address(*max(above)[1]) if above else None
    return None


def _text(name: str, attributes: Attributes) -> str:
    return "".join(f"{line}\n" for line in block_lines(name, attributes, indent=2, depth=1))


def _grouped(kind: str, texts: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    return {
        f"{kind}/{word}.yaml": f"{kind}:\n{''.join(texts[name] for name in texts if words[name] == word)}"
        for word in sorted({*words.values()})
    }


def _word(text: str) -> str:
    """`text` as the name of a file on any system."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "other"


def _groupings(resources: Mapping[str, Attributes]) -> Sequence[Grouping]:
    """From few large groups to many small ones."""
    if all(isinstance(each.get("ship_date"), date) for each in resources.values()):
        return (_month, _week, _day)
    if all("location" in each for each in resources.values()):
        return (_location, _location_and_customer)
    return (lambda name, attributes: name[:1],)


def _day(name: str, attributes: Attributes) -> str:
    day = attributes["ship_date"]
    assert isinstance(day, date)
    return day.isoformat()


def _month(name: str, attributes: Attributes) -> str:
    return _day(name, attributes)[:7]


def _week(name: str, attributes: Attributes) -> str:
    year, week, _ = date.fromisoformat(_day(name, attributes)).isocalendar()
    return f"{year}-w{week:02}"


def _location(name: str, attributes: Attributes) -> str:
    return str(attributes["location"])


def _location_and_customer(name: str, attributes: Attributes) -> str:
    return f"{attributes['location']} {attributes.get('customer', '')}"


def _as_read(value: Value) -> Value:
    """`value` as it is read back from YAML, where a date is still text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _as_read(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_read(inner) for inner in value]
    return value
