"""What reading a file rests on beside the file: the code that reads it, and the schemas that judge it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import reconciler
from reconciler.kinds.schema import schema_folder

MODULES = (
    *(
        "config/attributes",
        "config/circles",
        "config/circumstances",
        "config/conversion",
        "config/files",
        "config/nearest",
    ),
    *(
        "config/ordinary",
        "config/own_rules",
        "config/prebook_rules",
        "config/project_file",
        "config/references",
    ),
    *("config/repetition", "config/resources", "config/rules", "config/schemas", "config/sheet"),
    *("config/sheet_reading", "config/source", "config/yaml_document", "config/yaml_events"),
    *("config/yaml_scalars", "config/yaml_syntax", "kinds/customers/future_sales", "kinds/orders/marker"),
    *("kinds/schema", "model/address", "model/diagnostic", "model/notification", "model/origin"),
    *("model/project", "model/resource", "model/value"),
)
"""All of the program that makes of a text what is kept."""

_PACKAGE = Path(reconciler.__file__).parent
_LIBRARIES = ("yaml", "jsonschema_rs")


@cache
def loader_version() -> str | None:
    """Another text as soon as a line of it is another; None where it cannot be read, as in an archive."""
    digest = hashlib.sha256()
    try:
        for module in MODULES:
            digest.update((_PACKAGE / f"{module}.py").read_bytes())
        for schema in sorted(schema_folder().glob("*.schema.json")):
            digest.update(schema.read_bytes())
        for name in _LIBRARIES:
            digest.update(_release(name).encode())
    except OSError:
        return None
    return digest.hexdigest()


def _release(name: str) -> str:
    """What tells one release of a library from another, without importing it."""
    found = find_spec(name)
    folder = Path(found.origin).parent if found is not None and found.origin is not None else None
    files = sorted(folder.iterdir()) if folder is not None else []
    return repr([(each.name, each.stat().st_size, each.stat().st_mtime_ns) for each in files])
