"""What a configuration says once everything was merged, each value with the place it comes from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.config.configuration import Configuration
from reconciler.config.files import PROJECT_FILE, FileFault, read_source
from reconciler.config.project import merged
from reconciler.config.schemas import Schema, branch_for, resolved, schema
from reconciler.config.source import SourceFile
from reconciler.config.variables import FILES
from reconciler.config.yaml_document import read_document
from reconciler.config.yaml_writing import scalar_text
from reconciler.model.address import Address
from reconciler.model.secret import SENSITIVE
from reconciler.model.value import Json, Path, Value, plain

_LONGEST = 72
"""Columns up to which the origins stand below each other."""


class Leaf(Struct, frozen=True):
    """A value that holds no other, and where it was written: `file:line`, or what stands for that."""

    value: Value
    origin: str
    is_sensitive: bool = False

    @property
    def text(self) -> str:
        """The value as YAML; what is sensitive is never shown."""
        if self.is_sensitive:
            return SENSITIVE
        if isinstance(self.value, Mapping):
            return "{}"
        return "[]" if isinstance(self.value, list | tuple) else scalar_text(self.value)

    @property
    def json(self) -> Json:
        """Value and origin."""
        return {"value": SENSITIVE if self.is_sensitive else plain(self.value), "origin": self.origin}


Form: TypeAlias = "Leaf | dict[str, Form] | list[Form]"
_Origins: TypeAlias = Callable[[Path], str]


def final_resource(configuration: Configuration, address: Address) -> Form:
    """The resource after templates: what will be planned, before any default."""
    resource = configuration.resources[address]
    source = configuration.sources[resource.origin.file]

    def origin(path: Path) -> str:
        return _place(source, (address.kind, address.name, *path))

    root = schema(address.kind)
    return _form(resource.attributes, (), origin, root, root)


def final_project(configuration: Configuration, given: Collection[str] = ()) -> Form:
    """The project's settings, its environment merged over them; `given` are variables of the command line."""
    source = read_source(configuration.root, PROJECT_FILE)
    written: Any = read_document(source).value
    environment = configuration.project.environment
    above: Path = ("environments", environment) if environment else ()
    chosen = written["environments"][environment] if environment else {}
    settings = {key: value for key, value in merged(written, chosen).items() if key != "environments"}
    if configuration.project.variables:
        settings["vars"] = configuration.project.variables
    layers: list[tuple[Path, Any]] = [(above, chosen)] if environment else []
    layers.append(((), written))

    def origin(path: Path) -> str:
        if path[:1] == ("vars",):
            return _variable_origin(path, layers, source, configuration, given)
        for place, layer in layers:
            if _has(layer, path):
                return _place(source, (*place, *path))
        return PROJECT_FILE

    return _form(settings, (), origin, schema("project"), schema("project"))


def form_lines(name: str, form: Form, indent: int = 0) -> list[str]:
    """`name` and what it holds as lines of YAML, the origin of each value behind it as a comment."""
    pairs = list(_lines(f"{scalar_text(name)}:", form, indent))
    width = max((len(text) for text, origin in pairs if origin and len(text) <= _LONGEST), default=0)
    return [f"{text.ljust(width)}  # {origin}" if origin else text for text, origin in pairs]


def form_json(form: Form) -> Json:
    """The same as JSON: every value an object of `value` and `origin`."""
    if isinstance(form, Leaf):
        return form.json
    if isinstance(form, list):
        return [form_json(each) for each in form]
    return {key: form_json(each) for key, each in form.items()}


def _form(value: Any, path: Path, origin: _Origins, part: Schema, root: Schema) -> Form:
    part = branch_for(resolved(part, root), value)
    if part.get("x-sensitive"):
        return Leaf(value, origin(path), is_sensitive=True)
    if isinstance(value, Mapping) and value:
        known, others = part.get("properties", {}), part.get("additionalProperties")
        other = others if isinstance(others, dict) else {}
        return {
            str(key): _form(each, (*path, key), origin, known.get(key, other), root)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple) and value:
        below = part.get("items", {})
        return [_form(each, (*path, index), origin, below, root) for index, each in enumerate(value)]
    return Leaf(value, origin(path))


def _place(source: SourceFile, path: Path) -> str:
    origin = source.origin(source.place(path).value)
    return f"{origin.file}:{origin.line}"


def _has(layer: Any, path: Path) -> bool:
    for step in path:
        is_there = (isinstance(layer, dict) and step in layer) or (
            isinstance(layer, list) and isinstance(step, int) and step < len(layer)
        )
        if not is_there:
            return False
        layer = layer[step]
    return True


def _variable_origin(
    path: Path,
    layers: list[tuple[Path, Any]],
    source: SourceFile,
    configuration: Configuration,
    given: Collection[str],
) -> str:
    """Where a variable comes from: the command line, else the first layer that has it in vars or a file."""
    name = path[1] if len(path) > 1 else ""
    if name in given:
        return "--var"
    for place, layer in layers:
        if _has(layer, path):
            return _place(source, (*place, *path))
        for file in reversed(layer.get(FILES) or []):
            try:
                variables = read_source(configuration.root, file)
            except FileFault:
                continue
            if variables.has(path[1:]):
                return _place(variables, path[1:])
    return PROJECT_FILE


def _lines(lead: str, form: Form, indent: int) -> Iterator[tuple[str, str]]:
    """The lines of a form behind `lead`, which ends in a colon or is a dash, each with its origin or ""."""
    blanks = " " * indent
    if isinstance(form, Leaf):
        yield f"{blanks}{lead} {form.text}", form.origin
        return
    yield f"{blanks}{lead}", ""
    if isinstance(form, list):
        for each in form:
            yield from _lines("-", each, indent + 2)
    else:
        for key, each in form.items():
            yield from _lines(f"{scalar_text(key)}:", each, indent + 2)
