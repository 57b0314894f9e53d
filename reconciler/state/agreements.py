"""The verdicts that hold while nothing changes: what was found to be as wanted, by address."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import MsgspecError
from msgspec.json import Decoder, encode

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.state.database import Database
from reconciler.state.scope import Scope

HERE = "project = ? AND environment = ? AND account = ?"

FORGET = f"DELETE FROM agreements WHERE {HERE} AND address = ?"
"""What goes with everything that is written of an address: an agreement speaks of what was known before."""

_NOTE = """INSERT INTO agreements (project, environment, account, address, background, agreement)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address) DO UPDATE SET
    background = excluded.background, agreement = excluded.agreement"""

_DECODE = Decoder(list[Agreement]).decode


class Agreements:
    """One verdict an address, the newest. Losing them costs time, and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope, background: str) -> dict[Address, Agreement]:
        """What was found in the light of `background`: the digest of what everything is judged by."""
        rows = self._database.query(
            f"SELECT agreement FROM agreements WHERE {HERE} AND background = ?", (*scope.key, background)
        )
        try:
            found = _DECODE(f"[{','.join(text for (text,) in rows)}]")  # all at once: there may be many
        except (MsgspecError, RecursionError):
            raise StateError(
                "the state holds an agreement that is none: it was changed from outside"
            ) from None
        return {each.address: each for each in found}

    def put(self, scope: Scope, background: str, found: Iterable[Agreement], over: Iterable[Address]) -> None:
        """Remember what was `found` in the light of `background`, and nothing of what is `over`."""
        with self._database.transaction():
            self._database.execute_all(
                _NOTE,
                ((*scope.key, str(each.address), background, encode(each).decode()) for each in found),
            )
        self.forget(scope, over)

    def forget(self, scope: Scope, over: Iterable[Address]) -> None:
        """Remember nothing any more of the addresses that are `over`."""
        self._database.execute_all(FORGET, ((*scope.key, str(address)) for address in over))
