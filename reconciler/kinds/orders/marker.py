"""The ownership marker at the end of an order's comments."""

from __future__ import annotations

import re

from reconciler.model.resource import Marker

COMMENTS_LIMIT = 200
"""Characters that Komet keeps of comments (Komet API §5.2, §7.2)."""

_MARKER = re.compile(r"\s*\[rc:([a-z0-9-]{1,20})/([a-z0-9][a-z0-9-]*)\]\s*$")


def with_marker(comments: str, marker: Marker) -> str:
    """`comments` with the marker behind them: what is sent when an order is created (A11)."""
    return f"{comments} [rc:{marker.project}/{marker.name}]".strip()


def split_marker(text: str) -> tuple[str, Marker | None]:
    """The comments without their marker, and the marker if there is one."""
    found = _MARKER.search(text)
    if found is None:
        return text.strip(), None
    return text[: found.start()].strip(), Marker(found.group(1), found.group(2))
