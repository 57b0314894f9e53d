"""The reference of every key, as Markdown, from the schemas and what `keys.yaml` adds to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from prose import heading, prose, slug
from schema_reading import Key, Schema, keys_of, load_schema, type_words

HERE = Path(__file__).resolve().parent
API = HERE.parent / "docs" / "komet-api.md"
KINDS = ("customers", "reservations", "purchase_orders", "prebooks")
CHANGES = {
    "call": "changes in place, by a call",
    "unread": "changes in place, by a call · Komet never shows it",
    "operator": "an operator step",
    "line": "a change replaces the line",
    "order": "a change replaces the order, or is an operator step (`header_changes`)",
    "replace": "a change replaces the prebook",
    "created": "said once, when it is created",
    "identity": "says which one it is",
    "chooses": "steers which stock is chosen",
    "ours": "stands here alone, not in Komet",
}
"""What happens when the value of a key changes, by its word in `keys.yaml`."""

Told = Mapping[str, Any]


@cache
def told_table() -> Mapping[str, Mapping[str, Told]]:
    """What `keys.yaml` says, by page and by key."""
    table: Mapping[str, Mapping[str, Told]] = yaml.safe_load((HERE / "keys.yaml").read_text(encoding="utf-8"))
    return table


def told_of(page: str, path: str) -> Told:
    """What `keys.yaml` says of a key; a key that is not there takes its nearest ancestor's, without its own
    name in Komet and unit."""
    table = told_table()[page]
    if path in table:
        return table[path]
    above = path
    while above not in table:
        above = above.rpartition(".")[0]
        if not above:
            return {"change": "ours"}
    return {name: value for name, value in table[above].items() if name in ("change", "section")}


def page_of(name: str) -> str:
    """The page of the project file (`project`) or of a kind."""
    root = load_schema(name)
    schema = root if name == "project" else root["$defs"]["resource"]
    title = "reconciler.yaml" if name == "project" else name
    keys = list(keys_of(root, schema))
    return "\n".join([*_opening(title, name, schema), *_overview(keys), *_entries(root, name, keys)])


def section_link(section: str) -> str:
    """A link to a section of the API reference by its number, from a page of the reference."""
    return f"[§{section}](../komet-api.md#{_anchors()[section]})"


def anchor(path: str) -> str:
    """The fragment that a key has on its page."""
    return re.sub(r"[^a-z0-9_]+", "-", path.lower().replace("[]", "-each")).strip("-")


def _opening(title: str, name: str, schema: Schema) -> Iterator[str]:
    yield f"# {title}\n"
    yield f"{prose(schema['description'])}\n"
    if name != "project":
        yield f"Written under `{name}:` in any file below `config/`, by a name of your choice.\n"


def _overview(keys: list[Key]) -> Iterator[str]:
    """The keys at a glance: what must be written first."""
    top = [key for key in keys if "." not in key.path and "[" not in key.path]
    for title, is_required in (("Must be written", True), ("May be written", False)):
        names = [f"[`{key.path}`](#{anchor(key.path)})" for key in top if key.is_required is is_required]
        if names:
            yield f"{title}: {', '.join(names)}.\n"


def _entries(root: Schema, page: str, keys: list[Key]) -> Iterator[str]:
    for key in keys:
        told = told_of(page, key.path)
        yield heading(2 if "." not in key.path else 3, f"`{key.path}`", anchor(key.path))
        yield f"<small>{_facts(root, key, told)}</small>\n"
        if key.schema.get("description"):
            yield f"{prose(key.schema['description'])}\n"
        if told.get("told"):
            yield f"{told['told']}\n"
        yield from _same_keys(key)
        if key.schema.get("examples"):
            yield f"Example: {', '.join(_example(key, each) for each in key.schema['examples'])}\n"
        if told.get("section"):
            yield f"<small>{_source(told)}</small>\n"


def _facts(root: Schema, key: Key, told: Told) -> str:
    """Type, unit, necessity and what a change does, in one line."""
    facts = [type_words(root, key.schema)]
    if told.get("unit"):
        facts.append(told["unit"])
    if key.is_required:
        facts.append("**required**")
    elif "default" in key.schema:
        facts.append(f"default `{_yaml(key.schema['default'])}`")
    if told["change"] != "ours":
        facts.append(f"*{CHANGES[told['change']]}*")
    if key.schema.get("x-sensitive"):
        facts.append("never shown")
    return " · ".join(facts)


def _same_keys(key: Key) -> Iterator[str]:
    """Of an environment: the keys that are those of the file itself."""
    members = key.schema.get("additionalProperties")
    if key.path == "environments" and isinstance(members, dict):
        names = ", ".join(f"[`{name}`](#{anchor(name)})" for name in members["properties"])
        yield f"An environment may hold {names}.\n"


def _example(key: Key, value: Any) -> str:
    name = key.path.rpartition(".")[2].removesuffix("[]")
    return f"`{_yaml(value)}`" if key.path.endswith("]") else f"`{name}: {_yaml(value)}`"


def _source(told: Told) -> str:
    field = f", `{told['field']}`" if told.get("field") else ""
    numbers = [f"[{number}](../assumptions.md#{number.lower()})" for number in told.get("assumptions", ())]
    rests = f" · rests on {', '.join(numbers)}" if numbers else ""
    return f"Komet's API {section_link(told['section'])}{field}{rests}"


def _yaml(value: Any) -> str:
    """`value` on one line, quoted where a reader could take it for something else."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9-]+|true|false|null|", value) and ": " not in value:
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(each) for each in value) + "]"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    return json.dumps(value, ensure_ascii=False)


@cache
def _anchors() -> Mapping[str, str]:
    """The fragment of each numbered section of the API reference."""
    headings = re.findall(r"^#{2,3} ((\d+(?:\.\d+)?)\.? .*)$", API.read_text(encoding="utf-8"), re.MULTILINE)
    return {number: slug(text) for text, number in headings}
