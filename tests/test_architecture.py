"""The rules of ARCHITECTURE.md that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "reconciler").rglob("*.py"))
BANNED_NAMES = {"manager", "helper", "helpers", "utils", "util", "common", "base", "data", "info", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Every module opens with a docstring whose first line is one whole sentence."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "no docstring"
    first = docstring.splitlines()[0]
    assert first.endswith((".", ":")), first


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_has_a_name_that_says_nothing(path: Path) -> None:
    """No module, function, class or argument is called after a drawer for odds and ends."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {path.stem}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name.lower().strip("_"))
        if isinstance(node, ast.arg):
            names.add(node.arg.lower().strip("_"))
    assert not names & BANNED_NAMES


def test_imports_go_down_only() -> None:
    """The import contracts in pyproject.toml hold."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:]


def test_the_repository_speaks_of_itself_alone() -> None:
    """No file names a place outside the repository."""
    command = [
        "git",
        "grep",
        "-nIE",
        r"/home/[a-z]+/|/root/|\.\./shared",
        "--",
        ".",
        ":!tests/test_architecture.py",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout == ""
