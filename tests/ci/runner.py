"""Runs the jobs of our workflow files: their shell for real, the actions that are GitHub's as stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ci.expressions import evaluate, filled
from ci.github import OURS, REPOSITORY, TOKEN, GitHub

ROOT = Path(__file__).resolve().parents[2]
STATUS = ("always()", "success()", "failure()", "cancelled()")


def load(path: Path) -> dict[str, Any]:
    """A workflow or action; every scalar is text, as it is written."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return document


@dataclass
class Run:
    """One run of one job: what GitHub knows before it begins, and what came of it."""

    github: GitHub
    repository: Path
    folder: Path
    programs: Path
    sha: str = "a" * 40
    event_name: str = "push"
    event: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    head_repository: int = OURS
    id: int = 0
    failed: bool = False
    log: str = ""
    ran: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.id or self.github.new_id()
        for name in ("work", "temp"):
            (self.folder / name).mkdir(parents=True)

    @property
    def work(self) -> Path:
        """What GitHub calls the workspace."""
        return self.folder / "work"

    @property
    def temp(self) -> Path:
        """A folder that ends with the run."""
        return self.folder / "temp"

    @property
    def summary(self) -> str:
        """What the run shows on its own page."""
        path = self.temp / "GITHUB_STEP_SUMMARY"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def do(self, workflow: str) -> Run:
        """Runs the one job of one of our workflows; returns itself."""
        document = load(ROOT / ".github" / "workflows" / workflow)
        (job,) = document["jobs"].values()
        contexts = self.contexts(_with_defaults(document["on"]["workflow_call"]["inputs"], self.inputs))
        contexts["env"] = {name: filled(value, contexts) for name, value in job["env"].items()}
        contexts["folder"] = self.work / filled(job["defaults"]["run"]["working-directory"], contexts)
        self.steps(job["steps"], contexts)
        return self

    def contexts(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What the expressions of one file may speak of."""
        functions = {
            "always": lambda: True,
            "success": lambda: not self.failed,
            "failure": lambda: self.failed,
        }
        return {
            "inputs": inputs,
            "secrets": self.secrets,
            "steps": {},
            "env": {},
            "functions": functions,
            "runner": {"temp": str(self.temp)},
            "github": {
                "event": self.event,
                "event_name": self.event_name,
                "repository": REPOSITORY,
                "run_attempt": "1",
                "run_id": str(self.id),
                "token": TOKEN,
            },
        }

    def steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any]) -> None:
        """Runs `steps` one after the other, each if its condition holds."""
        for step in steps:
            outputs: dict[str, str] = {}
            outcome = "skipped"
            if self.is_due(step, contexts):
                worked = self.step(step, contexts, outputs)
                outcome = "success" if worked else "failure"
                self.failed |= not worked and step.get("continue-on-error") != "true"
                self.ran.append(step.get("name", step.get("uses", "")))
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs, "outcome": outcome}

    def is_due(self, step: Mapping[str, Any], contexts: Mapping[str, Any]) -> bool:
        """Whether `step` runs: a condition that asks for no status holds only while nothing failed."""
        condition = step.get("if", "success()")
        met = bool(evaluate(condition, contexts))
        return met and (any(status in condition for status in STATUS) or not self.failed)

    def step(self, step: dict[str, Any], contexts: dict[str, Any], outputs: dict[str, str]) -> bool:
        """Runs one step; whether it worked."""
        if "run" in step:
            return self.shell(step, contexts, outputs)
        given = {name: filled(value, contexts) for name, value in step.get("with", {}).items()}
        name = step["uses"].partition("@")[0]
        if name in STAND_INS:
            return STAND_INS[name](self, given)
        return self.composite(ROOT / name.removeprefix("$/"), given, contexts, outputs)

    def composite(
        self, folder: Path, given: dict[str, str], outer: dict[str, Any], outputs: dict[str, str]
    ) -> bool:
        """Runs an action of ours."""
        action = load(folder / "action.yml")
        assert set(given) <= set(action.get("inputs", {})), f"{folder.name} takes no {given}"
        contexts = self.contexts(_with_defaults(action.get("inputs", {}), given))
        contexts |= {"folder": self.work, "env": {**outer["env"], "GITHUB_ACTION_PATH": str(folder)}}
        before, self.failed = self.failed, False
        self.steps(action["runs"]["steps"], contexts)
        worked, self.failed = not self.failed, before
        for name, output in action.get("outputs", {}).items():
            outputs[name] = filled(output["value"], contexts)
        return worked

    def shell(self, step: dict[str, Any], contexts: dict[str, Any], outputs: dict[str, str]) -> bool:
        """Runs a step's script as GitHub does."""
        script, output = self.temp / "script.sh", self.temp / "GITHUB_OUTPUT"
        assert "${{" not in step["run"], "an expression in a script can be an injection"
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("", encoding="utf-8")
        own = {name: filled(value, contexts) for name, value in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=contexts["folder"],
            env=self.environment() | contexts["env"] | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        self.log += ended.stdout
        for line in output.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            outputs[name] = value
        return ended.returncode == 0

    def environment(self) -> dict[str, str]:
        """What GitHub sets for every step, and of this machine only what a program needs."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_OUTPUT": str(self.temp / "GITHUB_OUTPUT"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": str(self.id),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.sha,
            "GITHUB_STEP_SUMMARY": str(self.temp / "GITHUB_STEP_SUMMARY"),
            "HOME": str(self.temp),
            "PATH": os.pathsep.join(
                [str(self.programs), str(Path(sys.executable).parent), os.environ["PATH"]]
            ),
            "PYTHONDONTWRITEBYTECODE": "1",
            "RUNNER_TEMP": str(self.temp),
        }


def _with_defaults(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The inputs, those that are not given as they are declared, and booleans as such."""
    values = {name: given.get(name, each.get("default", "")) for name, each in declared.items()}
    return {
        name: value == "true" if declared[name].get("type") == "boolean" else value
        for name, value in values.items()
    }


def _checkout(run: Run, given: dict[str, str]) -> bool:
    assert given == {"persist-credentials": "false"}
    kept = shutil.ignore_patterns(".reconciler")
    shutil.copytree(run.repository, run.work, ignore=kept, dirs_exist_ok=True)
    return True


def _restore(run: Run, given: dict[str, str]) -> bool:
    keys = [key for key in run.github.caches if key.startswith(given.get("restore-keys", given["key"]))]
    if keys:
        shutil.copytree(run.github.caches[keys[-1]], run.work / given["path"])
    return True


def _save(run: Run, given: dict[str, str]) -> bool:
    assert given["key"] not in run.github.caches, "a cache is never written twice"
    if not (run.work / given["path"]).exists():
        return True
    place = run.github.folder / f"cache-{len(run.github.caches)}"
    shutil.copytree(run.work / given["path"], place)
    run.github.caches[given["key"]] = place
    return True


def _upload(run: Run, given: dict[str, str]) -> bool:
    head = run.event.get("pull_request", {}).get("head", {}).get("sha", run.sha)
    run.github.keep(given["name"], Path(given["path"]), run=run.id, head=head, repository=run.head_repository)
    return True


def _download(run: Run, given: dict[str, str]) -> bool:
    assert given["merge-multiple"] == "true", "else the files are in a folder of the artifact's name"
    shutil.copytree(run.github.folder / given["artifact-ids"], given["path"])
    return True


STAND_INS: dict[str, Callable[[Run, dict[str, str]], bool]] = {
    "actions/checkout": _checkout,
    "actions/cache/restore": _restore,
    "actions/cache/save": _save,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "$/.github/actions/setup": lambda run, given: True,
}
