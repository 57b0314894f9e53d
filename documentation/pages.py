"""The pages of docs/ that follow from schemas and from the program: `make pages` writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from assumption_page import assumptions_page
from command_pages import commands_page, exit_codes_page
from format_pages import plan_page, results_page, seed_page
from guard_page import guards_page
from key_pages import KINDS, page_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTE = "<!-- Written by `make pages`: not to be edited here. -->\n\n"
PAGES: Mapping[str, Callable[[], str]] = {
    "reference/project.md": partial(page_of, "project"),
    **{f"reference/{kind}.md": partial(page_of, kind) for kind in KINDS},
    "reference/commands.md": commands_page,
    "reference/exit-codes.md": exit_codes_page,
    "reference/guards.md": guards_page,
    "reference/plan-json.md": plan_page,
    "reference/other-json.md": results_page,
    "reference/simulated-account.md": seed_page,
    "assumptions.md": assumptions_page,
}
"""The generated pages by their paths below `docs/`."""


def page(path: str) -> str:
    """The page that belongs at `path`."""
    return NOTE + PAGES[path]().rstrip("\n") + "\n"


def write_pages() -> None:
    """Writes every page to its place."""
    for path in PAGES:
        (DOCS / path).write_text(page(path), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_pages()
