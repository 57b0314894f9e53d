"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, for no one else."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

GUARDED, PASSWORD = "guarded", "sesame-open"
"""The one user who needs a password."""

_QUICK = "-c fsync=off -c full_page_writes=off -c max_wal_size=64MB -c shared_buffers=16MB"
_LANGUAGE = ("--locale-provider=icu", "--icu-locale=en-US", "--locale=C")
_WHO = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, the newest that is installed; Debian keeps it off the path."""
    found = [Path(path).resolve().parent for path in (shutil.which("pg_ctl"),) if path]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[4]))
    found += [path.parent for path in reversed(debian)]
    return next((folder for folder in found if (folder / "initdb").is_file()), None)


_WATCH = 'read -r _; "$1/pg_ctl" --pgdata="$2/files" --mode=immediate stop 2>&1; rm -rf "$2"'
"""A shell's work: whichever way the tests end, its input ends with them, and it ends the server."""


@dataclass
class Server:
    """One server. Texts sort as in a language, not by their bytes, as they do on many a real one."""

    binaries: Path
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="rc-pg-")))
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Make the server's files and start it; it answers inside, and nothing of it is left afterwards."""
        if os.geteuid() == 0:  # as which the server refuses to run
            shutil.chown(self.folder, self.user)
        command = ["sh", "-c", _WATCH, "watch", str(self.binaries), str(self.folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **self.child):
            self.run("initdb", "--username=tests", "--auth=trust", "--encoding=UTF8", "--no-sync", *_LANGUAGE)
            (self.folder / "files" / "pg_hba.conf").write_text(_WHO, encoding="utf-8")
            self.begin()
            self.sql(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'")
            yield

    def begin(self) -> None:
        """Start it again."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} {_QUICK}"
        self.run("pg_ctl", "--wait", f"--log={self.folder / 'log'}", f"--options={options}", "start")

    def stop(self) -> None:
        """Stop it as if the power had failed; its connections break."""
        self.run("pg_ctl", "--mode=immediate", "stop")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of the server's programs on its files."""
        command = [str(self.binaries / program), f"--pgdata={self.folder / 'files'}", *arguments]
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60, **self.child)

    @property
    def child(self) -> dict[str, Any]:
        """How its programs are run: quietly, in its folder, and never as root."""
        quiet: dict[str, Any] = {
            "cwd": self.folder,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }
        if os.geteuid() != 0:
            return quiet
        return {**quiet, "user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}

    @property
    def user(self) -> str:
        """Who may run it where we are root."""
        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def url(self, database: str = "postgres", user: str = "tests", **settings: str) -> str:
        """A URL as it stands in a project file."""
        named = {"host": str(self.folder), **settings}
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in named.items())
        return f"postgresql://{user}@/{database}?{query}"

    def fresh_schema(self) -> str:
        """The name of an empty schema that nobody else uses."""
        name = f"test_{next(self.numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return name

    def fresh_url(self) -> str:
        """The URL of an empty state that nobody else uses."""
        return self.url(options=f"-c search_path={self.fresh_schema()}")

    def fresh_database(self) -> str:
        """The name of an empty database that nobody else uses."""
        name = f"test_{next(self.numbers)}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def sql(self, statement: str, database: str = "postgres") -> None:
        """What an administrator does to it."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())
