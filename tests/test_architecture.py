"""The rules of ARCHITECTURE.md that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BANNED_NAMES = {"manager", "helper", "helpers", "utils", "util", "common", "base", "data", "info", "misc"}


@pytest.fixture(scope="module")
def modules() -> Mapping[str, ast.Module]:
    """Every module of the package, parsed."""
    paths = sorted((ROOT / "reconciler").rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_a_module_says_what_it_is_for(modules: Mapping[str, ast.Module]) -> None:
    """Every module opens with a docstring whose first line is one whole sentence."""
    first_lines = {path: (ast.get_docstring(tree) or "").split("\n")[0] for path, tree in modules.items()}
    assert {path: line for path, line in first_lines.items() if not line.endswith((".", ":"))} == {}


def test_nothing_has_a_name_that_says_nothing(modules: Mapping[str, ast.Module]) -> None:
    """No module, function, class or argument is called after a drawer for odds and ends."""
    named = {path: _names(tree) | {Path(path).stem} for path, tree in modules.items()}
    assert {path: names & BANNED_NAMES for path, names in named.items() if names & BANNED_NAMES} == {}


def _names(tree: ast.Module) -> set[str]:
    nodes = list(ast.walk(tree))
    defined = [node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    arguments = [node.arg for node in nodes if isinstance(node, ast.arg)]
    return {name.lower().strip("_") for name in defined + arguments}


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
