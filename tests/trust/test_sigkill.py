"""A process of its own, ended with SIGKILL while Komet works on one of its calls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from random import Random

import pytest
from cli.conftest import served, shop  # noqa: F401  # fixtures
from cli.driver import Shop
from thorough import every


class CutOff(OSError):
    """The connection is gone before anything was carried out."""


@pytest.mark.parametrize("seed", every(2, range(6)))
def test_kill_9_at_any_call_is_safe(served: Callable[[Callable[[str], None]], Shop], seed: int) -> None:  # noqa: F811
    """Whether the call took effect or not: after `unlock`, the next apply finds or makes what is missing,
    the order is made once, and the plan is empty."""
    chance = Random(seed)
    place, takes_effect = chance.randint(8, 15), chance.random() < 0.5
    requests: list[str] = []
    made: list[str] = []
    victim: list[subprocess.Popen[bytes]] = []

    def on_request(path: str) -> None:
        requests.append(path)
        if len(requests) == place:
            os.kill(victim[0].pid, signal.SIGKILL)
            victim[0].wait()
            if not takes_effect:
                raise CutOff
        if path.endswith(".create"):
            made.append(path)

    repository = served(on_request)
    victim.append(
        subprocess.Popen(
            [sys.executable, "-m", "reconciler", "apply", "--yes"],
            cwd=repository.folder,
            env=repository.environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    assert victim[0].wait(60) == -signal.SIGKILL
    repository.run("unlock", "--yes")
    assert repository.run("apply", "--yes").code == 0
    assert repository.run("plan", "--detailed-exitcode").code == 0
    assert made == ["/api/purchase.order.create"]
