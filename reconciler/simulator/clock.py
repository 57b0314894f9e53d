"""The simulator's clock: fixed and stepped by calls, or the real one; an operator moves it on."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from reconciler.simulator.store import Store

REAL = "real"


class Clock:
    """Time as the simulated company sees it; what it knows is in the store, so it survives a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> datetime:
        """The simulated time, aware, in UTC, without microseconds."""
        offset = timedelta(seconds=int(self._store.setting("clock_offset", "0")))
        start = self._store.setting("clock_start", REAL)
        if start == REAL:
            return datetime.now(UTC).replace(microsecond=0) + offset
        return datetime.fromisoformat(start) + offset

    def tick(self) -> None:
        """One API call went by: a fixed clock moves by its step."""
        if self._store.setting("clock_start", REAL) != REAL:
            self.advance(int(self._store.setting("clock_step", "1")))

    def advance(self, seconds: int) -> None:
        """Let `seconds` pass at once."""
        offset = int(self._store.setting("clock_offset", "0")) + seconds
        self._store.set_setting("clock_offset", str(offset))

    def wait(self, seconds: float) -> None:
        """Spend `seconds` on a slow answer: a fixed clock is moved, only the real one sleeps."""
        if self._store.setting("clock_start", REAL) == REAL:
            time.sleep(seconds)
            return
        with self._store.transaction():
            self.advance(max(1, round(seconds)))
