"""What an apply works with: Komet, a place to write things down, and the world outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from reconciler.kinds.kind import Kind, Scope
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.event import Event, Outcome
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.model.value import Json


class Recorder(Protocol):
    """Where an apply writes down what it intends and what came of it, before anything depends on it."""

    def intend(
        self, address: Address, step: int, method: str, params: Mapping[str, Json], notes: Mapping[str, Json]
    ) -> int:
        """The call is about to be made: on the disk when this returns."""

    def conclude(
        self,
        entry: int,
        outcome: Outcome,
        facts: Mapping[str, Json],
        message: str,
        binding: Binding | None = None,
    ) -> None:
        """How the call ended, and with it what the address stands for from now on, if that is news."""

    def settle(self, entry: int, outcome: Outcome, facts: Mapping[str, Json], message: str) -> None:
        """What reading showed of a call in doubt."""

    def bind(self, binding: Binding) -> None:
        """What an address stands for from now on."""

    def record(self, agreed: Sequence[Agreed]) -> None:
        """What configuration and Komet agree on from now on."""

    def unsettle(self, applied: Applied) -> None:
        """What is still known of a resource while it is written: on the disk when this returns."""

    def forget(self, addresses: Iterable[Address]) -> None:
        """These are gone for good."""

    def beat(self) -> None:
        """A sign of life for whoever waits; raises when the account was taken over."""


class Tools(Struct, frozen=True):
    """What an apply works with.

    `now` is the account's clock, `wait` lets seconds pass, and `patience` are the seconds within which a call
    whose answer is lost may still take effect. `calls_left` are the calls that may be made today, without
    those kept for others. `is_stopping` says that somebody asked to end after the call in flight.
    """

    kinds: Mapping[str, Kind]
    port: KometPort
    recorder: Recorder
    scope: Scope
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    patience: float
    calls_left: Callable[[], int]
    notify: Callable[[Event], None] = lambda event: None
    is_stopping: Callable[[], bool] = lambda: False
