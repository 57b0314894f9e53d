"""The project file to its settings; one that was found sound before is not parsed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.config.files import PROJECT_FILE, FileFault, read_source
from reconciler.config.known_texts import KnownTexts
from reconciler.config.project import ProjectReading, read_project
from reconciler.config.source import SourceFile

_BESIDE = "project"
_DECIMAL = "decimal number"


def read_project_file(
    root: Path, environment: str | None, variables: Mapping[str, str], known: KnownTexts
) -> ProjectReading:
    """What the project file in `root` says under `environment`, `variables` going before its own."""
    try:
        source = read_source(root, PROJECT_FILE)
    except FileFault as error:
        return ProjectReading(None, None, [error.diagnostic])
    tree = _recalled(known.recall(source.text, _BESIDE))
    if tree is not None:
        return read_project(tree, source, environment, variables, root, is_accepted=True)
    return _read(source, root, environment, variables, known)


def _read(
    source: SourceFile, root: Path, environment: str | None, variables: Mapping[str, str], known: KnownTexts
) -> ProjectReading:
    from reconciler.config.yaml_document import read_document  # what is known needs no YAML

    document = read_document(source)
    if not document.is_whole:
        return ProjectReading(None, None, list(document.faults))
    reading = read_project(document.value, source, environment, variables, root)
    faults = [*document.faults, *reading.faults]
    if not faults:
        _note(document.value, source, known)
    return ProjectReading(reading.project, reading.variables, faults)


def _note(tree: object, source: SourceFile, known: KnownTexts) -> None:
    """Keep what the file says, unless a key of it would be taken for the sign of a decimal number."""
    finding = json.dumps(tree, default=lambda number: {_DECIMAL: str(number)}).encode()
    if repr(_recalled(finding)) == repr(tree):
        known.note(source.text, _BESIDE, finding)


def _recalled(finding: bytes | None) -> Any:
    try:
        return None if finding is None else json.loads(finding, object_hook=_restored)
    except (ValueError, ArithmeticError):
        return None


def _restored(mapping: dict[str, Any]) -> Any:
    return Decimal(mapping[_DECIMAL]) if mapping.keys() == {_DECIMAL} else mapping
