"""The script that talks to GitHub, where GitHub or somebody at it is not kind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci.github import REPOSITORY, TOKEN, GitHub
from ci.runner import ROOT

SCRIPT = ROOT / ".github" / "actions" / "github.py"
MARKER = "<!-- reconciler:flowers:staging -->"


def tell(github: GitHub, task: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the script with nothing but what an action gives it."""
    output = github.folder / "output"
    environment = {
        "GH_TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ID": "9",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": "a" * 40,
        "PATH": os.environ["PATH"],
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), task],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def report(folder: Path, text: str) -> str:
    """A file that holds `text`; its path."""
    path = folder / "report.md"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_person_cannot_lend_us_a_comment(github: GitHub) -> None:
    """One that begins with our marker and is a person's stays that person's, who could edit it later."""
    theirs = github.comment(5, f"{MARKER}\nlooks good", user={"login": "eve", "type": "User"})
    other = github.comment(5, "<!-- reconciler:flowers: -->\nanother environment")
    ended = tell(github, "comment", NUMBER="5", FILE=report(github.folder, f"{MARKER}\nours\n"))
    assert ended.returncode == 0, ended.stdout
    assert [each["body"] for each in (theirs, other)] == [
        f"{MARKER}\nlooks good",
        "<!-- reconciler:flowers: -->\nanother environment",
    ]
    assert github.comments[5][2]["body"] == f"{MARKER}\nours\n"


def test_the_same_again_is_no_call(github: GitHub) -> None:
    """A comment that says what it should is left alone."""
    file = report(github.folder, f"{MARKER}\nours\n")
    for _ in range(2):
        tell(github, "comment", NUMBER="5", FILE=file)
    assert github.calls == [("POST", "issues/5/comments")]


def test_a_long_report_is_cut(github: GitHub) -> None:
    """At a line, below GitHub's limit in bytes and characters, with the way to the rest."""
    lines = "".join(f"{place} «roses» ✓ 🌹\n" for place in range(9000))
    tell(github, "comment", NUMBER="5", FILE=report(github.folder, f"{MARKER}\n{lines}"))
    (made,) = github.comments[5]
    assert len(made["body"].encode()) <= 65_000
    assert made["body"].endswith(
        "🌹\n\nToo long for GitHub; cut here. https://github.com/shop/flowers/actions/runs/9"
    )


def test_drift_is_no_markdown(github: GitHub) -> None:
    """What comes from Komet stands in a fence that it cannot end, so that it mentions and links nobody."""
    text = "a customer called ````\n@everyone <img src=x>\n"
    tell(github, "issue", DRIFTED="true", NAME="staging", FILE=report(github.folder, text))
    (issue,) = github.issues
    assert f"`````text\n{text}`````" in issue["body"]
    assert issue["title"] == "Drift in Komet (staging)"


def test_each_environment_has_its_issue(github: GitHub) -> None:
    """What ends in one is not what another is about; pull requests with the label are none."""
    file = report(github.folder, "moved\n")
    for name in ("staging", "production"):
        tell(github, "issue", DRIFTED="true", NAME=name, FILE=file)
    tell(github, "issue", DRIFTED="false", NAME="staging", FILE=file)
    assert [each["state"] for each in github.issues] == ["closed", "open"]


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_refusal_is_said(github: GitHub, status: int) -> None:
    """Ends with 1 and a line that GitHub shows; a redirect is not followed, and the token is in no output."""
    github.failing = status
    ended = tell(github, "comment", NUMBER="5", FILE=report(github.folder, f"{MARKER}\nours\n"))
    assert ended.returncode == 1
    assert ended.stdout.startswith(
        f"::error title=reconciler::GET issues/5/comments: GitHub answered {status}"
    )
    assert TOKEN not in ended.stdout + ended.stderr
    assert not ended.stderr
    assert not github.strays


def test_only_reports_are_posted(github: GitHub) -> None:
    """A file that does not begin with the marker is refused before a call."""
    ended = tell(github, "comment", NUMBER="5", FILE=report(github.folder, "KOMET_COMPANY_TOKEN=x\n"))
    assert ended.returncode == 1
    assert not github.comments


def test_no_server_is_an_error(github: GitHub) -> None:
    """In words, without a traceback."""
    file = report(github.folder, f"{MARKER}\nours\n")
    ended = tell(github, "comment", NUMBER="5", FILE=file, GITHUB_API_URL="http://127.0.0.1:1")
    assert ended.returncode == 1
    assert "no usable answer from GitHub" in ended.stdout
    assert not ended.stderr
