"""Resource files that do not exist yet: their text, and whether they would be sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reconciler.config.schemas import gate
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_writing import block_lines
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Value


def draft_text(kind: str, resources: Mapping[str, Mapping[str, Value]]) -> str:
    """The file that holds `resources`, in the layout that `fmt` keeps."""
    return "".join(f"{line}\n" for line in block_lines(kind, resources, depth=2))


def draft_name(kind: str) -> str:
    """The name under which a draft is tried before anybody knows where it will stand."""
    return f"config/import {kind}.yaml"


def is_sound(kind: str, attributes: Mapping[str, Value]) -> bool:
    """Whether a resource satisfies the schema of its kind."""
    return gate(kind)(_as_read(attributes))


def address_at(fault: Diagnostic, drafts: Mapping[str, str]) -> Address | None:
    """The resource of `drafts`, texts by kind, that `fault` stands in."""
    for kind, text in drafts.items():
        if fault.origin is None or fault.origin.file != draft_name(kind):
            continue
        marks = read_document(SourceFile(draft_name(kind), text)).names
        above = [(mark.line, name) for (_, name), mark in marks.items() if mark.line <= fault.origin.line]
        return Address(kind, max(above)[1]) if above else None
    return None


def _as_read(value: Value) -> Value:
    """`value` as it is read back from YAML, where a date is still text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _as_read(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_read(inner) for inner in value]
    return value
