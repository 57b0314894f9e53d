"""The attributes of a resource as bytes, and back when somebody asks for them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping

from msgspec.json import decode, encode

from reconciler.model.value import Json, Value


def kept_bytes(simple: Json) -> bytes:
    """`simple` as it is kept, with its keys in the order in which they were written."""
    return encode(simple)


class Attributes(Mapping[str, Value]):
    """The attributes of a resource of `kind`, made from their bytes, from `start` to `end` of all that is
    `kept` of their file, when first asked for.

    A plan compares thousands of resources by their digests and looks into few of them.
    """

    __slots__ = ("_bytes", "_end", "_kind", "_start", "_value")

    def __init__(self, kind: str, kept: bytes, start: int = 0, end: int | None = None) -> None:
        self._kind = kind
        self._bytes = kept
        self._start = start
        self._end = end
        self._value: Mapping[str, Value] | None = None

    def __getitem__(self, key: str) -> Value:
        return self._read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def items(self) -> ItemsView[str, Value]:
        return self._read().items()

    def __repr__(self) -> str:
        return repr(self._read())

    def _read(self) -> Mapping[str, Value]:
        if self._value is None:
            from reconciler.config.conversion import convert

            value, _ = convert(self._kind, decode(memoryview(self._bytes)[self._start : self._end]))
            assert isinstance(value, dict)
            self._value = value
        return self._value
