"""What is asked of Komet, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Protocol

from msgspec import Struct, field

from reconciler.model.value import Json


class Query(Struct, frozen=True):
    """One reading call: a Komet method and its parameters, without token.

    What `may_be_refused`, since nobody has documented that it is answered, has a refusal for an answer too.
    """

    method: str
    params: Mapping[str, Json] = field(default_factory=dict)
    may_be_refused: bool = False


class Answer(Struct, frozen=True):
    """What Komet said: the whole JSON object. Nothing found is an answer without its payload key.

    Amounts with decimals are `Decimal` in `payload`, never float. `is_refusal` marks the answer of a query
    that may be refused and was; there is nothing in it.
    """

    method: str
    payload: Mapping[str, object]
    is_refusal: bool = False


class Reader(Protocol):
    """How the bytes of a row are read."""

    def members(self, content: bytes) -> Mapping[str, object]:
        """What the object holds."""

    def digest(self, content: bytes) -> str:
        """Equal for rows that say the same, in whatever order they say it; "" for what cannot be read."""


class RawRow(Mapping[str, object]):
    """One object of a list, as the bytes that came: read when somebody looks into it.

    Looking raises what the reader raises.
    """

    __slots__ = ("_bytes", "_members", "_reader")

    def __init__(self, content: bytes, reader: Reader) -> None:
        self._bytes = content
        self._reader = reader
        self._members: Mapping[str, object] | None = None

    @property
    def spelling(self) -> str:
        """The digest of the bytes: equal for rows that are written alike."""
        return sha256(self._bytes).hexdigest()

    @property
    def digest(self) -> str:
        """Equal for rows that say the same; dearer than `spelling`. "" for what cannot be read."""
        return self._reader.digest(self._bytes)

    @property
    def members(self) -> Mapping[str, object]:
        """What the object holds."""
        if self._members is None:
            self._members = self._reader.members(self._bytes)
        return self._members

    def __getitem__(self, key: str) -> object:
        return self.members[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return repr(self.members)
