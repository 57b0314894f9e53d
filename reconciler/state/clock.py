"""A machine's time, so that setting its clock moves nothing that is measured with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Machine(Struct, frozen=True):
    """`boot` names the time since the machine was started last; `ticks` are seconds that only ever go on,
    alike in all its processes as long as `boot` is the same. `wall` is the clock that people set.
    """

    boot: str
    ticks: Callable[[], float]
    wall: Callable[[], datetime]

    def began(self) -> datetime:
        """When its ticks began, as far as the wall clock is right."""
        return self.wall() - timedelta(seconds=self.ticks())


def this_machine() -> Machine:
    """This machine. Where the system has no such ticks, they are the wall clock's."""
    try:
        return Machine(_BOOT.read_text(encoding="ascii"), _boot_time, _wall)
    except OSError:
        return Machine("", time.time, _wall)


def _boot_time() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _wall() -> datetime:
    return datetime.now(UTC)
