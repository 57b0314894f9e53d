"""Seed files: found, read, merged with what they extend, validated against their schema."""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.simulator.errors import SeedError

Document: TypeAlias = dict[str, Any]

ROW_KEYS = {
    "locations": "code",
    "categories": "name",
    "products": "code",
    "box_types": "code",
    "carriers": "code",
    "vendors": "code",
    "customer_types": "name",
    "customers": "code",
    "users": "username",
    "tokens": "value",
    "purchase_orders": "number",
    "prebooks": "number",
    "inventory": "id",
}
"""The key by which a seed adds to or overrides the rows of the seed it extends."""

MOST_LEVELS = 10
MOST_BYTES = 20_000_000
SCHEMA_NAME = "simulator-seed.schema.json"
_SEEDS = Path(__file__).parent / "seeds"


class Seed(Struct, frozen=True):
    """A seed ready to fill a store; `files` are its files with the digests of their bytes, its own first."""

    document: Document
    files: tuple[tuple[str, str], ...]


def seed_path(seed: str | Path, beside: Path | None = None) -> Path:
    """The file that `seed` means: a built-in name such as `wholesaler`, or a path, relative to `beside`."""
    text = str(seed)
    if re.fullmatch(r"[a-z][a-z0-9-]*", text):
        return _SEEDS / f"{text}.yaml"
    path = Path(text)
    return path if beside is None or path.is_absolute() else beside / path


def file_digest(path: Path) -> str | None:
    """The digest of a file's bytes; None when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def load_seed(seed: str | Path) -> Seed:
    """The seed with everything it extends merged in; `SeedError` names file, path and reason."""
    path = seed_path(seed).resolve()
    chain = _read_chain(path)
    document: Document = {}
    for _, each in reversed(chain):
        document = merged(document, each)
    raise_if_invalid(document, str(path))
    return Seed(document, tuple((str(name), file_digest(name) or "") for name, _ in chain))


def _read_chain(path: Path) -> list[tuple[Path, Document]]:
    """The file, what it extends, what that extends, and so on."""
    chain: list[tuple[Path, Document]] = []
    while True:
        document = _read(path)
        chain.append((path, document))
        parent = document.pop("extends", None)
        if parent is None:
            return chain
        if not isinstance(parent, str) or len(chain) > MOST_LEVELS:
            raise SeedError(
                str(path), "extends", f"it is a file or a built-in name, at most {MOST_LEVELS} deep"
            )
        path = seed_path(parent, path.parent).resolve()


def _read(path: Path) -> Document:
    import yaml

    from reconciler.simulator.seed_yaml import SeedLoader, raise_if_monstrous

    try:
        text = _text(path)
        raise_if_monstrous(text)
        document = yaml.load(text, Loader=SeedLoader)
    except OSError as problem:
        raise SeedError(str(path), "", f"it cannot be read: {problem.strerror}") from problem
    except (yaml.YAMLError, ValueError) as problem:
        raise SeedError(str(path), "", f"it is not valid YAML: {problem}") from problem
    if not isinstance(document, dict):
        raise SeedError(str(path), "", "it must be a mapping")
    return document


def _text(path: Path) -> str:
    """The file's text; OSError for what is no ordinary file of bearable size, such as a pipe or a device."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "it is no ordinary file")
    if path.stat().st_size > MOST_BYTES:
        raise OSError(0, "it is larger than 20 MB")
    return path.read_text(encoding="utf-8")


def merged(parent: Document, child: Document) -> Document:
    """`child` over `parent`: mappings merge, rows merge by their key, a row with `remove: true` goes."""
    result = dict(parent)
    for key, value in child.items():
        below = result.get(key)
        if key in ROW_KEYS and isinstance(value, list) and isinstance(below, list):
            result[key] = _merged_rows(below, value, ROW_KEYS[key])
        elif isinstance(value, dict) and isinstance(below, dict):
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def _merged_rows(parent: list[Any], child: list[Any], key: str) -> list[Any]:
    rows = {_row_key(row, key, place): row for place, row in enumerate(parent)}
    for place, row in enumerate(child):
        name = _row_key(row, key, len(parent) + place)
        if isinstance(row, dict) and row.get("remove") is True:
            rows.pop(name, None)
        elif isinstance(row, dict) and isinstance(rows.get(name), dict):
            rows[name] = {**rows[name], **row}
        else:
            rows[name] = row
    return list(rows.values())


def _row_key(row: Any, key: str, place: int) -> str:
    """The row's key, or its place where it has none (the schema will complain)."""
    return str(row[key]) if isinstance(row, dict) and key in row else f"#{place}"


def raise_if_invalid(document: Mapping[str, Any], file: str) -> None:
    """Hold `document` against the schema; the fault that explains most is raised as `SeedError`."""
    import jsonschema_rs

    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    if jsonschema_rs.validator_for(schema).is_valid(document):
        return
    import jsonschema

    problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(document))
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.absolute_path)
    raise SeedError(file, path.removeprefix("."), problem.message)


def schema_path() -> Path:
    """The seed's schema: in the installed package, or in the checkout beside it."""
    package = Path(__file__).parent.parent
    for folder in (package / "schemas", package.parent / "schemas"):
        if (folder / SCHEMA_NAME).is_file():
            return folder / SCHEMA_NAME
    raise SeedError(SCHEMA_NAME, "", "the schema is not installed")
