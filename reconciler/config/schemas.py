"""The JSON Schemas as the configuration needs them: gates that say yes or no, and what lies behind a $ref."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from reconciler.kinds.schema import load_schema

Schema = dict[str, Any]


@cache
def section_kinds() -> tuple[str, ...]:
    """The kinds that a resource file may hold: those sections of it that have a schema of their own."""
    sections: Schema = load_schema("resources")["properties"]
    return tuple(name for name, section in sections.items() if "$ref" in section)


@cache
def schema(name: str) -> Schema:
    """The schema of the `project` file, of one resource of the kind `name`, or of its names (`KIND:names`).

    Each is complete in itself.
    """
    if name == "project":
        return load_schema(name)
    kind, _, names = name.partition(":")
    of_kind = load_schema(kind)
    if names:
        return {**of_kind["propertyNames"]}
    return {"$schema": of_kind["$schema"], "$defs": of_kind["$defs"], **of_kind["additionalProperties"]}


@cache
def name_gate(kind: str) -> Callable[[str], object]:
    """What says whether a resource of `kind` can have a name."""
    pattern: str = schema(f"{kind}:names")["pattern"]
    return re.compile(pattern.removeprefix("^").removesuffix("$")).fullmatch


@cache
def gate(name: str) -> Callable[[object], bool]:
    """Whether a value satisfies the schema `name`."""
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(schema(name), validate_formats=True)
    accepts: Callable[[object], bool] = validator.is_valid
    return accepts


def resolved(part: Schema, root: Schema) -> Schema:
    """`part`, or what its `$ref` into `root` names, its own words going first."""
    reference = part.get("$ref")
    if reference is None:
        return part
    target: Any = root
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    own = {key: word for key, word in part.items() if key != "$ref"}
    return {**resolved(target, root), **own}


def branch_for(part: Schema, value: object) -> Schema:
    """The branch of a `oneOf` that is made for values such as `value`; `part` itself when it has none."""
    for branch in part.get("oneOf", ()):
        if (branch.get("type") == "object") == isinstance(value, dict):
            return {**{key: word for key, word in part.items() if key != "oneOf"}, **branch}
    return part
