"""A mapping that is made when somebody first looks into it."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class Deferred(Mapping[str, V], Generic[V]):
    """What `make` gives, asked for once and no sooner than it is needed; equal to any equal mapping.

    Of ten thousand resources that are as they were, none is looked into.
    """

    __slots__ = ("_made", "_make")

    _make: Callable[[], Mapping[str, V]] | None
    _made: Mapping[str, V] | None

    def __init__(self, make: Callable[[], Mapping[str, V]]) -> None:
        self._make = make
        self._made = None

    @property
    def is_made(self) -> bool:
        """Whether somebody has looked into it."""
        return self._made is not None

    @property
    def made(self) -> Mapping[str, V]:
        """The mapping itself."""
        if self._made is None:
            assert self._make is not None
            self._made, self._make = self._make(), None
        return self._made

    def __getitem__(self, key: str) -> V:
        return self.made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    def __contains__(self, key: object) -> bool:
        return key in self.made

    def items(self) -> ItemsView[str, V]:
        return self.made.items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        theirs = other.made if isinstance(other, Deferred) else other
        return dict(self.made) == dict(theirs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.made)
