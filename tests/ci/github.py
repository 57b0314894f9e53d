"""A stand-in for GitHub on this machine: its API over HTTP, and the artifacts and caches of its runs."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "shop/flowers"
OURS, FORK = 7, 8
"""Ids of the repository and of a fork of it."""

TOKEN = "token-of-the-run"
BOT = {"login": "github-actions[bot]", "type": "Bot"}


@dataclass
class GitHub:
    """One repository. `calls` are those that wrote, `strays` those that were not about it; `failing` is the
    status that every call is answered with."""

    folder: Path
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    caches: dict[str, Path] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    failing: int = 0
    url: str = ""
    last: int = 100

    def new_id(self) -> int:
        """A number that nothing has yet."""
        self.last += 1
        return self.last

    def comment(self, number: int, body: str, **more: Any) -> dict[str, Any]:
        """A comment that is there."""
        made = {"id": self.new_id(), "body": body, "user": BOT, **more}
        self.comments.setdefault(number, []).append(made)
        return made

    def merge(self, number: int, *, head: str, merged: str) -> None:
        """Notes that pull request `number`, whose last commit is `head`, was merged as `merged`."""
        self.pulls.append(
            {"number": number, "merged_at": "now", "merge_commit_sha": merged, "head": {"sha": head}}
        )

    def keep(self, name: str, path: Path, *, run: int, head: str, repository: int = OURS) -> None:
        """An artifact of a run."""
        made = self.new_id()
        shutil.copytree(path, self.folder / str(made))
        self.artifacts.append(
            {
                "id": made,
                "name": name,
                "expired": False,
                "workflow_run": {
                    "id": run,
                    "head_sha": head,
                    "repository_id": OURS,
                    "head_repository_id": repository,
                },
            }
        )

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """The answer to a call about the repository."""
        if self.failing:
            return self.failing, {"message": "no"}
        if method != "GET":
            self.calls.append((method, path))
        for pattern, does in _ROUTES.items():
            wanted, _, route = pattern.partition(" ")
            if wanted == method and (found := re.fullmatch(route, path)):
                answer = does(self, query, body, *found.groups())
                return (404, {}) if answer is None else (200, answer)
        return 404, {}


def _page(listed: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return listed[(page - 1) * size : page * size]


def _list_comments(github: GitHub, query: dict[str, str], body: Any, number: str) -> Any:
    return _page(github.comments.get(int(number), []), query)


def _add_comment(github: GitHub, query: dict[str, str], body: Any, number: str) -> Any:
    return github.comment(int(number), body["body"])


def _edit_comment(github: GitHub, query: dict[str, str], body: Any, id: str) -> Any:
    found = next(each for thread in github.comments.values() for each in thread if each["id"] == int(id))
    found.update(body)
    return found


def _list_issues(github: GitHub, query: dict[str, str], body: Any) -> Any:
    open_ones = [each for each in github.issues if each["state"] == query["state"]]
    return _page([each for each in open_ones if query["labels"] in each["labels"]], query)


def _add_issue(github: GitHub, query: dict[str, str], body: Any) -> Any:
    github.issues.append({"number": github.new_id(), "state": "open", "user": BOT, **body})
    return github.issues[-1]


def _edit_issue(github: GitHub, query: dict[str, str], body: Any, number: str) -> Any:
    found = next(each for each in github.issues if each["number"] == int(number))
    found.update(body)
    return found


def _pulls_of(github: GitHub, query: dict[str, str], body: Any, sha: str) -> Any:
    return _page(
        [each for each in github.pulls if sha in (each["merge_commit_sha"], each["head"]["sha"])], query
    )


def _list_artifacts(github: GitHub, query: dict[str, str], body: Any, run: str = "") -> Any:
    named = [each for each in github.artifacts if each["name"] == query["name"]]
    of_run = [each for each in named if not run or each["workflow_run"]["id"] == int(run)]
    return {"total_count": len(of_run), "artifacts": _page(of_run, query)}


_ROUTES: dict[str, Callable[..., Any]] = {
    r"GET issues/(\d+)/comments": _list_comments,
    r"POST issues/(\d+)/comments": _add_comment,
    r"PATCH issues/comments/(\d+)": _edit_comment,
    r"GET issues": _list_issues,
    r"POST issues": _add_issue,
    r"PATCH issues/(\d+)": _edit_issue,
    r"GET commits/(\w+)/pulls": _pulls_of,
    r"GET actions/artifacts": _list_artifacts,
    r"GET actions/runs/(\d+)/artifacts": lambda github, query, body, run: _list_artifacts(
        github, query, body, run
    ),
}


def serve(github: GitHub) -> ThreadingHTTPServer:
    """A server for `github` on a free port of this machine, already answering; `shutdown` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            split = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            path = split.path.removeprefix(f"/repos/{REPOSITORY}/")
            if path == split.path:
                github.strays.append(path)
            is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, answer = github.answer(self.command, path, query, body) if is_known else (401, {})
            text = json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{github.url}/elsewhere")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server
