"""A reader who follows a page to the letter: saves what it tells to save, types what it tells to type."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from typing import TypeAlias

import pytest

from reconciler.cli.program import run
from reconciler.simulator.embed import open_simulator

ANYTHING = "…"
"""In an output that a page shows: any lines where it stands alone, any characters within a line."""

ADD_TO = "add to "

_BLOCK = re.compile(
    r"^<!-- (?P<remark>[^\n]*?) -->$"
    r"|^(?P<indent> *)```(?P<language>\w*)(?P<more>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_SHELL = frozenset("|<>;&$*`")


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that the reader saves, a block with a title; `add to FILE` leaves what stands there."""

    path: str
    text: str
    adds: bool


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a person does in Komet's web UI: a remark such as `<!-- desk: approve number=P057200 -->`.

    No reader sees the remark, so `told` is what the page says of it: the paragraph above.
    """

    action: str
    values: dict[str, str]
    told: str


@dataclass(frozen=True, slots=True)
class Typed:
    """One command and the output that the page shows; `start` and `end` are where that stands in the page."""

    command: str
    shown: str
    start: int
    end: int
    indent: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A block that a reader could not follow: YAML or Python that does not say which file it is."""

    text: str


Step: TypeAlias = Saved | Clicked | Typed | Unclear


def steps_of(page: str) -> Iterator[Step]:
    """What `page` tells its reader to do, in order; `<!-- not run -->` leaves out the block that follows."""
    leave_out = False
    for block in _BLOCK.finditer(page):
        remark = block["remark"]
        if remark is not None:
            leave_out = remark == "not run"
            if remark.startswith("desk: "):
                action, *values = shlex.split(remark.removeprefix("desk: "))
                told = _paragraph_above(page[: block.start()])
                yield Clicked(action, dict(each.split("=", 1) for each in values), told)
            continue
        if not leave_out:
            yield from _block(block)
        leave_out = False


def _paragraph_above(text: str) -> str:
    """The last paragraph of `text`, remarks left out."""
    return re.sub(r"^<!--.*-->$", "", text, flags=re.MULTILINE).rstrip().rpartition("\n\n")[2]


def _block(block: re.Match[str]) -> Iterator[Step]:
    title = re.search(r'title="([^"]+)"', block["more"])
    text = dedent(block["body"])
    if title is not None:
        path = title[1].removeprefix(ADD_TO)
        yield Saved(path, text, adds=path != title[1])
    elif block["language"] == "console":
        yield from _commands(block)
    elif block["language"] in ("yaml", "python", "bash"):
        yield Unclear(text)


def _commands(block: re.Match[str]) -> Iterator[Typed]:
    """The commands of a console block: lines that begin with `$ `, each with the lines below it."""
    margin = block["indent"]
    pattern = re.compile(rf"^{margin}\$ (.+)\n((?:(?!{margin}\$ ).*\n)*)", re.MULTILINE)
    for found in pattern.finditer(block["body"]):
        start = block.start("body") + found.start(2)
        shown = re.sub(rf"^{margin}", "", found[2], flags=re.MULTILINE)
        yield Typed(found[1], shown, start, block.start("body") + found.end(2), margin)


class _Terminal(io.TextIOWrapper):
    """Takes both streams, as a terminal does."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def isatty(self) -> bool:
        """It is one."""
        return True

    def text(self) -> str:
        """What stands on it in the end: a line that was wiped is gone."""
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return re.sub(r"[^\n]*\r\x1b\[2K", "", buffer.getvalue().decode())


@dataclass
class Reader:
    """Somebody in an empty folder, with the program installed and nothing else set up."""

    folder: Path
    patch: pytest.MonkeyPatch
    code: int = 0
    folders: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in [name for name in os.environ if name.startswith(("RECONCILER_", "KOMET_", "GIT_"))]:
            self.patch.delenv(name)
        settings = {
            "NO_COLOR": "1",
            "TERM": "xterm",
            "COLUMNS": "110",
            "HOME": str(self.folder),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Reader",
            "GIT_AUTHOR_EMAIL": "reader@example.com",
            "GIT_COMMITTER_NAME": "Reader",
            "GIT_COMMITTER_EMAIL": "reader@example.com",
        }
        for name, value in settings.items():
            self.patch.setenv(name, value)
        self.patch.chdir(self.folder)

    def save(self, step: Saved) -> None:
        """Saves a file, below the folder where the reader is."""
        path = Path(step.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if step.adds else ""
        path.write_text(before + step.text, encoding="utf-8")

    def click(self, step: Clicked) -> None:
        """Does what a person does in the web UI of this repository's simulated account."""
        seed = Path("seed.yaml").resolve()
        simulator = open_simulator(seed, Path(".reconciler/simulator-seed.db").resolve())
        try:
            simulator.operator(step.action, **step.values)
        finally:
            simulator.close()

    def type(self, command: str) -> str:
        """Types one command; what the terminal shows."""
        words = [] if _SHELL & set(re.sub(r"'[^']*'", "", command)) else shlex.split(command)
        match words:
            case ["cd", place]:
                self.patch.chdir(Path(place).expanduser())
                return ""
            case ["export", setting]:
                self.patch.setenv(*setting.split("=", 1))
                return ""
            case ["reconciler", *arguments]:
                return self._run(arguments)
        if command == "echo $?":
            return f"{self.code}\n"
        return self._shell(command)

    def _run(self, arguments: list[str]) -> str:
        terminal = _Terminal()
        with redirect_stdout(terminal), redirect_stderr(terminal):
            self.code = run(arguments)
        return terminal.text()

    def _shell(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        self.code = done.returncode
        return done.stdout


def is_as_shown(shown: str, actual: str) -> bool:
    """Whether `actual` is what a page shows, its `…` taken for anything; blanks at line ends do not count."""
    lines = [_as_pattern(line) for line in _stripped(shown)]
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in _stripped(actual))) is not None


def _as_pattern(line: str) -> str:
    if line.strip() == ANYTHING:
        return r"(?:.*\n)*"
    return ".*".join(re.escape(part) for part in line.split(ANYTHING)) + r"\n"


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")] if text.strip("\n") else []


def with_output(page: str, outputs: list[tuple[Typed, str]]) -> str:
    """`page` with what its commands really print."""
    for step, output in sorted(outputs, key=lambda pair: -pair[0].start):
        lines = "\n".join(_stripped(output)) + "\n" if output.strip("\n") else ""
        page = page[: step.start] + indent(lines, step.indent) + page[step.end :]
    return page
