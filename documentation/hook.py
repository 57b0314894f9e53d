"""What MkDocs calls while it builds: the case book, as long as all others together, comes in here alone."""

from __future__ import annotations

from case_pages import cases_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the case book to the pages that are in git."""
    files.append(File.generated(config, "reference/cases.md", content=cases_page()))
    return files
