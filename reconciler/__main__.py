"""The program's way in: `reconciler`, or `python -m reconciler`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from reconciler.cli.program import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line; returns its exit code."""
    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    raise SystemExit(main())
