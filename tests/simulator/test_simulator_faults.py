"""Scripted faults: which call they hit, what the caller sees, what took effect."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from reconciler.simulator.driver import Komet, failed, line, seed_with
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.errors import ConnectionLost, Refused

CREATE = "purchase.order.create"


def _orders(komet: Komet) -> int:
    return len(komet.sim.state()["purchase_orders"])


def _create(komet: Komet) -> httpx.Response:
    return komet.raw_post(CREATE, shipDate="2027-02-01", vendorId=77, purchaseOrderItems=[line()])


@pytest.mark.parametrize(
    ("kind", "effect"), [("lose_request", False), ("lose_answer", True), ("late_effect", False)]
)
def test_lost_connections(komet: Komet, kind: str, effect: bool) -> None:
    """The connection drops as a `ConnectionError`, before any effect, after it, or long before it."""
    before = _orders(komet)
    komet.sim.operator("fault", kind=kind, method=CREATE)
    with pytest.raises(ConnectionLost) as caught:
        _create(komet)
    assert isinstance(caught.value, ConnectionError)
    assert _orders(komet) == before + effect
    assert _create(komet).status_code == 200


def test_a_late_effect_comes_at_the_next_call(komet: Komet) -> None:
    """The write takes effect at the beginning of the next call, or of the n-th one after."""
    before = _orders(komet)
    komet.sim.operator("fault", kind="late_effect", method=CREATE)
    with pytest.raises(ConnectionLost):
        _create(komet)
    assert _orders(komet) == before
    found = komet.get("purchase.order.list", date="2027-02-01")
    assert [order["number"] for order in found["purchaseOrders"]] == ["P057200"]
    komet.sim.operator("fault", kind="late_effect", method=CREATE, seconds=2)
    with pytest.raises(ConnectionLost):
        _create(komet)
    counts = [len(komet.get("purchase.order.list", date="2027-02-01")["purchaseOrders"]) for _ in range(3)]
    assert counts == [1, 2, 2]


@pytest.mark.parametrize(
    ("kind", "status", "effect"),
    [
        ("http_429", 429, False),
        ("http_403", 403, False),
        ("http_5xx", 503, False),
        ("html", 200, True),
        ("truncated", 200, True),
        ("wrong_types", 200, True),
        ("over_quota", 429, False),
    ],
)
def test_spoiled_answers(komet: Komet, kind: str, status: int, effect: bool) -> None:
    """What the caller gets instead of the answer, and whether the work was done all the same."""
    before = _orders(komet)
    komet.sim.operator("fault", kind=kind, method=CREATE)
    response = _create(komet)
    assert response.status_code == status
    assert _orders(komet) == before + effect
    if kind in ("html", "http_5xx"):
        assert response.headers["Content-Type"].startswith("text/html") and "<html>" in response.text
    elif kind == "truncated":
        with pytest.raises(json.JSONDecodeError):
            response.json()
    elif kind == "wrong_types":
        assert isinstance(response.json()["items"], dict)
    else:
        assert response.json()["status"] == 0


@pytest.mark.parametrize(("kind", "status"), [("http_5xx", 502), ("html", 500), ("http_403", 401)])
def test_status_and_effect_can_be_chosen(komet: Komet, kind: str, status: int) -> None:
    """A 5xx after the write, an HTML page with 500: http_status and effect override the kind's own."""
    before = _orders(komet)
    komet.sim.operator("fault", kind=kind, http_status=status, effect=kind == "http_5xx", method=CREATE)
    assert _create(komet).status_code == status
    assert _orders(komet) == before + (kind == "http_5xx")


def test_latency_moves_the_clock(komet: Komet) -> None:
    """A slow answer passes simulated time and sleeps not at all; the call itself succeeds."""
    start = komet.sim.now()
    komet.sim.operator("fault", kind="latency", seconds=45)
    assert komet.get("carrier.list")["status"] == "1"
    assert (komet.sim.now() - start).total_seconds() == 46


def test_unknown_product(komet: Komet) -> None:
    """For one call a product is not mapped, whether named by id or by code; the next call knows it again."""
    komet.sim.operator("fault", kind="unknown_product", method=CREATE, product="RSFRE60")
    answer = komet.create(line(), line(productId=501, identifier="other"))
    assert [each["identifier"] for each in answer["items"]] == ["other"]
    assert len(komet.create()["items"]) == 1


def test_nth_and_times(komet: Komet) -> None:
    """A fault hits the nth matching call, so often; other methods neither count nor suffer."""
    komet.sim.operator("fault", kind="http_429", method="carrier.*", nth=2, times=2)
    codes = []
    for _ in range(5):
        komet.raw_get("boxtype.list")
        codes.append(komet.raw_get("carrier.list").status_code)
    assert codes == [200, 429, 429, 200, 200]
    komet.sim.operator("fault", kind="http_403", times=None)
    assert [komet.raw_get("carrier.list").status_code for _ in range(3)] == [403] * 3
    komet.sim.operator("clear-faults")
    assert komet.raw_get("carrier.list").status_code == 200


def _shared(seed: int) -> list[int]:
    again = Komet(
        make_simulator(seed_with(faults=[{"kind": "http_5xx", "share": "0.3", "seed": seed, "times": None}]))
    )
    codes = [again.raw_get("carrier.list").status_code for _ in range(60)]
    again.sim.close()
    return codes


def test_a_share_is_drawn_from_a_seed() -> None:
    """A share of the calls is hit, the same ones for the same seed; a seed file can script it."""
    assert _shared(1) == _shared(1) != _shared(2)
    assert 5 < _shared(1).count(503) < 35


@pytest.mark.parametrize(
    "fault", [{}, {"kind": "nonsense"}, {"kind": "html", "colour": 1}, {"kind": "html", "nth": "x"}]
)
def test_a_fault_that_cannot_be_meant(komet: Komet, fault: dict[str, Any]) -> None:
    """A typo in a fault is refused."""
    with pytest.raises(Refused):
        komet.sim.operator("fault", **fault)


def test_faults_count_as_calls(komet: Komet) -> None:
    """A15: a call that a fault hits is counted and logged like any other."""
    komet.sim.operator("fault", kind="lose_request")
    with pytest.raises(ConnectionLost):
        komet.get("carrier.list")
    state = komet.sim.state()
    assert state["calls_today"] == 1
    assert state["calls"][0]["outcome"] == "lose request"
    komet.switch(quota_users=0)
    assert failed(komet.raw_get("carrier.list").json(), "exceeded")
