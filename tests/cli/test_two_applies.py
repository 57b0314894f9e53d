"""Two applies on one account, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from postgres import Server

from cli.driver import Ended, Shop

CREATE = "purchase.order.create"


@dataclass
class Meeting:
    """Does `act` while the first order is on its way to Komet; keeps the writing methods that came."""

    act: Callable[[], None] = lambda: None
    writes: list[str] = field(default_factory=list)

    def __call__(self, path: str) -> None:
        method = path.removeprefix("/api/")
        if method.endswith((".list", ".get")):
            return
        self.writes.append(method)
        if self.writes.count(CREATE) == 1 and method == CREATE:
            self.act()


@pytest.fixture
def meeting() -> Meeting:
    return Meeting()


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(
    request: pytest.FixtureRequest, served: Callable[[Callable[[str], None]], Shop], meeting: Meeting
) -> Shop:
    """A repository whose state is in each of the databases; Komet is reached over HTTP."""
    shop = served(meeting)
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        project = shop.folder / "reconciler.yaml"
        project.write_text(f"{project.read_text()}\nstate: {server.fresh_url()}\n")
    return shop


def test_of_two_applies_at_once_one_writes(shared: Shop, meeting: Meeting) -> None:
    """The second comes while the first is writing: it names it and how to take over, and ends with 8."""
    second: list[Ended] = []
    meeting.act = lambda: second.append(shared.start("apply", "--yes"))
    first = shared.run("apply", "--yes")
    assert (first.code, [ended.code for ended in second]) == (0, [8]), first.err
    assert "another apply is under way" in second[0].err
    assert "pid" in second[0].err
    assert "reconciler unlock" in second[0].err
    assert meeting.writes == ["customer.update", CREATE]
    assert shared.run("plan", "--detailed-exitcode").code == 0


def test_an_apply_that_was_killed_is_taken_over(shared: Shop, meeting: Meeting) -> None:
    """Killed while its order was on its way, it holds the account until `unlock`; then the order is found."""
    first = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "--yes"],
        cwd=shared.folder,
        env=shared.environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    meeting.act = lambda: os.kill(first.pid, signal.SIGKILL)
    assert first.wait(60) == -signal.SIGKILL
    refused = shared.run("apply", "--yes")
    assert refused.code == 8
    assert f"pid {first.pid}" in refused.err
    assert f"pid {first.pid}" in shared.run("unlock", "--yes").out
    assert shared.run("apply", "--yes").code == 0
    assert meeting.writes == ["customer.update", CREATE]
    assert shared.run("plan", "--detailed-exitcode").code == 0


def test_a_state_that_is_lost_in_mid_apply_says_how_to_go_on(
    served: Callable[[Callable[[str], None]], Shop], meeting: Meeting, server: Server
) -> None:
    """Its server dies while the order is on its way: the run ends, and the next one finds the order."""
    shop = served(meeting)
    project = shop.folder / "reconciler.yaml"
    project.write_text(f"{project.read_text()}\nstate: {server.fresh_url()}\n")
    meeting.act = server.stop
    try:
        ended = shop.run("apply", "--yes")
    finally:
        server.begin()
    assert ended.code == 7
    assert "the connection to the state in postgresql://tests@" in ended.out
    assert "plan again" in ended.out
    assert "Traceback" not in ended.err
    assert shop.run("apply", "--yes").code == 8
    assert shop.run("unlock", "--yes").code == 0
    assert shop.run("apply", "--yes").code == 0
    assert meeting.writes == ["customer.update", CREATE]
