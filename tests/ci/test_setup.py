"""The action that installs the program, run for real but for what it would fetch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ci.runner import ROOT, load
from reconciler import __version__

ACTION = ROOT / ".github" / "actions" / "setup"


def test_what_is_installed_is_the_commit_that_was_called(tmp_path: Path) -> None:
    """The program of this very folder, whole, in an environment of its own, and found by later steps."""
    (_, step) = load(ACTION / "action.yml")["runs"]["steps"]
    found = tmp_path / "path"
    site = next(path for path in sys.path if path.endswith("site-packages"))
    offline = {
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    environment = {
        "GITHUB_ACTION_PATH": str(ACTION),
        "GITHUB_PATH": str(found),
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "RUNNER_TEMP": str(tmp_path),
        **offline,
    }
    begin = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    installed = subprocess.run(
        begin, env={**environment, "PYTHONPATH": site}, capture_output=True, encoding="utf-8", check=False
    )
    assert installed.returncode == 0, installed.stderr
    folder = Path(found.read_text(encoding="utf-8").strip())
    shown = subprocess.run(
        [str(folder / "reconciler"), "--version"],
        env={**environment, "PYTHONPATH": site},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert __version__ in shown.stdout
    package = next((tmp_path / "reconciler").glob("lib/python*/site-packages/reconciler"))
    assert (package / "schemas" / "project.schema.json").is_file()
    assert (package / "cli" / "scaffold" / "workflows" / "plan.yml").is_file()
