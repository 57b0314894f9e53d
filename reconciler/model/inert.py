"""Making text from outside harmless before a person sees it."""

from __future__ import annotations

import json
import re

_LIVE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f"  # zero-width characters and direction marks
    "\u2028-\u202e"  # line and paragraph separators, embeddings and overrides
    "\u2060-\u206f"  # word joiner, isolates, deprecated format characters
    "\ufeff\ufff9-\ufffb"  # byte order mark, interlinear annotation
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e007f"  # tag characters
    "]"
)
_LIVE_IN_JSON = re.compile(_LIVE.pattern.replace("\x00-\x1f", "", 1))  # line ends lay JSON out
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def inert(text: str) -> str:
    """`text` with everything that steers a terminal or the reading direction escaped; other Unicode stays."""
    return text if text.isascii() and text.isprintable() else _LIVE.sub(_escaped, text)


def inert_json(text: str) -> str:
    """JSON text of the same value in which nothing steers a terminal: what would is written as an escape."""
    return text if text.isascii() and "\x7f" not in text else _LIVE_IN_JSON.sub(_as_json, text)


def _as_json(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
