"""The way in: a folder of YAML to a configuration, or to every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler.config.configuration import Configuration
from reconciler.config.digest import digest
from reconciler.config.files import PROJECT_FILE, FileFault, find_files, read_source
from reconciler.config.moves import read_moves
from reconciler.config.project import ProjectReading, read_project
from reconciler.config.references import reference_faults
from reconciler.config.resources import Collection, collect
from reconciler.config.rules import rule_faults
from reconciler.config.source import SourceFile
from reconciler.config.yaml_document import Document, read_document
from reconciler.errors import ConfigurationError
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import DesiredResource
from reconciler.model.value import Value


def load_config(
    root: Path,
    environment: str | None = None,
    variables: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Configuration:
    """The configuration in the folder `root`, the environment merged over its project.

    `variables` go before the project's own; their text is read as an unquoted YAML scalar. `texts` stand in
    for resource files, by their names: so a change is tried before it is written. Raises
    ConfigurationError with every fault of the whole configuration, in the order of files and lines.
    """
    root = root.resolve()
    reading, faults = _read_project_file(root, environment, variables or {})
    names, name_faults = find_files(root)
    names = sorted({*names, *(texts or {})})
    documents, document_faults = _read_documents(root, names, reading.variables, texts or {})
    faults += [*name_faults, *document_faults]
    # Of a file that cannot be read nobody knows what it names.
    is_whole = not name_faults and len(documents) == len(names) and all(each.is_whole for each in documents)
    collection = collect(document for document in documents if document.is_whole)
    is_whole = is_whole and collection.is_whole
    moves, move_faults = read_moves(collection, is_whole)
    faults += collection.faults
    faults += move_faults
    faults += reference_faults(collection, is_whole)
    faults += rule_faults(collection, reading.project)
    if faults or reading.project is None:
        raise ConfigurationError(_in_order(faults, document_faults))
    resources = _resources(collection)
    return Configuration(
        root=root,
        project=reading.project,
        resources=resources,
        moved=moves,
        digest=digest(reading.project, resources, moves),
        files=tuple(names),
        sources={document.source.name: document.source for document in documents},
    )


def _read_project_file(
    root: Path, environment: str | None, variables: Mapping[str, str]
) -> tuple[ProjectReading, list[Diagnostic]]:
    try:
        document = read_document(read_source(root, PROJECT_FILE))
    except FileFault as error:
        return ProjectReading(None, None, []), [error.diagnostic]
    if not document.is_whole:
        return ProjectReading(None, None, []), list(document.faults)
    reading = read_project(document.value, document.source, environment, variables, root)
    return reading, [*document.faults, *reading.faults]


def _read_documents(
    root: Path, names: Iterable[str], variables: Mapping[str, Value] | None, texts: Mapping[str, str]
) -> tuple[list[Document], list[Diagnostic]]:
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for name in names:
        try:
            source = SourceFile(name, texts[name]) if name in texts else read_source(root, name)
            if name.endswith(".j2"):
                if variables is None:
                    continue  # without a project there are no variables, and every one would be a fault
                source = _rendered(source, root, variables)
        except FileFault as error:
            faults.append(error.diagnostic)
            continue
        document = read_document(source)
        documents.append(document)
        faults.extend(document.faults)
    return documents, faults


def _rendered(source: SourceFile, root: Path, variables: Mapping[str, Value]) -> SourceFile:
    from reconciler.config.template import render_template  # jinja2 is only imported for a template

    return render_template(source, root, variables)


def _resources(collection: Collection) -> dict[Address, DesiredResource]:
    found = [(address, collection.resources[address]) for address in sorted(collection.resources)]
    return {address: written.desired for address, written in found if written.desired is not None}


def _in_order(faults: Iterable[Diagnostic], of_syntax: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, line and column; of a value that cannot be read nothing else is said."""
    unread = {fault.origin for fault in of_syntax}
    first = dict.fromkeys(of_syntax)
    kept = {**first, **dict.fromkeys(fault for fault in faults if fault.origin not in unread)}

    def place(fault: Diagnostic) -> tuple[str, int, int, str]:
        origin = fault.origin
        return (
            (origin.file, origin.line, origin.column, fault.summary) if origin else ("", 0, 0, fault.summary)
        )

    return sorted(kept, key=place)
