"""docs/ci.md keeps what it promises: its shell is run, and what it names is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ci.conftest import COMPANY, ORDERS
from ci.runner import ROOT, load
from reconciler.cli.commands import apply as apply_command

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def block(language: str, beginning: str) -> str:
    """The block of the page that begins with `beginning`."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = (each for each in blocks if each.startswith(beginning))
    return str(found)


@pytest.fixture
def folder(fresh: Path, tmp_path: Path) -> Path:
    """A fresh repository, in git, that can be pulled into."""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    source, clone = tmp_path / "source", tmp_path / "flowers"
    shutil.copytree(fresh, source)
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=source, check=True, capture_output=True)
    subprocess.run(["git", "clone", "-q", str(source), str(clone)], check=True, capture_output=True)
    return clone


def run(script: str, folder: Path, programs: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs shell as a CI system does: in `folder`, with these variables and little else."""
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder.parent), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_two_commands_are_true(folder: Path, programs: Path) -> None:
    """What was planned once is planned again and applied; a person's steps are left."""
    ended = run(block("sh", "reconciler plan"), folder, programs, KOMET_COMPANY_TOKEN=COMPANY)
    assert ended.returncode == 10, ended.stderr


def gitlab_job(name: str) -> str:
    """The shell of a job."""
    return "\n".join(yaml.load(block("yaml", "default:"), yaml.BaseLoader)[name]["script"])


@pytest.mark.parametrize("where", ["plain", "gitlab"])
def test_what_was_reviewed_is_applied_where_something_else_is_left_out(
    where: str, folder: Path, programs: Path
) -> None:
    """With a change that nobody saw, the rest is applied all the same, and the job fails with 6."""
    planning, applying = (
        block("sh", "reconciler plan").splitlines()
        if where == "plain"
        else (gitlab_job("plan"), gitlab_job("apply"))
    )
    assert run(planning, folder, programs, KOMET_COMPANY_TOKEN=COMPANY).returncode == 0
    orders = folder / ORDERS
    orders.write_text(orders.read_text(encoding="utf-8").replace("boxes: 40", "boxes: 41"), encoding="utf-8")
    ended = run(applying, folder, programs, KOMET_COMPANY_TOKEN=COMPANY)
    assert ended.returncode == 6, ended.stderr
    assert "✓ ~ customers.bloomnet" in ended.stdout
    assert "left out, since it is not what was reviewed: purchase_orders.valentines-freedom" in ended.stderr


def test_gitlab_does_the_same(folder: Path, programs: Path) -> None:
    """Each job in its order, on one checkout; what a job keeps, the next one finds."""
    jobs = yaml.load(block("yaml", "default:"), yaml.BaseLoader)
    codes = {}
    for name in ("plan", "apply", "drift"):
        ended = run(gitlab_job(name), folder, programs, KOMET_COMPANY_TOKEN=COMPANY)
        codes[name] = ended.returncode
        for path in jobs[name].get("artifacts", {}).get("paths", ()):
            assert (folder / path).is_file()
    assert codes == {"plan": 0, "apply": 10, "drift": 0}
    assert jobs["apply"]["allow_failure"]["exit_codes"] == ["10"]
    assert jobs["apply"]["resource_group"] == jobs["drift"]["resource_group"]


def test_cron_does_the_same(folder: Path, programs: Path) -> None:
    """From elsewhere and with no token around, as under cron. The first run prints what is left for a person;
    a refused plan is printed whole, with its exit code."""
    script, home = block("sh", "#!/bin/sh"), folder.parent
    (home / ".komet-token").write_text(f"{COMPANY}\n", encoding="utf-8")
    first = run(script, home, programs, HOME=str(home))
    assert first.returncode == 0, first.stderr
    assert "put BLOOM on line" in first.stdout
    path = folder / "reconciler.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nnonsense: true\n", encoding="utf-8")
    refused = run(script, home, programs, HOME=str(home))
    assert refused.returncode == 3
    assert "nonsense" in refused.stdout


def test_links_and_names_are_there() -> None:
    """Every file that the page links, every input and secret that it speaks of."""
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert link.startswith("https://") or (ROOT / "docs" / link).exists(), link
    called = load(ROOT / ".github" / "workflows" / "reconcile-apply.yml")["on"]["workflow_call"]
    for name in ("sqlite-cache", "github-environment", "environment"):
        assert f"`{name}: " in PAGE
        assert name in called["inputs"]
    assert set(called["secrets"]) == {"KOMET_COMPANY_TOKEN", "PGPASSWORD", "RECONCILER_WEBHOOK"}
    for name in called["secrets"]:
        assert f"`{name}`" in PAGE


def test_every_exit_code_is_told() -> None:
    """All that a command ends with, once each."""
    table = PAGE.partition("## Exit codes")[2]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [*range(11), 64]
    assert apply_command.INTERRUPTED == 7
