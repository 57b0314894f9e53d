"""What a command costs before it does anything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import __version__

HEAVY = ("deepdiff", "httpx", "jinja2", "jsonschema", "jsonschema_rs", "reconciler.simulator", "rich", "yaml")

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"


def imported(*arguments: str) -> set[str]:
    """The modules that a command line leaves behind in a process of its own."""
    code = (
        "import sys; from reconciler.__main__ import main\n"
        f"main({list(arguments)!r})\n"
        "sys.stderr.write('\\n'.join(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    return set(ended.stderr.splitlines())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "--help"], ["no-such-command"]])
def test_nothing_heavy_is_imported_to_talk_about_itself(arguments: list[str]) -> None:
    """Every library is imported where it is used."""
    assert not imported(*arguments) & set(HEAVY)


def test_validate_needs_no_network_library() -> None:
    """Nor the database or the simulator."""
    modules = imported("validate", "-C", "/no/such/folder")
    assert not modules & {"deepdiff", "httpx", "jinja2", "reconciler.simulator", "sqlite3"}


def test_what_was_parsed_before_is_validated_without_yaml_and_schemas(tmp_path: Path) -> None:
    """The first time takes both, and neither words for faults nor templates."""
    root = str(shutil.copytree(QUICKSTART, tmp_path / "root", ignore=shutil.ignore_patterns(".reconciler")))
    first, second = imported("validate", "-C", root), imported("validate", "-C", root)
    assert {"yaml", "jsonschema_rs"} <= first
    assert not first & {"deepdiff", "httpx", "jinja2", "jsonschema", "sqlite3"}
    assert not second & {*HEAVY, "sqlite3"}


def test_who_plans_loads_neither_apply_nor_verify(tmp_path: Path) -> None:
    """Nor what only differences and templates need."""
    root = str(shutil.copytree(QUICKSTART, tmp_path / "root", ignore=shutil.ignore_patterns(".reconciler")))
    loaded = imported("plan", "-C", root)
    rooms = {name.rpartition(".")[0] for name in loaded}
    assert "reconciler.plan" in rooms and not rooms & {"reconciler.apply", "reconciler.verify"}


def test_the_version_needs_nothing_but_python() -> None:
    """Scripts ask it before every run: not even the command line's library is imported for it."""
    command = [sys.executable, "-m", "reconciler", "--version"]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert ended.stdout == f"reconciler {__version__}\n"
    rooms = {name for name in imported("--version") if name.startswith("reconciler")}
    assert rooms <= {"reconciler", "reconciler.__main__"}
    assert "click" not in imported("--version")
