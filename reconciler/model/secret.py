"""A secret that travels marked."""

from __future__ import annotations

from typing import Any, NoReturn

SENSITIVE = "(sensitive)"


class Secret:
    """A token. Its `repr`, `str` and `format` say `(sensitive)`; it cannot be pickled or turned to JSON.

    Only `reveal`, called where a request leaves, gives the text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself."""
        return self._text

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
