"""Every fault of a configuration, with its place: the long way, taken where the short one met a doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.config.files import FileFault
from reconciler.config.moves import read_moves
from reconciler.config.references import reference_faults
from reconciler.config.resource_files import ResourceFiles
from reconciler.config.resources import collect
from reconciler.config.rules import rule_faults
from reconciler.config.yaml_document import Document
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.project import Project


def find_faults(
    files: ResourceFiles, project: Project | None, known: Sequence[Diagnostic], names_are_known: bool
) -> list[Diagnostic]:
    """All faults in the order of files and lines, those that are `known` already among them.

    `project` is None when it has a fault; `names_are_known` is false when there may be files that are not
    among `files`.
    """
    documents, of_syntax = _documents(files)
    # Of a file that cannot be read nobody knows what it names.
    is_whole = len(documents) == len(files.names) and all(each.is_whole for each in documents)
    collection = collect(document for document in documents if document.is_whole)
    is_whole = is_whole and names_are_known and collection.is_whole
    places = {address: each.source.origin(each.mark) for address, each in collection.resources.items()}
    _, of_moves = read_moves(collection.moves.values(), places, is_whole)
    of_resources = [*collection.faults, *of_moves, *reference_faults(collection, is_whole)]
    found = [*known, *of_syntax, *of_resources, *rule_faults(collection, project)]
    return _in_order(found, of_syntax)


def _documents(files: ResourceFiles) -> tuple[list[Document], list[Diagnostic]]:
    documents: list[Document] = []
    faults: list[Diagnostic] = []
    for name in filter(files.has, files.names):
        try:
            document = files.document(name)
        except FileFault as error:
            faults.append(error.diagnostic)
            continue
        documents.append(document)
        faults.extend(document.faults)
    return documents, faults


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
