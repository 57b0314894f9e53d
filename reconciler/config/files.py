"""Finding and reading the files of a configuration repository."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from reconciler.config.ordinary import NotOrdinary, TooLarge, read_ordinary
from reconciler.config.source import Mark, SourceFile
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.origin import Origin

PROJECT_FILE = "reconciler.yaml"
CONFIG_FOLDER = "config"
MAX_BYTES = 5 * 1024 * 1024

_WRONG_SUFFIXES = {
    ".yml": ".yaml",
    ".yml.j2": ".yaml.j2",
    ".yaml.jinja2": ".yaml.j2",
    ".yaml.jinja": ".yaml.j2",
}
_UNREADABLE_CHARACTER = (  # what YAML cannot hold, and line ends that only some readers know
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_READABLE = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
"""The same of ASCII, turned round: to delete these is ten times as fast as to search for the others."""


class FileFault(Exception):
    """A file that cannot be read, said as a diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.summary)


def find_files(root: Path) -> tuple[list[str], list[Diagnostic]]:
    """The resource files below `config/`, relative and sorted, with what is wrong about names and links."""
    found: list[str] = []
    faults: list[Diagnostic] = []
    folders = [CONFIG_FOLDER]
    seen = {root / CONFIG_FOLDER}
    while folders:
        folder = folders.pop()
        for entry in _entries(root, folder, faults):
            path = f"{folder}/{entry.name}"
            if entry.is_symlink() and (fault := _link_fault(root, path)) is not None:
                faults.append(fault)
            elif entry.is_dir():
                real = (root / path).resolve()
                if real not in seen:
                    seen.add(real)
                    folders.append(path)
            elif entry.name.endswith((".yaml", ".yaml.j2")):
                found.append(path)
            else:
                faults.extend(_suffix_faults(path))
    return sorted(found), faults


def _entries(root: Path, folder: str, faults: list[Diagnostic]) -> list[os.DirEntry[str]]:
    """What the folder holds, sorted, without hidden entries; a repository without `config/` holds nothing."""
    if folder == CONFIG_FOLDER and not os.path.lexists(root / folder):
        return []
    if (fault := _link_fault(root, folder)) is not None:
        faults.append(fault)
        return []
    try:
        with os.scandir(root / folder) as entries:
            return sorted((each for each in entries if each.name[0] != "."), key=lambda each: each.name)
    except OSError as error:
        faults.append(_fault(folder, f"this folder cannot be read: {_reason(error)}"))
        return []


def _suffix_faults(path: str) -> list[Diagnostic]:
    for wrong, right in _WRONG_SUFFIXES.items():
        if path.endswith(wrong):
            better = path.removesuffix(wrong) + right
            return [_fault(path, f"a file ending in {wrong} is not read", f"rename it to {better}")]
    return []


def _link_fault(root: Path, path: str) -> Diagnostic | None:
    if not _is_link(f"{root}/{path}"):
        return None
    try:
        target = (root / path).resolve(strict=True)
    except (OSError, RuntimeError):
        return _fault(path, "this symbolic link leads nowhere")
    if not target.is_relative_to(root):
        return _fault(
            path, "this symbolic link leads out of the repository", "copy the file into the repository"
        )
    return None


def _is_link(place: str) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(place).st_mode)
    except (OSError, ValueError):
        return False


def read_source(root: Path, path: str) -> SourceFile:
    """The text of the file at `path`; FileFault when it is too large, not UTF-8 or not text."""
    if (fault := _link_fault(root, path)) is not None:
        raise FileFault(fault)
    return SourceFile(path, _text(path, _bytes(f"{root}/{path}", path)))


def _bytes(place: str, path: str) -> bytes:
    try:
        return read_ordinary(place, MAX_BYTES)
    except NotOrdinary:
        raise FileFault(_fault(path, "this is no ordinary file")) from None
    except TooLarge:
        raise FileFault(
            _fault(path, "this file is larger than 5 MB", "split it: any number of files is read")
        ) from None
    except OSError as error:
        raise FileFault(_fault(path, f"this file cannot be read: {_reason(error)}")) from None


def _text(path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        raise FileFault(
            _fault(path, "this file is not UTF-8 text", "save it with the encoding UTF-8", line, column)
        ) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    raise_if_unreadable(SourceFile(path, text))
    return text


def raise_if_unreadable(source: SourceFile) -> None:
    """FileFault when the text holds a character that no line of YAML may hold."""
    if source.text.isascii() and not source.text.encode("ascii").translate(None, _READABLE):
        return
    found = re.search(_UNREADABLE_CHARACTER, source.text)
    if found is None:
        return
    before = source.text[: found.start()]
    mark = Mark(before.count("\n") + 1, found.start() - (before.rfind("\n") + 1) + 1)
    raise FileFault(
        source.fault(
            mark,
            f"an invisible control character (U+{ord(found[0]):04X}) stands here",
            detail="delete it, or write it as an escape in double quotes",
        )
    )


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _fault(path: str, summary: str, detail: str = "", line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic(Severity.ERROR, summary, detail=detail, origin=Origin(path, line, column))
