"""A configuration that somebody broke, by accident or on purpose, is a clear fault or a plan."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thorough import is_thorough, tried

from hostile.atoms import HOSTILE
from hostile.judging import Judge, raise_unless_clear
from hostile.mutation import examples, mutated
from reconciler.config.load import load_config
from reconciler.errors import ConfigurationError
from reconciler.model.diagnostic import Diagnostic

FILES = examples()["bloomnet"]
PLACES = ("project: bloomnet-miami", "code: BLOOM", "HB", "RSFRE60", "ROSALEDA", "2027-02-01")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """One account for all of them: planning changes nothing there."""
    made = Judge(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


@tried(120)
@given(st.integers(0, 2**32))
def test_a_mutated_configuration_is_a_clear_fault_or_a_plan(judge: Judge, number: int) -> None:
    """Never a traceback, and never a character that steers a terminal. `make hostile` runs 100,000."""
    judge.judge(mutated(Random(number)))


@pytest.mark.parametrize("atom", HOSTILE, ids=ascii)
def test_a_hostile_value_is_a_clear_fault_or_a_plan(judge: Judge, atom: str) -> None:
    """Each of them in place of a name, a code and a date, and behind it (one or the other, in turn; both in
    `make thorough`)."""
    first = HOSTILE.index(atom)
    for turn, place in enumerate(PLACES, start=first):
        instead = (f"{place.split(':')[0]}: {atom}", atom)
        for name, text in FILES.items():
            if place in text:
                for value in instead if is_thorough() else instead[turn % 2 :][:1]:
                    judge.judge({**FILES, name: text.replace(place, value, 1)})


def faults_of(root: Path) -> tuple[Diagnostic, ...]:
    """The faults of the configuration, each of them clear."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(root)
    raise_unless_clear(caught.value.diagnostics)
    return caught.value.diagnostics


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The example in a folder of its own."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["config/x.yaml", "config/x.yaml.j2", "reconciler.yaml"])
def test_what_is_no_file_is_a_fault(repository: Path, name: str) -> None:
    """A folder, a pipe, a socket, a device, a link in a circle: nobody waits, and nothing is read."""
    place = repository / name
    for make in (_folder, _pipe, _socket, _device, _loop):
        place.unlink(missing_ok=True)
        make(place)
        if not (make is _folder and name.startswith("config/")):
            assert str(faults_of(repository)[0].origin).startswith(f"{name}:")
        place.rmdir() if make is _folder else place.unlink()


def _folder(place: Path) -> None:
    place.mkdir()


def _pipe(place: Path) -> None:
    os.mkfifo(place)


def _socket(place: Path) -> None:
    here = Path.cwd()
    os.chdir(place.parent)  # a socket's path may have a hundred characters, and a test's folder has more
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place.name)
    os.chdir(here)


def _device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def _loop(place: Path) -> None:
    place.symlink_to(place)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unreadable to root")
def test_what_must_not_be_read_is_a_fault(repository: Path) -> None:
    """A file and a folder without permission."""
    (repository / "config" / "x.yaml").touch(mode=0)
    (repository / "config" / "closed").mkdir(mode=0)
    assert len(faults_of(repository)) == 2


def test_a_name_that_is_no_unicode_is_shown_escaped(repository: Path) -> None:
    """A file's name may be any bytes."""
    name = os.fsdecode(b"\xff\x1b[31m.yaml")
    (repository / "config" / name).write_text("nonsense: {}", encoding="utf-8")
    (fault,) = faults_of(repository)
    assert fault.origin is not None
    assert fault.origin.file == f"config/{name}"


@pytest.mark.parametrize("text", ["caf\udce9", "\ud800", "a\x00b", "\x1b[31m", "\u202e"])
def test_a_variable_of_the_command_line_is_hostile_too(repository: Path, text: str) -> None:
    """What cannot be written down is a fault; everything else is a variable."""
    try:
        load_config(repository, variables={"season": text})
    except ConfigurationError as error:
        raise_unless_clear(error.diagnostics)


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\xff\xfe\x00a", b"a: \xc3\x28", b"\x00", b"\r\r\n"]
)
@pytest.mark.parametrize("name", ["config/x.yaml", "config/x.yaml.j2", "reconciler.yaml"])
def test_bytes_that_are_no_text_are_a_fault(judge: Judge, name: str, content: bytes) -> None:
    """In every file; an empty one and a byte order mark are none."""
    judge.judge({**FILES, name: content})
