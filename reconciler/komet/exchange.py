"""One exchange with Komet as plain values: what leaves, and what comes back or does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from msgspec import Struct

from reconciler.komet.methods import Place


class Request(Struct, frozen=True):
    """A request without its token, which goes in at `token` when the request leaves.

    `path` is below the base URL, `query` is encoded, `body` is the text of a JSON object.
    """

    verb: str
    path: str
    query: str
    body: str | None
    headers: Mapping[str, str]
    token: Place


@dataclass(frozen=True, slots=True)
class Sealed:
    """A request with its token, for the moment of sending; its `repr` shows nothing of it."""

    query: str = field(repr=False)
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes that count against the limit: body and query (A16)."""
        return len(self.query) + len(self.body or b"")


class Received(Struct, frozen=True):
    """An answer in full: HTTP code, headers under lower-case names, body."""

    code: int
    headers: Mapping[str, str]
    body: bytes


class Lost(Struct, frozen=True):
    """No whole answer came: why, and whether the request may have left."""

    reason: str
    sent: bool


Exchange: TypeAlias = Received | Lost


class Wire(Protocol):
    """Carries requests to one account; what the world does to them is a value, not an error."""

    host: str

    def size(self, request: Request) -> int:
        """The bytes of `request` that count against Komet's limit, its token among them."""

    def send(self, request: Request, seconds: float) -> Exchange:
        """Send it once; whatever comes, this is over after `seconds`."""

    def close(self) -> None:
        """Let go of the connections."""
