"""The simulator over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from reconciler.simulator.driver import COMPANY, wholesaler
from reconciler.simulator.embed import Simulator, make_simulator
from reconciler.simulator.server import serve


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Simulator, httpx.Client]]:
    """A simulator behind a port of its own; the thread ends with the process."""
    sim = make_simulator(wholesaler())
    ready = threading.Event()
    ports: list[int] = []

    def on_ready(port: int) -> None:
        ports.append(port)
        ready.set()

    threading.Thread(target=serve, args=(sim, 0, on_ready), daemon=True).start()
    assert ready.wait(10)
    with httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=10) as client:
        yield sim, client


def test_api_and_operator_over_http(served: tuple[Simulator, httpx.Client]) -> None:
    """The same application answers over HTTP."""
    _, client = served
    params = {"authenticationToken": COMPANY, "code": "HB"}
    assert client.get("/api/boxtype.list", params=params).json()["boxtypes"][0]["id"] == 9
    assert client.get("/_operator/state").json()["company"]["id"] == 6316


@pytest.mark.parametrize("kind", ["lose_request", "lose_answer"])
def test_a_lost_connection_is_a_closed_socket(served: tuple[Simulator, httpx.Client], kind: str) -> None:
    """The client sees a transport failure and no HTTP answer; the server goes on."""
    sim, client = served
    sim.operator("fault", kind=kind)
    with pytest.raises(httpx.TransportError):
        client.get("/api/boxtype.list", params={"authenticationToken": COMPANY})
    assert client.get("/_operator/state").status_code == 200


def test_a_huge_body_is_refused(served: tuple[Simulator, httpx.Client]) -> None:
    """A body of two megabytes is answered, not read into anything."""
    _, client = served
    answer = client.post("/api/customer.add", content=b"x" * 2_000_000).json()
    assert "64kb" in answer["message"]
