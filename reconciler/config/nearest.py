"""The word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that looks most like `word`; None when none is near."""
    from difflib import get_close_matches  # only faults need it

    spellings = {candidate.lower().replace("-", "_"): candidate for candidate in sorted(known, reverse=True)}
    found = get_close_matches(word.lower().replace("-", "_")[:100], spellings, n=1, cutoff=0.6)
    return spellings[found[0]] if found else None


def likely_name(name: str) -> str | None:
    """`name` made usable as the name of a resource, when that is not the same."""
    better = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30]
    return better if better and better != name else None
