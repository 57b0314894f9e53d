"""A secret that travels marked."""

from __future__ import annotations

import json
from html import escape
from typing import Any, NoReturn
from urllib.parse import quote

SENSITIVE = "(sensitive)"


class Secret:
    """A token. Its `repr`, `str` and `format` say `(sensitive)`; it cannot be pickled or turned to JSON.

    Only `reveal`, called where a request leaves, gives the text, and `spellings`, to find it where it must
    not be.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself."""
        return self._text

    def spellings(self) -> list[str]:
        """Every form in which it may come back: as it is, in a URL, in JSON, in HTML; longest first."""
        text = self._text
        in_json = json.dumps(text)[1:-1]
        forms = {text, quote(text, safe=""), quote(text), in_json, in_json.replace("/", "\\/"), escape(text)}
        return sorted(forms, key=lambda form: (-len(form), form))

    def __repr__(self) -> str:
        return SENSITIVE

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(SENSITIVE, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a secret is not serialised")
