"""The workflow files as a reviewer of their security reads them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ci.runner import ROOT, load
from reconciler import __version__

PROGRAMS = Path(sys.executable).parent
PIN = re.compile(r"actions/[\w-]+(?:/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def files_of(folder: Path) -> list[Path]:
    """The workflows and actions of a repository."""
    return sorted(path for path in (folder / ".github").rglob("*.yml") if path.name != "dependabot.yml")


def text_of(path: Path) -> str:
    """What is in a file."""
    return path.read_text(encoding="utf-8")


def lint(program: str, *arguments: str, folder: Path) -> None:
    """Runs a linter that must find nothing."""
    if not (PROGRAMS / program).exists():
        pytest.skip(f"{program} is not made for this machine")
    paths = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    ended = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": paths},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture(params=["ours", "fresh"])
def repository(request: pytest.FixtureRequest, fresh: Path, tmp_path: Path) -> Path:
    """A repository with workflows: this one, and what `init` makes."""
    source = ROOT if request.param == "ours" else fresh
    return Path(shutil.copytree(source / ".github", tmp_path / ".github")).parent


def test_actionlint_and_shellcheck_find_nothing(repository: Path) -> None:
    """In no workflow, nor in the shell of one."""
    workflows = map(str, sorted((repository / ".github" / "workflows").glob("*.yml")))
    lint("actionlint", "-no-color", *workflows, folder=repository)


def test_zizmor_finds_nothing(repository: Path) -> None:
    """No injection, no broad permission, no unpinned action, no secret where it has no business.

    In a fresh repository that is once ours is called by a commit, as its files say.
    """
    for path in files_of(repository):
        path.write_text(text_of(path).replace(f"@v{__version__}", f"@{'0' * 40}"), encoding="utf-8")
    lint("zizmor", "--offline", "--no-progress", "--color=never", ".github", folder=repository)


def scripts_of(document: Any) -> Iterator[str]:
    """Every script in a workflow or an action."""
    jobs = document["jobs"].values() if "jobs" in document else [document["runs"]]
    return (step["run"] for job in jobs for step in job.get("steps", ()) if "run" in step)


@pytest.mark.parametrize("path", files_of(ROOT), ids=lambda path: path.parent.name + "/" + path.name)
def test_shell_is_clean(path: Path, tmp_path: Path) -> None:
    """Nothing from outside becomes a part of a script, and shellcheck finds nothing in it."""
    for number, script in enumerate(scripts_of(load(path))):
        assert "${{" not in script
        file = tmp_path / f"{number}.sh"
        file.write_text(f"#!/bin/bash\nset -eo pipefail\n{script}", encoding="utf-8")
        lint("shellcheck", str(file), folder=tmp_path)


@pytest.mark.parametrize("path", files_of(ROOT), ids=lambda path: path.parent.name + "/" + path.name)
def test_only_github_is_trusted_and_only_to_the_letter(path: Path) -> None:
    """Every action is GitHub's own at a full commit, or ours at the commit that runs."""
    used = re.findall(r"uses: (.*)", text_of(path))
    assert all(PIN.fullmatch(each) or each.startswith("$/.github/actions/") for each in used), used
    for each in used:
        if each.startswith("$/"):
            assert (ROOT / each.removeprefix("$/") / "action.yml").is_file()


def test_one_version_of_each_action() -> None:
    """The same pin wherever an action is used."""
    used = {each for path in files_of(ROOT) for each in re.findall(r"uses: (actions/.*)", text_of(path))}
    names = [re.split("[@/]", each)[1] for each in used if "/cache/" not in each]
    assert len(names) == len(set(names))


def test_permissions_are_granted_job_by_job(fresh: Path) -> None:
    """A workflow that is called begins with none, and the one that calls it grants just what it asks for."""
    wanted = {}
    for path in (ROOT / ".github" / "workflows").glob("reconcile-*.yml"):
        document = load(path)
        assert document["permissions"] == {}
        (job,) = document["jobs"].values()
        wanted[path.name] = job["permissions"]
    for path in (fresh / ".github" / "workflows").glob("*.yml"):
        document = load(path)
        (job,) = document["jobs"].values()
        called = job["uses"].removeprefix("OWNER/reconciler/.github/workflows/")
        name, _, version = called.partition("@")
        assert document["permissions"] == {}
        assert job["permissions"] == wanted.pop(name)
        assert version == f"v{__version__}"
    assert not wanted


def test_a_run_with_a_token_never_checks_out_a_fork(fresh: Path) -> None:
    """No workflow begins in the trusted context of the base branch, and no credential stays in a checkout."""
    for path in [*files_of(ROOT), *files_of(fresh)]:
        text = text_of(path)
        assert "pull_request_target" not in text
        assert "workflow_run" not in text
        assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_what_writes_is_never_cut_short() -> None:
    """Apply and drift of one environment go one after the other, and none that waits is dropped."""
    groups = set()
    for name in ("reconcile-apply.yml", "reconcile-drift.yml"):
        (job,) = load(ROOT / ".github" / "workflows" / name)["jobs"].values()
        concurrency = job["concurrency"]
        assert (concurrency["cancel-in-progress"], concurrency["queue"]) == ("false", "max")
        groups.add(concurrency["group"])
    assert groups == {"reconciler-${{ inputs.environment }}"}


def test_who_cancels_an_apply_is_heard() -> None:
    """GitHub signals the shell alone, so apply takes its place."""
    (job,) = load(ROOT / ".github" / "workflows" / "reconcile-apply.yml")["jobs"].values()
    (step,) = (each for each in job["steps"] if each.get("id") == "apply")
    last = [line for line in step["run"].splitlines() if not line.startswith(" ")][-1]
    assert last.startswith("exec reconciler apply ")
