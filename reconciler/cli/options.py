"""The options that planning and applying share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from reconciler.cli.completing import addresses

F = TypeVar("F", bound=Callable[..., Any])

MOST_PARALLEL = 16

allow = click.option(
    "--allow",
    "allow",
    multiple=True,
    metavar="GUARD",
    help="Let through what this guard refuses, as `max_deletes` or `protected:ADDRESS`; may be repeated.",
)
target = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=addresses,
    help="Only this and what it depends on; `*` stands for anything; may be repeated.",
)
exclude = click.option(
    "--exclude",
    "excludes",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=addresses,
    help="Not this and what depends on it; may be repeated.",
)
parallel = click.option(
    "--parallel",
    type=click.IntRange(1, MOST_PARALLEL),
    default=4,
    show_default=True,
    metavar="N",
    help="Reads that may be under way at a time.",
)


def selecting(command: F) -> F:
    """`--allow`, `--target`, `--exclude` and `--parallel`, in this order."""
    for option in (parallel, exclude, target, allow):
        command = option(command)
    return command
