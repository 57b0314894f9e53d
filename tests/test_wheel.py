"""What is installed from a wheel is whole."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    """Schemas, the quick start, the simulator's seed and the licence are in the wheel; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    schemas = {path.name for path in (ROOT / "schemas").glob("*.json")}
    assert {Path(name).name for name in names if name.startswith("reconciler/schemas/")} == schemas
    assert "reconciler/examples/quickstart/reconciler.yaml" in names
    assert "reconciler/simulator/seeds/wholesaler.yaml" in names
    assert "reconciler/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_demo_runs_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    """Away from the checkout, with the wheel alone on the path, the demo walks to its end."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    probe = "import sys; sys.path.insert(0, sys.argv[1]); import reconciler; print(reconciler.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}
    where = subprocess.run(
        [sys.executable, "-c", probe, str(tmp_path / "site")], capture_output=True, text=True, check=True
    )
    assert where.stdout.startswith(str(tmp_path))
    run = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No changes." in run.stdout
