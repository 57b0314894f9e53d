"""The project's name alone, also of a configuration that is not valid."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.config.files import PROJECT_FILE, FileFault, read_source
from reconciler.config.yaml_document import read_document

_NAME = re.compile(r"[a-z0-9-]{1,20}")


def read_project_name(root: Path) -> str | None:
    """What the project file at `root` calls the project; None where that cannot be read or is no name."""
    try:
        document = read_document(read_source(root.resolve(), PROJECT_FILE))
    except FileFault:
        return None
    written = document.value if document.is_whole else None
    name = written.get("project") if isinstance(written, dict) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None
