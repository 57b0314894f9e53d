"""Finding the configuration repository that a folder belongs to."""

from __future__ import annotations

from pathlib import Path

from reconciler.config.files import PROJECT_FILE
from reconciler.errors import UsageError

CACHE = Path(".reconciler", "cache")
"""Below a repository, the folder of what need not be worked out again: it may be taken away at any time."""


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `reconciler.yaml`; UsageError when there is none."""
    first = start.resolve()
    if not first.is_dir():
        raise UsageError(f"there is no folder {start}")
    for folder in (first, *first.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise UsageError(
        f"no {PROJECT_FILE} in {first} or above it. Run this inside a configuration repository, "
        "name one with -C DIR, or make one with `reconciler init`"
    )
