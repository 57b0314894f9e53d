"""Everything that a load gives, as text that tells any two types apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as Folder

from reconciler.config.configuration import Configuration
from reconciler.config.load import load_config
from reconciler.config.resource_files import ResourceFiles
from reconciler.config.thorough import find_faults
from reconciler.errors import ConfigurationError
from reconciler.model.value import Path, Value
from reconciler.report.diagnostics import render_diagnostics


def outcome(root: Folder, cache: Folder | None = None, environment: str | None = None) -> str:
    """The configuration with the place of every value, or every fault.

    Without a cache it is also held to the long way, which finds no fault in what the short one has passed.
    """
    try:
        configuration = load_config(root, environment, cache=cache)
    except ConfigurationError as error:
        return f"{render_diagnostics(error.diagnostics)}\n{error.diagnostics!r}"
    if cache is None:
        files = ResourceFiles(root, configuration.files, {}, configuration.project.variables)
        assert find_faults(files, configuration.project, [], names_are_known=True) == []
    return "\n".join(_lines(configuration))


def _lines(configuration: Configuration) -> Iterator[str]:
    yield f"{configuration.digest} {configuration.files} {configuration.moved} {configuration.project!r}"
    for address, resource in configuration.resources.items():
        yield f"{address!r} {resource.address == address} {resource.origin} {resource.digest}"
        for path, value in _values(resource.attributes, ()):
            yield f"{path} {value!r} {configuration.locate(address, path)}"


def _values(value: Value, path: Path) -> Iterator[tuple[Path, Value]]:
    if isinstance(value, Mapping):
        yield path, [*value]
        for key, inner in value.items():
            yield from _values(inner, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, inner in enumerate(value):
            yield from _values(inner, (*path, place))
    else:
        yield path, value
