"""The variables of templates: from files, from the project, from its environment, from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any

from reconciler.config.files import CONFIG_FOLDER, FileFault, read_source
from reconciler.config.source import SourceFile
from reconciler.config.yaml_scalars import UnusableScalar, plain_scalar
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path, Value

FILES = "vars_files"

_NAME = "a name of letters, digits and _ is needed, beginning with a letter"


def given_variables(
    variables: Mapping[str, str], source: SourceFile
) -> tuple[dict[str, Value], list[Diagnostic]]:
    """Variables of the command line, their text read as an unquoted YAML scalar."""
    values: dict[str, Value] = {}
    faults: list[Diagnostic] = []
    for name, text in variables.items():
        try:
            if not is_variable(name):
                raise UnusableScalar(_NAME)
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                raise UnusableScalar("what it holds is not UTF-8")
            values[name] = plain_scalar(text)
        except UnusableScalar as error:
            faults.append(source.fault(source.place(("vars",)).key, f"--var {name}: {error}"))
    return values, faults


def written_variables(
    layers: Mapping[Path, Mapping[str, Any]],
    source: SourceFile,
    root: FilePath,
    merge: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]],
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """What project and environment say, the lowest of `layers` first, each with its place in `source`.

    Of each layer the `vars_files` in their order, then `vars`: the later goes before, mappings merge. Every
    fault of the files is found.
    """
    values: dict[str, Any] = {}
    faults: list[Diagnostic] = []
    for place, layer in layers.items():
        names = layer.get(FILES)
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if not str(name).endswith(".yaml"):
                continue  # the schema has said so
            found, wrong = _file_variables(str(name), root, source, (*place, FILES, index))
            values = merge(values, found)
            faults += wrong
        own = layer.get("vars")
        values = merge(values, own if isinstance(own, dict) else {})
    return values, faults


def is_variable(name: str) -> bool:
    """Whether a template can say `vars.NAME`."""
    return name.isidentifier() and name.isascii()


def _file_variables(
    name: str, root: FilePath, project: SourceFile, path: Path
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The variables in the file `name`, which `path` of the project file names."""
    if (why := _refusal(name, root)) is not None:
        return {}, [project.fault(project.place(path).value, f"'{name}' {why}")]
    from reconciler.config.yaml_document import read_document  # few projects have such files

    try:
        document = read_document(read_source(root, name))
    except FileFault as error:
        return {}, [error.diagnostic]
    if document.faults or document.value is None:
        return {}, list(document.faults)
    if not isinstance(document.value, dict):
        mark = document.source.place(()).value
        return {}, [document.source.fault(mark, "a file of variables holds a mapping of names to values")]
    wrong = [each for each in document.value if not is_variable(each)]
    return document.value, [
        document.source.fault(
            document.source.place((each,)).key, f"'{each}' cannot be used as a variable", detail=_NAME
        )
        for each in wrong
    ]


def _refusal(name: str, root: FilePath) -> str | None:
    """Why no variables are read from the file `name`; None when they are."""
    place = root / name
    if not place.resolve().is_relative_to(root):
        return "lies outside of the repository"
    if place.resolve().is_relative_to(root / CONFIG_FOLDER):
        return f"lies below {CONFIG_FOLDER}/, where every file holds resources: put it beside that folder"
    if not place.is_file():
        return "does not exist"
    return None
