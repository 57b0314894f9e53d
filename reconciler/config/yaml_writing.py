"""Values as YAML text that reads back as the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from reconciler.config.yaml_scalars import UnusableScalar, plain_scalar
from reconciler.model.value import Value, decimal_text

LONGEST_LINE = 160
"""Columns up to which a collection goes on one line: most items do, mixed boxes do not."""

_SAFE = re.compile(r"[^\W\d_](?:[\w .+/'&()-]*[\w.)'])?")
"""Texts that no YAML reader takes for anything else than text, once they pass for none of these words."""

_WORDS_OF_OLD = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
"""What readers of YAML 1.1 do not take for text: quoted, although ours does."""


def scalar_text(value: Value) -> str:
    """A scalar as it is written in YAML; text in double quotes where it must be."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return decimal_text(value)
        case date():
            return value.isoformat()
        case str():
            return value if _is_safe(value) else quoted_text(value)
    raise TypeError(f"{type(value).__name__} is no scalar")


def flow_text(value: Value) -> str:
    """Any value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{scalar_text(key)}: {flow_text(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(flow_text(each) for each in value)}]"
    return scalar_text(value)


def block_lines(key: str, value: Value, indent: int = 0, depth: int = 0) -> Iterator[str]:
    """`key: value` over lines: mappings that hold nothing but mappings as blocks, anything else on one line
    while it fits in 160 columns.

    Down to `depth` every mapping is a block.
    """
    blanks = " " * indent
    line = f"{blanks}{scalar_text(key)}: {flow_text(value)}"
    is_long = len(line) > LONGEST_LINE
    if isinstance(value, Mapping) and value and (depth > 0 or is_block(value) or is_long):
        yield f"{blanks}{scalar_text(key)}:"
        for inner, each in value.items():
            yield from block_lines(inner, each, indent + 2, depth - 1)
    elif isinstance(value, Sequence) and not isinstance(value, str) and is_long:
        yield f"{blanks}{scalar_text(key)}:"
        yield from (f"{blanks}  - {flow_text(each)}" for each in value)
    else:
        yield line


def is_block(value: Mapping[str, Value]) -> bool:
    """Whether a mapping is written over lines: when it holds nothing but mappings, as items are."""
    return bool(value) and all(isinstance(each, Mapping) for each in value.values())


def quoted_text(text: str) -> str:
    """`text` in double quotes, with every character escaped that YAML or a terminal might trip over."""
    return "".join(
        each if each.isprintable() else _escape(each) for each in json.dumps(text, ensure_ascii=False)
    )


def _is_safe(text: str) -> bool:
    if not _SAFE.fullmatch(text) or not text.isprintable() or text.lower() in _WORDS_OF_OLD:
        return False
    try:
        return plain_scalar(text) == text
    except UnusableScalar:
        return False


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
