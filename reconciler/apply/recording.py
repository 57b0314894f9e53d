"""Writing an apply into the state: the journal, the bindings and the lease's heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.model.value import Json
from reconciler.state.lease import Grant
from reconciler.state.open import State
from reconciler.state.scope import Scope


def lease_life(timeout: Decimal) -> timedelta:
    """How long a lease lasts without a sign of life: longer than a call, of at most `timeout` seconds."""
    return max(timedelta(minutes=5), timedelta(seconds=2 * float(timeout)))


class StateRecorder(Struct, frozen=True):
    """The recorder of one run. Every line is on the disk when the method returns."""

    state: State
    scope: Scope
    run: str
    grant: Grant
    now: Callable[[], datetime]
    life: timedelta

    def intend(
        self, address: Address, step: int, method: str, params: Mapping[str, Json], notes: Mapping[str, Json]
    ) -> int:
        """The call is about to be made: whatever its row may show, nothing is agreed on any more."""
        with self.state.together():
            self.state.agreements.forget(self.scope, (address,))
            return self.state.journal.intend(self.run, address, step, method, params, self.now(), notes)

    def conclude(
        self,
        entry: int,
        outcome: Outcome,
        facts: Mapping[str, Json],
        message: str,
        binding: Binding | None = None,
    ) -> None:
        """How the call ended; what it taught is known exactly when its outcome is."""
        with self.state.together():
            self.state.journal.conclude(entry, outcome, self.now(), facts, message)
            if binding is not None:
                self.bind(binding)

    def settle(self, entry: int, outcome: Outcome, facts: Mapping[str, Json], message: str) -> None:
        """What reading showed of a call in doubt."""
        self.state.journal.settle(entry, outcome, self.now(), facts, message)

    def bind(self, binding: Binding) -> None:
        """What an address stands for from now on."""
        self.state.resources.bind(self.scope, binding)

    def record(self, agreed: Sequence[Agreed]) -> None:
        """What configuration and Komet agree on from now on."""
        if agreed:
            self.state.resources.record_all(self.scope, agreed, self.run)

    def unsettle(self, applied: Applied) -> None:
        """What is still known of a resource while it is written."""
        self.state.resources.record(self.scope, applied, self.run)

    def forget(self, addresses: Iterable[Address]) -> None:
        """These are gone for good."""
        for address in addresses:
            self.state.resources.forget(self.scope, address)

    def beat(self) -> None:
        """Renews the lease; raises `LockHeld` when another took the account over."""
        self.state.lease.renew(self.grant, self.life)
