"""Tokens, headers, the daily quota, the size of a request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.simulator.driver import COMPANY, CUSTOMER, USER, VENDOR, Komet, failed, line


@pytest.mark.parametrize(
    ("method", "token", "words"),
    [
        ("carrier.list", "nonsense", "token is not valid"),
        ("carrier.list", "", "token is required"),
        ("carrier.list", CUSTOMER, "of type Customer"),
        ("vendor.list", VENDOR, "of type Vendor"),
        ("customer.list", USER, "of type User"),
        ("awb.list", CUSTOMER, "permission"),
    ],
)
def test_bad_tokens(komet: Komet, method: str, token: str, words: str) -> None:
    """Q1, A8: a bad token and a wrong type are HTTP 200 with status 0 and speak of token or permission."""
    assert failed(komet.get(method, token), words)


def test_an_unticked_method_is_named(komet: Komet) -> None:
    """A8: the answer to an unticked method names the method; ticking it lets it pass."""
    token = "simulator-read-only"
    assert failed(komet.post("customer.add", token, name="X"), "customer.add is not allowed for this token")
    assert komet.get("carrier.list", token)["status"] == "1"
    komet.sim.operator("token", value=token, methods=["customer.add"])
    assert komet.post("customer.add", token, name="X")["status"] == "1"
    assert failed(komet.get("carrier.list", token), "carrier.list")


@pytest.mark.parametrize(
    "ask",
    [
        lambda http: http.get("/api/carrier.list", headers={"authenticationToken": COMPANY}),
        lambda http: http.get("/api/category.list", params={"authenticationToken": COMPANY}),
        lambda http: http.post(
            "/api/customer.add", json={"name": "X"}, params={"authenticationToken": COMPANY}
        ),
        lambda http: http.post(
            "/api/customer.add", json={"name": "X"}, headers={"authenticationToken": COMPANY}
        ),
    ],
)
def test_the_token_stands_where_its_family_keeps_it(komet: Komet, ask: Callable[..., object]) -> None:
    """§1.2: query for a classic GET, body for a classic POST, header for the rest, nowhere else."""
    response = ask(komet.http)
    assert failed(response.json(), "token is required")  # type: ignore[attr-defined]


def test_headers(komet: Komet) -> None:
    """X-ACCOUNT is required and must be the company's where the page lists it; channels are a closed set."""
    good = {"authenticationToken": USER, "X-ACCOUNT": "6316", "X-SALES-CHANNEL": "WEB_APP"}

    def ask(**changes: str | None) -> dict[str, object]:
        headers = {name: value for name, value in {**good, **changes}.items() if value is not None}
        found = komet.http.get("/api/customer.by.company.list", headers=headers).json()
        assert isinstance(found, dict)
        return found

    assert "customerResult" in ask()
    assert failed(ask(**{"X-ACCOUNT": None}), "X-ACCOUNT is required")
    assert failed(ask(**{"X-ACCOUNT": "1"}), "permission")
    assert failed(ask(**{"X-SALES-CHANNEL": None}), "X-SALES-CHANNEL is required")
    assert failed(ask(**{"X-SALES-CHANNEL": "FAX"}), "must be one of")


def test_tokens_are_made_and_revoked(komet: Komet) -> None:
    """An operator makes a token for a customer and takes it away again."""
    komet.sim.operator("token", value="simulator-hudson", type="Customer", customer="HUDSON")
    details = komet.get("customer.details.get", "simulator-hudson", customerId=48307)
    assert details["customer"]["code"] == "HUDSON"
    komet.sim.operator("revoke-token", value="simulator-hudson")
    assert failed(komet.get("customer.details.get", "simulator-hudson", customerId=48307), "not valid")


def test_no_token_value_leaves_the_simulator(komet: Komet) -> None:
    """Neither the state nor the call log holds a token's value."""
    komet.create()
    komet.get("carrier.list")
    komet.ask("category.list")
    assert COMPANY not in str(komet.sim.state())


