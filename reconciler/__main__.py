"""The program's way in: `reconciler`, or `python -m reconciler`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from reconciler import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; returns its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # asked by scripts before every run: not even click is worth its 60 ms
        sys.stdout.write(f"reconciler {__version__}\n")
        return 0
    from reconciler.cli.program import run

    return run(given)


if __name__ == "__main__":
    raise SystemExit(main())
