"""The reconciler with Komet's answers in local files: `python -P from_files.py FOLDER ARGUMENTS...`.

So a plan is measured without a network and without its client. With `--ask` before FOLDER the account is
asked, and each answer is kept there. It imports nothing of the benchmarks: the Python that runs it has the
reconciler alone."""

from __future__ import annotations

import importlib
import json
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

CLIENT = "reconciler.komet.client"


class Kept:
    """A wire to the answers in `folder`; what is not there is asked of `asked`, and kept."""

    def __init__(self, folder: Path, asked: Any = None) -> None:
        from reconciler.komet.exchange import Received

        self.host = "local files"
        self._folder = folder
        self._asked = asked
        self._received = Received

    def size(self, request: Any) -> int:
        """The bytes that Komet would count, but for the token."""
        return len(request.query) + len(request.body or "")

    def send(self, request: Any, seconds: float) -> Any:
        """The answer that is kept; a KeyError names what nobody has asked before."""
        said = f"{request.verb} {request.path}?{request.query} {request.body or ''}"
        path = self._folder / sha256(said.encode()).hexdigest()
        if self._asked is not None:
            received = self._asked.send(request, seconds)
            path.write_bytes(
                json.dumps([received.code, dict(received.headers)]).encode() + b"\n" + received.body
            )
            return received
        if not path.exists():
            raise KeyError(said)
        with path.open("rb") as kept:
            code, headers = json.loads(kept.readline())
            return self._received(code, headers, kept.read())

    def close(self) -> None:
        """Lets go of the account, where there is one."""
        if self._asked is not None:
            self._asked.close()


def main() -> None:
    is_asking = sys.argv[1] == "--ask"
    folder, *arguments = sys.argv[2:] if is_asking else sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    if is_asking:
        client: Any = importlib.import_module(CLIENT)
        open_wire = client.network_wire
        client.network_wire = lambda *where, **how: Kept(Path(folder), open_wire(*where, **how))
    else:
        client = ModuleType(CLIENT)
        client.network_wire = lambda *where, **how: Kept(Path(folder))
        sys.modules[CLIENT] = client
    from reconciler.__main__ import main_and_end

    main_and_end(arguments)


if __name__ == "__main__":
    main()
