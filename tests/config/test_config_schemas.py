"""The schemas: complete, closed, described, and the only place that lists the kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from reconciler.config.schemas import resolved, schema, section_kinds
from reconciler.kinds.schema import load_schema, schema_folder
from reconciler.model.address import KINDS

FILES = ("project", "resources", *section_kinds())


def parts(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within `part`, with its place."""
    if isinstance(part, dict):
        yield path, part
        for key, inner in part.items():
            if key not in ("examples", "default", "enum", "const"):
                yield from parts(inner, f"{path}/{key}")
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from parts(inner, f"{path}/{index}")


@pytest.mark.parametrize("name", FILES)
def test_the_schema_is_one(name: str) -> None:
    """Each file is a schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(load_schema(name))


@pytest.mark.parametrize("name", FILES)
def test_mappings_are_closed(name: str) -> None:
    """Every mapping with known keys refuses unknown ones."""
    for path, part in parts(load_schema(name)):
        if part.get("type") == "object" and "properties" in part:
            assert part.get("additionalProperties") is False, path


@pytest.mark.parametrize("name", FILES)
def test_every_key_is_described_with_an_example(name: str) -> None:
    """Editors show what a key means and how it looks."""
    whole = load_schema(name)
    for path, part in parts(whole):
        for key, below in part.get("properties", {}).items() if path.split("/")[-1] != "properties" else ():
            target = schema_of(below, whole)
            assert target.get("description"), f"{path}/{key}"
            assert "$ref" in below or target.get("examples"), f"{path}/{key}"


def schema_of(below: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """`below`, or what it refers to within the same file."""
    reference = str(below.get("$ref", ""))
    if not reference.startswith("#/"):
        return below
    target: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return {**schema_of(target, whole), **below}


@pytest.mark.parametrize("name", FILES)
def test_examples_are_valid(name: str) -> None:
    """What is shown as an example is accepted where it stands."""
    whole = load_schema(name)
    for path, part in parts(whole):
        rules = {**part, "$defs": whole.get("$defs", {}), "properties": part.get("properties", {})}
        for example in part.get("examples", ()):
            if "#/properties" not in str(part):
                assert jsonschema.Draft202012Validator(rules).is_valid(example), f"{path}: {example}"


def test_the_kinds_are_those_of_the_resource_file() -> None:
    """A section with a schema of its own is a kind, and its file exists."""
    assert set(section_kinds()) <= set(KINDS)
    for kind in section_kinds():
        assert load_schema("resources")["properties"][kind]["$ref"] == f"{kind}.schema.json"
        assert (schema_folder() / f"{kind}.schema.json").is_file()
        assert resolved(schema(kind), schema(kind))["type"] == "object"
