"""Whose memory it is: everything that a project remembers is kept apart by these three names."""

from __future__ import annotations

from msgspec import Struct


class Scope(Struct, frozen=True):
    """A project in one of its environments (None where it has none) on one Komet account.

    The account belongs to it because ids mean nothing elsewhere: a project that is pointed at another account
    starts there without memory.
    """

    project: str
    environment: str | None
    account: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The three columns that every scoped table begins with."""
        return (self.project, self.environment or "", self.account)
