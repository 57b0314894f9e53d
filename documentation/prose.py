"""Plain words as Markdown that shows just these words."""

from __future__ import annotations

import re


def prose(text: str) -> str:
    """`text` on one line; what stands in backticks stays code, every other sign means itself."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else re.sub(r"([*<|_])", r"\\\1", part) for part in parts)
