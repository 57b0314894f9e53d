"""The program's way in: `reconciler`, or `python -m reconciler`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from reconciler import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; returns its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # asked by scripts before every run: not even click is worth its 60 ms
        sys.stdout.write(f"reconciler {__version__}\n")
        return 0
    from reconciler.cli.program import run

    return run(given)


def main_and_end(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command line, and is the process's end: a hundred thousand resources are not taken apart value
    by value when the system takes all of them back at once."""
    code = main(arguments)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more, or nobody ever did
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main_and_end()
