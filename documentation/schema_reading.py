"""The keys of a JSON Schema of ours, one after the other, with what each may hold in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
BIG = 10**9
"""A bound beyond this only keeps numbers sane: it tells a reader nothing."""

SAME = "#/properties/"
"""A reference with this beginning says: the same key as further up. It is not told twice."""

NOTHING: frozenset[str] = frozenset()

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: `path` as it is spoken of, such as `items.NAME.boxes`; `schema` with references resolved."""

    path: str
    schema: Schema
    is_required: bool


def load_schema(name: str) -> Schema:
    """The schema `name`.schema.json."""
    loaded: Schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded


def keys_of(
    root: Schema, schema: Schema, prefix: str = "", within: frozenset[str] = NOTHING
) -> Iterator[Key]:
    """Every key below `schema`, in the order of the file, each before the keys below itself.

    `within` are the references that are being followed: what refers to itself is told once.
    """
    reference = schema.get("$ref", "")
    if reference in within:
        return
    within = within | {reference} if reference else within
    schema = resolved(root, schema)
    required = schema.get("required", ())
    for name, below in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        if not below.get("$ref", "").startswith(SAME):
            yield Key(path, resolved(root, below), name in required)
            yield from keys_of(root, below, path, within)
    for suffix, member in ((".NAME", schema.get("additionalProperties")), ("[]", schema.get("items"))):
        if isinstance(member, dict):
            yield from keys_of(root, member, prefix + suffix, within)
    for form in schema.get("oneOf", ()):
        yield from keys_of(root, form, prefix, within)


def resolved(root: Schema, schema: Schema) -> Schema:
    """`schema` with its own `$ref` followed; what stands beside the reference wins."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    if not reference.startswith("#/"):
        return {**load_schema(reference.removesuffix(".schema.json")), **schema}
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return {**resolved(root, found), **schema}


def type_words(root: Schema, schema: Schema, within: frozenset[str] = NOTHING) -> str:
    """What a value may be, in plain words: `whole number, 1 to 40`, `list of text`, `a or b`."""
    reference = schema.get("$ref", "")
    if reference in within:
        return "any value"
    within = within | {reference} if reference else within
    schema = resolved(root, schema)
    if "const" in schema:
        return f"always `{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return " or ".join(f"`{_plain(each)}`" for each in schema["enum"])
    if "oneOf" in schema and "type" not in schema:
        return ", or ".join(dict.fromkeys(type_words(root, each, within) for each in schema["oneOf"]))
    types = schema.get("type", "any value")
    named = [types] if isinstance(types, str) else [each for each in types if each != "null"]
    words = " or ".join(_one_type(root, schema, each, within) for each in named)
    return words + (", or `null`" if "null" in types and not isinstance(types, str) else "")


def _one_type(root: Schema, schema: Schema, name: str, within: frozenset[str]) -> str:
    match name:
        case "string":
            return _text_words(schema)
        case "integer":
            return "whole number" + _range_words(schema)
        case "number":
            decimals = f", at most {schema['x-decimals']} decimals" if "x-decimals" in schema else ""
            return "number" + _range_words(schema) + decimals
        case "boolean":
            return "`true` or `false`"
        case "array":
            return _list_words(root, schema, within)
        case "object":
            return _mapping_words(schema)
        case _:
            return name


def _list_words(root: Schema, schema: Schema, within: frozenset[str]) -> str:
    if "items" not in schema:
        return "list"
    member = resolved(root, schema["items"])
    joint = ", each " if _is_said(member) else " of "
    return f"list{joint}{type_words(root, schema['items'], within)}"


def _is_said(schema: Schema) -> bool:
    """Whether the schema says in words which texts it takes."""
    return "pattern" in schema and "x-says" in schema


def _text_words(schema: Schema) -> str:
    if schema.get("format") == "date" or "day" in schema.get("x-says", "").split():
        return "date, `YYYY-MM-DD`"
    if _is_said(schema):
        return str(schema["x-says"])
    longest = schema.get("maxLength")
    return f"text, at most {longest} characters" if longest else "text"


def _range_words(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if most is not None and most < BIG:
        return f", {least or 0:,} to {most:,}"
    return f", at least {least:,}" if least else ""


def _mapping_words(schema: Schema) -> str:
    if schema.get("properties"):
        return "mapping of " + ", ".join(f"`{name}`" for name in schema["properties"])
    return "mapping of names of your choice"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
