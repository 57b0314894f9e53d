"""A bad configuration and, word for word, what the user is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.config.load import load_config
from reconciler.errors import ConfigurationError
from reconciler.report.diagnostics import render_diagnostics

FOLDER = Path(__file__).parent
CASES = sorted(folder for folder in FOLDER.iterdir() if (folder / "reconciler.yaml").exists())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fault(case: Path, golden: Callable[[Path, str], None]) -> None:
    """The user is told exactly what is on file. The first line of `arguments.txt` is an environment."""
    arguments = case / "arguments.txt"
    environment = arguments.read_text(encoding="utf-8").strip() if arguments.exists() else None
    with pytest.raises(ConfigurationError) as caught:
        load_config(case, environment)
    golden(case / "expected.txt", render_diagnostics(caught.value.diagnostics) + "\n")


def test_there_are_enough_faults() -> None:
    """The folder is not empty by accident."""
    assert len(CASES) >= 35
