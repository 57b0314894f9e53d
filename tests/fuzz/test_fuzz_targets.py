"""What the fuzzer begins with, and what it once found: each target keeps its promise on all of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hostile.atoms import HOSTILE

from fuzz.__main__ import NAMES, main
from fuzz.targets import TARGETS

FOUND = sorted(path for path in (Path(__file__).parent / "found").glob("*/*") if path.is_file())
MOST = 60


def some(inputs: Sequence[bytes]) -> Sequence[bytes]:
    """At most `MOST` of them, the same ones every time."""
    return inputs if len(inputs) <= MOST else Random(1).sample(list(inputs), MOST)


@pytest.mark.parametrize("name", NAMES)
def test_a_target_keeps_its_promise_on_what_it_begins_with(name: str) -> None:
    """And on the hostile atoms, alone and behind a seed."""
    target = TARGETS[name]
    seeds = some(target.seeds())
    assert seeds
    for content in (*seeds, *(atom.encode("utf-8", "surrogatepass") for atom in HOSTILE)):
        target.run(content)
    for atom in HOSTILE:
        target.run(seeds[0] + b"\n" + atom.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: f"{file.parent.name}: {file.name}")
def test_what_was_found_once_is_mended(file: Path) -> None:
    """Each file is an input that broke a promise, under its target's name."""
    TARGETS[file.parent.name].run(file.read_bytes())


def test_an_input_can_be_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By one command, without the fuzzer."""
    (tmp_path / "x").write_bytes(b"a: [")
    assert main(["yaml", "--again", str(tmp_path / "x")]) == 0
    assert "keeps its promise" in capsys.readouterr().out


def test_every_target_has_its_name() -> None:
    """The names that can be asked for are those of the targets."""
    assert set(NAMES) == set(TARGETS)
