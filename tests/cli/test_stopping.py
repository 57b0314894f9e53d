"""Signals during an apply."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from cli.conftest import SOON
from cli.driver import CUSTOMER, ORDER, Shop


def test_the_first_signal_finishes_the_call_in_flight(
    served: Callable[[Callable[[str], None]], Shop],
) -> None:
    """What was begun is finished and read back, the rest is not started, and the next apply does it."""
    stops = iter([signal.SIGTERM])

    def on_request(path: str) -> None:
        if path.endswith("/customer.update") and (number := next(stops, None)) is not None:
            os.kill(os.getpid(), number)

    shop = served(on_request)
    former = signal.getsignal(signal.SIGTERM)
    ended = shop.run("apply", "--yes", "--json")
    assert ended.code == 7
    assert "once more stops at once" in ended.err
    outcomes = {change["address"]: change["outcome"] for change in ended.json["changes"]}
    assert outcomes == {CUSTOMER: "done", ORDER: "not_started"}
    assert signal.getsignal(signal.SIGTERM) is former
    assert shop.run("apply", "--yes").code == 0
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_the_second_signal_stops_at_once(served: Callable[[Callable[[str], None]], Shop]) -> None:
    """It says what is true, lets go of the account, and nothing is made twice afterwards."""
    stops = iter([2, 0])

    def on_request(path: str) -> None:
        if path.endswith("/purchase.order.create"):
            for _ in range(next(stops, 0)):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.3)

    shop = served(on_request)
    ended = shop.run("apply", "--yes")
    assert ended.code == 7
    assert "stopped at once" in ended.err
    assert "reconciler plan" in ended.err
    assert "Traceback" not in ended.err
    assert "No apply holds" in shop.run("unlock").out
    assert shop.run("apply", "--yes", RECONCILER_NOW=SOON).code == 0
    again = shop.run("plan", "--detailed-exitcode", RECONCILER_NOW=SOON)
    assert again.code == 0
