"""What is asked of Komet, and what came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol, TypeGuard, overload

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


class RawRows(Sequence[object]):
    """The list of an answer, as the bytes that came: cut into its rows when somebody looks into it.

    `digest` is equal for lists that are written alike.
    """

    __slots__ = ("_bytes", "_cut", "_rows", "digest")

    def __init__(self, content: memoryview, cut: Callable[[memoryview], list[object]]) -> None:
        self.digest = sha256(content).hexdigest()
        self._bytes = content
        self._cut = cut
        self._rows: list[object] | None = None

    @property
    def rows(self) -> list[object]:
        """What the list holds: its objects as `RawRow`."""
        if self._rows is None:
            self._rows = self._cut(self._bytes)
        return self._rows

    @overload
    def __getitem__(self, index: int) -> object: ...

    @overload
    def __getitem__(self, index: slice) -> list[object]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self.rows[index]

    def __iter__(self) -> Iterator[object]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return self.rows == (other.rows if isinstance(other, RawRows) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.rows)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether `value` is a list of an answer, read or as it came."""
    return isinstance(value, list | RawRows)
