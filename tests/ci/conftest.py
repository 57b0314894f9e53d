"""A configuration repository as `init` makes it, and the GitHub that it is at."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from ci.github import FORK, OURS, REPOSITORY, GitHub, serve
from ci.runner import Run
from ci.warm import warm_reconciler

COMPANY = "simulator-company"
"""The token of the simulated account."""

ORDERS = "config/purchase_orders.yaml"


@dataclass
class Shop:
    """A repository at GitHub; runs of its workflows begin here."""

    folder: Path
    github: GitHub
    programs: Path
    runs: int = 0

    def plan(
        self,
        sha: str,
        *,
        number: int = 1,
        is_fork: bool = False,
        labels: tuple[str, ...] = (),
        inputs: Mapping[str, str] = MappingProxyType({}),
    ) -> Run:
        """The plan of pull request `number`, whose last commit is `sha`."""
        pull = {
            "number": number,
            "head": {"sha": sha, "repo": {"full_name": "stranger/flowers" if is_fork else REPOSITORY}},
            "labels": [{"name": label} for label in labels],
            "user": {"login": "dana"},
        }
        return self.run(
            "reconcile-plan.yml",
            event_name="pull_request",
            event={"pull_request": pull},
            secrets={} if is_fork else {"KOMET_COMPANY_TOKEN": COMPANY},
            head_repository=FORK if is_fork else OURS,
            inputs=inputs,
        )

    def apply(self, sha: str, **more: Any) -> Run:
        """What a push of `sha` to the main branch starts."""
        return self.run("reconcile-apply.yml", sha=sha, secrets={"KOMET_COMPANY_TOKEN": COMPANY}, **more)

    def drift(self) -> Run:
        """What the timer starts."""
        return self.run(
            "reconcile-drift.yml", event_name="schedule", secrets={"KOMET_COMPANY_TOKEN": COMPANY}
        )

    def run(self, workflow: str, **more: Any) -> Run:
        """A run of one of our workflows on what the repository holds now."""
        self.runs += 1
        folder = self.github.folder / f"run-{self.runs}"
        return Run(self.github, self.folder, folder, self.programs, **more).do(workflow)

    def edit(self, name: str, before: str, after: str) -> None:
        """Replaces a piece of a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GitHub]:
    """An empty repository at a GitHub of its own."""
    folder = tmp_path / "github"
    folder.mkdir()
    made = GitHub(folder)
    server = serve(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `reconciler init` writes."""
    folder = tmp_path_factory.mktemp("fresh") / "flowers"
    subprocess.run([sys.executable, "-m", "reconciler", "init", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def programs(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a `reconciler` that starts at once."""
    with warm_reconciler(Path(shutil.copytree(fresh, tmp_path_factory.mktemp("warm") / "flowers"))) as folder:
        yield folder


@pytest.fixture
def shop(fresh: Path, github: GitHub, programs: Path, tmp_path: Path) -> Shop:
    """A fresh repository, at GitHub."""
    return Shop(Path(shutil.copytree(fresh, tmp_path / "flowers")), github, programs)
