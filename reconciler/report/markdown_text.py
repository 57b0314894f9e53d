"""Text from outside as Markdown that means nothing: no link, no mention, no HTML, no heading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from reconciler.model.inert import inert

LONGEST = 400
"""Characters of one text; what is longer ends with an ellipsis."""

SHORT = 32
"""Characters that stand beside each other on any phone."""

_PLAIN = re.compile(r"[^\W_][\w ,;()%·×→=+.'’/:?!>–—-]*(?<! )")
_MEANS_SOMETHING = re.compile(
    r"//|www\."  # a link
    r"|\w\.\w*[^\W\d_]"  # what looks like a domain
    r"|\b_|_\b"  # emphasis
    r"|:[\w+-]+:"  # an emoji
    r"|\bGH-\d"  # a ticket
    r"|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}\b"  # a commit
    r"|^\d+[.)](?:\s|$)"  # a list
)
_BACKTICKS = re.compile(r"`+")
_SPAN = re.compile(r"`([^`]+)`")


def code(text: str) -> str:
    """`text` as a code span, inside which nothing has a meaning."""
    shown = clipped(inert(text)) or " "
    ticks = "`" * (_longest_run(shown) + 1)
    gap = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{gap}{shown}{gap}{ticks}"


def prose(text: str) -> str:
    """`text` as it is where every character is harmless in every dialect of Markdown, else as code.

    What it has in backticks is code, as long as the words around are harmless.
    """
    shown = clipped(inert(text))
    return (
        _SPAN.sub(lambda span: code(span[1]), shown) if _is_harmless(_SPAN.sub("a", shown)) else code(shown)
    )


def html_code(text: str) -> str:
    """`text` within a block of HTML, where Markdown has no meaning and mentions count everywhere but here."""
    return f"<code>{escape(clipped(inert(text)))}</code>"


def html_phrase(text: str) -> str:
    """`prose` within a block of HTML; a short one is never torn at the end of a line."""
    shown = clipped(inert(text))
    if not _is_harmless(shown):
        return html_code(shown)
    return escape(shown).replace(" ", "&nbsp;") if len(shown) <= SHORT else escape(shown)


def fence(lines: Iterable[str], language: str) -> str:
    """A block of code; `lines` are inert already. Its fence is longer than any that stands in it."""
    text = "\n".join(lines)
    ticks = "`" * max(3, _longest_run(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def autolink(address: str) -> str:
    """An address of ours as a link, after a space; nothing where it is none."""
    return f" <{address}>" if re.fullmatch(r"https?://[\w./:-]+", address) else ""


def clipped(text: str, longest: int = LONGEST) -> str:
    """`text` with at most `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _is_harmless(text: str) -> bool:
    return not text or bool(_PLAIN.fullmatch(text) and not _MEANS_SOMETHING.search(text))


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
