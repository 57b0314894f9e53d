"""Counting resources in words."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.address import KINDS
from reconciler.report.style import counted


def counted_kinds(counts: Mapping[str, int]) -> str:
    """`3 customers, 12 purchase orders`, in the order in which they are created."""
    words = {kind: kind.replace("_", " ") for kind in KINDS}
    return ", ".join(
        counted(counts[kind], words[kind].removesuffix("s"), words[kind])
        for kind in KINDS
        if counts.get(kind)
    )
