"""Plain words as Markdown that shows just these words, on the site and where a repository is read."""

from __future__ import annotations

import re

from markdown.extensions.toc import slugify  # type: ignore[import-untyped]


def prose(text: str) -> str:
    """`text` on one line; what stands in backticks stays code, every other sign means itself."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else re.sub(r"([*<|_])", r"\\\1", part) for part in parts)


def heading(level: int, words: str, fragment: str) -> str:
    """A heading that links with `fragment` lead to, also where it is not the one that its words make."""
    mark = "" if slug(words) == fragment else f'<a id="{fragment}"></a>'
    return f"{'#' * level} {mark}{words}\n"


def slug(words: str) -> str:
    """The fragment that the words of a heading make by themselves."""
    return str(slugify(words.replace("`", ""), "-"))