@pytest.mark.parametrize("form", [429, 403, 200])
def test_quota(komet: Komet, form: int) -> None:
    """A8, A15: over quota in three forms; all tokens and failed calls count."""
    komet.switch(quota_users=0, quota_form=form)
    response = komet.raw_get("carrier.list")
    assert response.status_code == form
    assert failed(response.json(), "exceeded the limit")
    assert (response.headers.get("Retry-After") is not None) == (form == 429)
    before = komet.sim.state()["calls_today"]
    komet.raw_get("carrier.list", "nonsense")
    komet.raw_get("no.such.method")
    komet.http.post("/api/login")
    assert komet.sim.state()["calls_today"] == before + 3


def test_quota_counts_a_thousand_a_user(komet: Komet) -> None:
    """With one paid user the thousandth call passes, the next does not, and tomorrow one does."""
    komet.switch(quota_users=1)
    for _ in range(999):
        komet.sim.wsgi({"REQUEST_METHOD": "GET", "PATH_INFO": "/api/x"}, lambda *_: lambda _: None)
    assert komet.raw_get("carrier.list").status_code == 200
    assert komet.raw_get("carrier.list").status_code == 429
    komet.sim.operator("advance", days=1)
    assert komet.raw_get("carrier.list").status_code == 200


def test_quota_reset_time(komet: Komet) -> None:
    """A9: the day begins at quota_reset; operator actions and the state are not counted."""
    komet.switch(quota_reset="14:30")
    assert komet.sim.state()["calls_today"] == 0
    komet.get("carrier.list")
    komet.sim.operator("advance", minutes=20)
    assert komet.sim.state()["calls_today"] == 1
    komet.sim.operator("advance", minutes=20)
    assert komet.sim.state()["calls_today"] == 0


def test_size_limit(komet: Komet) -> None:
    """A16: 65,536 bytes of body and query pass, one more is refused before anything is done."""
    body = b'{"authenticationToken": "simulator-company", "name": "Big", "x": "'
    for size, status in ((65536, "1"), (65537, "0")):
        content = body + b"y" * (size - len(body) - 2) + b'"}'
        assert len(content) == size
        answer = komet.http.post("/api/customer.add", content=content).json()
        assert str(answer["status"]) == status
    komet.switch(size_limit=1000)
    assert failed(komet.get("carrier.list", name="n" * 1000), "64kb")
    assert len([row for row in komet.sim.state()["customers"] if row["name"] == "Big"]) == 1


def test_a_customer_token_and_foreign_customers(komet: Komet) -> None:
    """A37: another customer's id is refused, finds nothing, or passes, by the switch."""
    assert failed(komet.get("customer.details.get", CUSTOMER, customerId=48214), "permission")
    assert failed(komet.get("customer.shipto.list", CUSTOMER, customerId=48214), "permission")
    komet.switch(customer_token_foreign_customer="empty")
    assert komet.get("customer.shipto.list", CUSTOMER, customerId=48214)["message"] == "Ship to not found."
    assert failed(komet.get("customer.details.get", CUSTOMER, customerId=48214), "not found")
    komet.switch(customer_token_foreign_customer="allow")
    assert len(komet.get("customer.shipto.list", CUSTOMER, customerId=48214)["shiptos"]) == 2


def test_calls_are_logged_with_their_outcome(komet: Komet) -> None:
    """The log holds method, parameters, time and outcome of every call, so that tests can count."""
    komet.create(line(boxes=3))
    komet.get("carrier.list", "nonsense")
    first, second = komet.sim.state()["calls"]
    assert (first["method"], first["outcome"]) == ("purchase.order.create", "ok")
    assert first["params"]["purchaseOrderItems"][0]["boxes"] == 3
    assert second["outcome"].startswith("refused: The authentication token")
    assert first["at"] == "2027-01-04T14:00:01+00:00"
