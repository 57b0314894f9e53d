"""`reconciler init`: a new configuration repository."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import ReconcilerError, UsageError

SCAFFOLD = Path(__file__).parent.parent / "scaffold"
FILES = {
    "reconciler.yaml": "reconciler.yaml",
    "seed.yaml": "seed.yaml",
    "config/customers.yaml": "config/customers.yaml",
    "config/purchase_orders.yaml": "config/purchase_orders.yaml",
    "config/reservations.yaml": "config/reservations.yaml",
    ".github/workflows/plan.yml": "workflows/plan.yml",
    ".github/workflows/apply.yml": "workflows/apply.yml",
    ".github/workflows/drift.yml": "workflows/drift.yml",
    ".gitignore": "gitignore",
    "README.md": "README.md",
}
"""The files of a new repository, each with the one it is made from."""

OUTPUTS = ("plan", "verify", "coverage", "handover", "doctor", "drift", "log", "notification")
"""Schemas of what is printed: an editor needs those of what is written."""

LONGEST_NAME = 20

NOBODY = "OWNER"
"""Stands in the workflows until somebody writes their own account there."""


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", required=False, default=".")
@click.option(
    "--owner",
    default=NOBODY,
    metavar="ACCOUNT",
    callback=lambda _context, _option, value: _account(value),
    help="The account on GitHub that your copy of reconciler is in, for the workflows.",
)
@pass_settings
def command(settings: Settings, folder: str, owner: str) -> int:
    """Make a new configuration repository in DIR.

    It plans at once on a simulated account. No file is ever overwritten.
    """
    root = settings.path(folder)
    wanted = {**_written(_project_name(root), owner), **_schemas()}
    existing = [name for name in wanted if (root / name).exists() or (root / name).is_symlink()]
    if existing:
        raise UsageError(f"nothing was written, since these are there already: {', '.join(existing)}")
    try:
        for name, text in wanted.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReconcilerError(f"{root} cannot be written to: {error.strerror}") from None
    _tell(settings, root, list(wanted))
    return 0


def _account(name: str) -> str:
    """The name of an account as GitHub allows it."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", name):
        raise click.BadParameter(f"{name!r} is no account of GitHub: write its name alone, such as 'acme'")
    return name


def _project_name(root: Path) -> str:
    """A name for the project, made from the folder's."""
    words = re.sub(r"[^a-z0-9]+", "-", root.resolve().name.lower())
    return words.strip("-")[:LONGEST_NAME].strip("-") or "komet"


def _written(project: str, owner: str) -> dict[str, str]:
    return {
        name: (SCAFFOLD / source)
        .read_text(encoding="utf-8")
        .replace("PROJECT", project)
        .replace("VERSION", __version__)
        .replace(f"{NOBODY}/", f"{owner}/")
        for name, source in FILES.items()
    }


def _schemas() -> dict[str, str]:
    """The schemas, so that an editor works without a network and without this program."""
    from reconciler.kinds.schema import schema_folder

    return {
        f".schemas/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted(schema_folder().glob("*.schema.json"))
        if path.name.removesuffix(".schema.json") not in OUTPUTS
    }


def _tell(settings: Settings, root: Path, names: list[str]) -> None:
    steps = ["export KOMET_COMPANY_TOKEN=simulator-company", "reconciler plan", "reconciler apply"]
    if root.resolve() != Path.cwd():
        steps = [f"cd {shlex.quote(str(root))}", *steps]
    if settings.json:
        screen.put_json({"folder": str(root), "files": list(names), "next": list(steps)})
        return
    screen.put(f"A configuration repository was made in {root.resolve()}:")
    for name in FILES:
        screen.put(f"  {name}")
    screen.put("  .schemas/ (for your editor)")
    screen.put("\nIt plans at once on a simulated Komet account. Next:")
    for step in steps:
        screen.put(f"  {step}")
