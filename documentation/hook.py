"""What MkDocs calls while it builds: the generated pages come in here, and never into git."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assumption_page import assumptions_page
from case_pages import cases_page
from command_pages import commands_page, exit_codes_page
from format_pages import plan_page, results_page, seed_page
from guard_page import guards_page
from key_pages import KINDS, page_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PAGES: Mapping[str, Callable[[], str]] = {
    "reference/project.md": lambda: page_of("project"),
    **{f"reference/{kind}.md": lambda kind=kind: page_of(kind) for kind in KINDS},  # type: ignore[misc]
    "reference/commands.md": commands_page,
    "reference/exit-codes.md": exit_codes_page,
    "reference/guards.md": guards_page,
    "reference/plan-json.md": plan_page,
    "reference/other-json.md": results_page,
    "reference/simulated-account.md": seed_page,
    "reference/cases.md": cases_page,
    "assumptions.md": assumptions_page,
}
"""The generated pages by their paths below `docs/`."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the generated pages to those that are written."""
    for path, make in PAGES.items():
        files.append(File.generated(config, path, content=make()))
    return files
