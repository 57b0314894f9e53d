"""Finding the JSON Schemas, which lie in the installed package or beside it in a checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent


def schema_folder() -> Path:
    """The folder of the schemas: `reconciler/schemas` of a wheel, else `schemas` of the checkout."""
    installed = _PACKAGE / "schemas"
    return installed if installed.is_dir() else _PACKAGE.parent / "schemas"


@cache
def load_schema(name: str) -> dict[str, Any]:
    """The schema in `NAME.schema.json`."""
    text = (schema_folder() / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
