"""The command line as a program that starts at once: forked from a process that has imported everything.

A job runs `reconciler` several times, and most of each is Python importing. Each call is a process of its
own, with its own arguments, folder, environment and outputs, and ends with an exit code like the real one.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENT = """\
#!{python} -IS
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({place!r})
    fds = array.array("i", [0, 1, 2])
    line.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    line.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    line.shutdown(socket.SHUT_WR)
    code = line.recv(8)
raise SystemExit(int(code))
"""


@contextmanager
def warm_reconciler(repository: Path) -> Iterator[Path]:
    """The folder of a `reconciler` that starts at once; `repository` is one to import everything for."""
    with tempfile.TemporaryDirectory(prefix="warm") as name:
        place = str(Path(name) / "line")
        client = Path(name) / "reconciler"
        client.write_text(CLIENT.format(python=sys.executable, place=place), encoding="utf-8")
        client.chmod(0o755)
        server = subprocess.Popen(
            [sys.executable, __file__, place, str(repository)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield Path(name)
        finally:
            server.kill()
            server.communicate()


def _serve(place: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = listener.accept()
            with line:
                _answer(line)


def _answer(line: socket.socket) -> None:
    """Runs one command in a child and tells its exit code."""
    fds = array("i")
    _, ancillary, _, _ = line.recvmsg(1, socket.CMSG_SPACE(3 * fds.itemsize))
    fds.frombytes(ancillary[0][2])
    arguments, folder, environment = json.loads(b"".join(iter(lambda: line.recv(65536), b"")))
    child = os.fork()
    if child == 0:
        _become(list(fds), folder, environment, arguments)
    for fd in fds:
        os.close(fd)
    line.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _become(fds: list[int], folder: str, environment: dict[str, str], arguments: list[str]) -> None:
    from reconciler.__main__ import main

    code = 1
    try:
        for place, fd in enumerate(fds):
            os.dup2(fd, place)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(place, "rww"[place], encoding="utf-8") for place in range(3)
        )
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        code = main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    from reconciler.__main__ import main as command

    os.environ["KOMET_COMPANY_TOKEN"] = "simulator-company"
    out, sys.stdout = sys.stdout, sys.stderr
    reports = [f"--report={form}={sys.argv[2]}/.warm.{form}" for form in ("markdown", "html")]
    command(["-C", sys.argv[2], "apply", "--yes", *reports])
    command(["-C", sys.argv[2], "plan", "--out", f"{sys.argv[2]}/.warm.plan", *reports])
    command(["-C", sys.argv[2], "drift"])
    sys.stdout = out
    _serve(sys.argv[1])
