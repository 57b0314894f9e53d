"""Who applies, when and from which commit, as history will tell it."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from reconciler.workflow import RunIdentity

_AUTHORS = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR", "BITBUCKET_STEP_TRIGGERER_UUID")
_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA")


def new_identity(root: Path, environ: Mapping[str, str]) -> RunIdentity:
    """The identity of a run that begins now in the repository at `root`."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    user = _user()
    return RunIdentity(
        run=f"{moment}-{secrets.token_hex(3)}",
        holder=f"{user}@{socket.gethostname()} pid {os.getpid()}",
        author=_first(environ, _AUTHORS) or user,
        commit=_commit(root) or _first(environ, _COMMITS),
    )


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def _commit(root: Path) -> str | None:
    """The commit that is checked out, if this is a git repository and git is at hand."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--verify", "--quiet", "HEAD"],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None
