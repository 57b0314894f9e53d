"""The way in: a folder of YAML to a configuration, or to every fault in it at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.config.circumstances import circumstances_of
from reconciler.config.combining import Combined, combine
from reconciler.config.configuration import Configuration
from reconciler.config.digest import digest
from reconciler.config.files import find_files
from reconciler.config.known_texts import KnownTexts
from reconciler.config.project_file import read_project_file
from reconciler.config.resource_files import ResourceFiles
from reconciler.config.sheets import read_sheets
from reconciler.errors import ConfigurationError
from reconciler.model.project import Project


def load_config(
    root: Path,
    environment: str | None = None,
    variables: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    cache: Path | None = None,
) -> Configuration:
    """The configuration in the folder `root`, the environment merged over its project.

    `variables` go before the project's own; their text is read as an unquoted YAML scalar. `texts` stand in
    for resource files, by their names: so a change is tried before it is written. In the folder `cache` is
    kept what files say, for the next load. Raises ConfigurationError with every fault of the whole
    configuration, in the order of files and lines.
    """
    with _without_collecting():
        return _load(root.resolve(), environment, variables or {}, texts or {}, cache)


def _load(
    root: Path,
    environment: str | None,
    variables: Mapping[str, str],
    texts: Mapping[str, str],
    cache: Path | None,
) -> Configuration:
    known = KnownTexts(cache)
    reading = read_project_file(root, environment, variables, known)
    found, name_faults = find_files(root)
    files = ResourceFiles(root, tuple(sorted({*found, *texts})), texts, reading.variables)
    faults = [*reading.faults, *name_faults]
    project = reading.project
    combined = _combined(files, project, known) if project is not None and not faults else None
    if project is None or combined is None:
        from reconciler.config.thorough import find_faults  # what a sound configuration never needs

        raise ConfigurationError(find_faults(files, project, faults, names_are_known=not name_faults))
    return Configuration(
        root=root,
        project=project,
        resources=combined.resources,
        moved=combined.moved,
        digest=digest(project, combined.resources, combined.moved),
        files=files.names,
        sources={name: files.source(name) for name in files.names},
    )


def _combined(files: ResourceFiles, project: Project, known: KnownTexts) -> Combined | None:
    sheets = read_sheets(files, circumstances_of(project), known)
    if sheets is None:
        return None
    known.tidy()
    return combine(files, sheets)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No search for garbage: millions of values are made, and not one circle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
