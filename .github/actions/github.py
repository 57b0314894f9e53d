"""Tells GitHub what reconciler found: one comment on a pull request, one issue, or where a reviewed plan is.

Standard library only, so that nothing is fetched to talk to GitHub. All that it needs stands in the
environment: what GitHub Actions sets, GH_TOKEN, and what the actions beside this file pass.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener

LIMIT = 65_000
"""Bytes of a body, and so characters too: GitHub refuses more than 65,536 characters."""

SECONDS = 30
PAGE = 100
LABEL = "reconciler-drift"
MARKER = re.compile(r"<!-- reconciler:[A-Za-z0-9_.:-]* -->")


class Refused(Exception):
    """GitHub did not do what it was asked, in words for a person."""


def keep_comment() -> None:
    """The comment of pull request NUMBER with the marker of FILE says what FILE says; made if there is none.

    MARK tells several comments of one project apart.
    """
    marker, text = _marked(Path(_env("FILE")).read_text(encoding="utf-8"), _env("MARK"))
    thread = f"issues/{int(_env('NUMBER'))}/comments"
    found = next((each for each in _pages(thread) if _is_ours(each, marker)), None)
    if found is None:
        _call("POST", thread, {"body": text})
    elif found["body"] != text:
        _call("PATCH", f"issues/comments/{found['id']}", {"body": text})


def keep_issue() -> None:
    """While DRIFTED is `true` one open issue tells what FILE says; else it is closed.

    NAME tells the environments of one repository apart.
    """
    name = _env("NAME")
    marker = f"<!-- reconciler:drift:{re.sub(r'[^A-Za-z0-9_.-]', '', name)} -->"
    listed = _pages(f"issues?state=open&labels={quote(LABEL)}")
    found = next((each for each in listed if "pull_request" not in each and _is_ours(each, marker)), None)
    if _env("DRIFTED") != "true":
        if found is not None:
            _call("POST", f"issues/{found['number']}/comments", {"body": f"The drift is gone.\n\n{_run()}"})
            _call("PATCH", f"issues/{found['number']}", {"state": "closed", "state_reason": "completed"})
        return
    text = _fenced(Path(_env("FILE")).read_text(encoding="utf-8"))
    body = f"{marker}\nKomet is no longer as the last apply left it.\n\n{text}\n\n{_run()}"
    if found is None:
        title = f"Drift in Komet{f' ({name})' if name else ''}"
        _call("POST", "issues", {"title": title, "body": body, "labels": [LABEL]})
    else:
        _call("PATCH", f"issues/{found['number']}", {"body": body})


def find_reviewed() -> None:
    """Outputs `artifact`, `run` and `pull`: the plan called NAME that was shown before this was merged.

    It is the newest that a run of this repository, and not of a fork, made for the last commit of the pull
    request that was merged as GITHUB_SHA; or that of RUN, if somebody names a run. They are empty where there
    is none.
    """
    name, run = _env("NAME"), _env("RUN")
    if run:
        pull, listed = None, _pages(f"actions/runs/{int(run)}/artifacts?name={quote(name)}", "artifacts")
    else:
        pull = _merged_pull(os.environ["GITHUB_SHA"])
        if pull is None:
            return _output(pull="", artifact="", run="")
        listed = _pages(f"actions/artifacts?name={quote(name)}", "artifacts")
    plans = [each for each in listed if _is_reviewed(each, name, pull)]
    newest = max(plans, key=lambda each: int(each["id"]), default=None)
    return _output(
        pull=str(pull["number"]) if pull else "",
        artifact=str(newest["id"]) if newest else "",
        run=str(newest["workflow_run"]["id"]) if newest else "",
    )


def _merged_pull(sha: str) -> Any | None:
    """The pull request whose merging made the commit `sha`."""
    pulls = _pages(f"commits/{quote(sha)}/pulls")
    return next((each for each in pulls if each["merged_at"] and each["merge_commit_sha"] == sha), None)


def _is_reviewed(artifact: Any, name: str, pull: Any | None) -> bool:
    """Whether the plan is this repository's own, and of the commit that was merged.

    A pull request of a fork may give an artifact any name: it is told by the repository that it comes from.
    """
    run = artifact["workflow_run"]
    return (
        artifact["name"] == name
        and not artifact["expired"]
        and run["head_repository_id"] == run["repository_id"]
        and (pull is None or run["head_sha"] == pull["head"]["sha"])
    )


def _is_ours(post: Any, marker: str) -> bool:
    """Whether a bot wrote it: a person may begin a comment with the marker too."""
    return post["user"]["type"] == "Bot" and str(post["body"] or "").startswith(marker)


def _marked(text: str, mark: str) -> tuple[str, str]:
    """The marker of `text` with `mark` in it, and the text with that marker, cut where it is too long."""
    first, _, rest = text.partition("\n")
    if not MARKER.fullmatch(first):
        raise Refused("the report does not begin with a marker: it is none of reconciler's")
    marker = first.replace(" -->", f":{mark} -->") if mark else first
    return marker, _cut(f"{marker}\n{rest}")


def _fenced(text: str) -> str:
    """`text` so that nothing in it is Markdown: in a fence longer than any run of backticks in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}text\n{_cut(text.rstrip())}\n{fence}"


def _cut(text: str) -> str:
    """`text` in at most `LIMIT` bytes, whole lines of it, and a word where the rest is."""
    if len(text.encode()) <= LIMIT:
        return text
    note = f"\n\nToo long for GitHub; cut here. {_run()}"
    room = LIMIT - len(note.encode())
    return text.encode()[:room].decode(errors="ignore").rpartition("\n")[0] + note


def _run() -> str:
    server, repository, run = (
        os.environ[f"GITHUB_{name}"] for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}"


def _pages(path: str, member: str = "") -> Iterator[Any]:
    """Every element of a list, page by page; `member` holds it where the answer is an object."""
    page, sign = 1, "&" if "?" in path else "?"
    while True:
        answer = _call("GET", f"{path}{sign}per_page={PAGE}&page={page}")
        listed = answer[member] if member else answer
        yield from listed
        if len(listed) < PAGE:
            return
        page += 1


class _Staying(HTTPRedirectHandler):
    """Follows no redirect: the token is for one server."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """One call about this repository; `Refused` when it is not answered as it should be."""
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    request = Request(url, json.dumps(body).encode() if body is not None else None, method=method)
    request.add_header("Accept", "application/vnd.github+json")
    request.add_header("Authorization", f"Bearer {os.environ['GH_TOKEN']}")
    request.add_header("Content-Type", "application/json")
    request.add_header("User-Agent", "komet-reconciler")
    request.add_header("X-GitHub-Api-Version", "2022-11-28")
    what = f"{method} {path.partition('?')[0]}"
    try:
        with build_opener(_Staying).open(request, timeout=SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Refused(f"{what}: GitHub answered {error.code} {error.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(f"{what}: no usable answer from GitHub ({error})") from None


def _output(**values: str) -> None:
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _env(name: str) -> str:
    return os.environ.get(name, "")


def main(arguments: list[str]) -> int:
    """Does what the one argument names. 1, with words that GitHub shows on the run, when it cannot."""
    tasks = {"comment": keep_comment, "issue": keep_issue, "reviewed": find_reviewed}
    try:
        tasks[arguments[0]]()
    except Refused as error:
        sys.stdout.write(f"::error title=reconciler::{' '.join(str(error).split())}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
