"""The sheets of all files, those that were read before from memory."""

from __future__ import annotations

from reconciler.config.circumstances import Circumstances
from reconciler.config.files import FileFault
from reconciler.config.known_texts import KnownTexts
from reconciler.config.resource_files import ResourceFiles
from reconciler.config.sheet import Sheet, sheet_bytes, sheet_from


def read_sheets(
    files: ResourceFiles, circumstances: Circumstances, known: KnownTexts
) -> dict[str, Sheet] | None:
    """The sheet of each file by its name; None as soon as one of them has a fault."""
    found: dict[str, Sheet] = {}
    for name in files.names:
        try:
            sheet = _sheet(files, name, circumstances, known)
        except FileFault:
            return None
        if sheet is None:
            return None
        found[name] = sheet
    return found


def _sheet(files: ResourceFiles, name: str, circumstances: Circumstances, known: KnownTexts) -> Sheet | None:
    text, beside = files.source(name).text, repr(circumstances)
    sheet = _recalled(known.recall(text, beside))
    if sheet is None:
        from reconciler.config.sheet_reading import read_sheet  # with YAML and the schemas behind it

        sheet = read_sheet(files.document(name), circumstances)
        if sheet is not None:
            known.note(text, beside, sheet_bytes(sheet))
    return sheet


def _recalled(finding: bytes | None) -> Sheet | None:
    if finding is None:
        return None
    try:
        return sheet_from(finding)
    except (ValueError, RecursionError):  # msgspec raises both
        return None
