"""Validates repositories, each in a child of its own with bounded memory and time, and tells how each ended.

Forking from one process that has imported everything costs a hundredth of starting Python for each.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from reconciler.__main__ import main

MOST_ADDRESSES = 900_000_000
"""Bytes of address space, of which a good third is the interpreter and its libraries."""

MOST_CPU = 20
"""Seconds after which a child is killed: ten times what the slowest needs where nothing else runs."""


def validate(folder: Path) -> dict[str, object]:
    """How `reconciler validate` ended: `code`, `resident` bytes at most, and what it said in `err`."""
    child = os.fork()
    if child == 0:
        _validate_here(folder)
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "resident": usage.ru_maxrss * 1024,
        "err": (folder / "err").read_text(encoding="utf-8"),
    }


def _validate_here(folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU, MOST_CPU))
    with (folder / "err").open("wb", buffering=0) as err:
        os.dup2(err.fileno(), 1)
        os.dup2(err.fileno(), 2)
        os._exit(main(["-C", str(folder), "validate"]))


if __name__ == "__main__":
    import reconciler.cli.commands.validate
    import reconciler.config.template
    import reconciler.config.wording

    assert reconciler.config.wording  # what a fault needs is imported once, here
    json.dump({name: validate(Path(name)) for name in sys.argv[1:]}, sys.stdout)
