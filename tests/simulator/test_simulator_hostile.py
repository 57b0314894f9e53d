"""No request, however malformed, gets more than a sentence: never a traceback, never a broken store."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.simulator.catalogue import METHODS
from reconciler.simulator.driver import COMPANY, Komet, line, wholesaler
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.operator import known_actions

WILD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [
            "",
            "0",
            "999",
            "77",
            "2027-02-01",
            "9999-12-31",
            "P057116",
            "\x00",
            "\ud800",
            "１２",
            "1e999",
            "-1",
            "a" * 300,
        ]
    )
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OPERATOR_NAMES = (
    *("number", "line", "customer", "lines", "awb", "value", "kind", "boxes", "po_line", "price", "price_a"),
    *("max_age", "hide_on_hand", "location", "product", "vendor", "box_type", "cost", "unit"),
    *("prebook", "item", "truck_date", "ship_to", "units"),
)
NAMES = (
    "active",
    "availableDate",
    "awb",
    "boxes",
    "boxCodes",
    "carrierId",
    "category",
    "code",
    "comments",
    "companyLocationCode",
    "contactId",
    "creditLimit",
    "customerCode",
    "customerCodes",
    "customerId",
    "date",
    "description",
    "financeChargePercentage",
    "growerId",
    "id",
    "includeInactive",
    "inventoryId",
    "inventoryIds",
    "inventoryLineIds",
    "inventoryOrigin",
    "inventoryType",
    "invoiceId",
    "locationCodes",
    "locationId",
    "name",
    "number",
    "orderDateFrom",
    "orderDateTo",
    "orderItemId",
    "page",
    "poItemId",
    "poItems",
    "prebook",
    "prebookId",
    "prebookItemId",
    "prebookItems",
    "portOrigin",
    "price",
    "productId",
    "purchaseOrderItemId",
    "purchaseOrderItemIds",
    "purchaseOrderItems",
    "purchaseOrderNumber",
    "quantity",
    "quantityConfirmed",
    "regionsOfOrigin",
    "reservedInventory",
    "rows",
    "shipDate",
    "shipToId",
    "status",
    "type",
    "unitCost",
    "updateAsOf",
    "variety",
    "vendorCode",
    "vendorId",
    "vendorType",
    "webOrderId",
)


@pytest.fixture(scope="module")
def victim() -> Iterator[Komet]:
    """One simulator for all attacks: it must live through them."""
    found = Komet(make_simulator(wholesaler()))
    found.switch(quota_users=999999)
    yield found
    found.sim.close()


def _header_token(method: str) -> str:
    if "customer.by" in method:
        return "simulator-user"
    return "simulator-bloomnet" if "web-order" in method else COMPANY


def _send(komet: Komet, method: str, body: bytes, query: str) -> tuple[int, bytes]:
    """One request below every client library; the status and the body."""
    seen: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": METHODS[method].verb,
        "PATH_INFO": f"/api/{method}",
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHENTICATIONTOKEN": _header_token(method),
        "HTTP_X_ACCOUNT": "6316",
        "HTTP_X_SALES_CHANNEL": "WEB_APP",
        "wsgi.input": io.BytesIO(body),
    }

    def start(status: str, *_: object) -> Any:
        seen.append(status)

    content = b"".join(komet.sim.wsgi(environ, start))
    return int(seen[0][:3]), content


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(sorted(METHODS)),
    params=st.dictionaries(st.sampled_from(NAMES), WILD, max_size=6),
    quoted=st.booleans(),
)
def test_any_parameters(victim: Komet, method: str, params: dict[str, Any], quoted: bool) -> None:
    """Whatever the parameters are, the answer is HTTP 200 and a JSON object."""
    sent = {key: str(value) for key, value in params.items()} if quoted else params
    body = json.dumps({"authenticationToken": COMPANY, **sent}).encode()
    from urllib.parse import urlencode

    pairs = {key: str(value).encode("utf-8", "replace") for key, value in sent.items()}
    query = urlencode({"authenticationToken": COMPANY, **pairs})
    status, content = _send(victim, method, b"" if METHODS[method].verb == "GET" else body, query)
    assert status == 200
    assert isinstance(json.loads(content), dict)


@settings(max_examples=80, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(line())), WILD, max_size=4), header=WILD)
def test_any_order_line(victim: Komet, changes: dict[str, Any], header: Any) -> None:
    """A wild line or header fails with a sentence, and what was made can be listed."""
    body = {"authenticationToken": COMPANY, "shipDate": "2027-04-01", "vendorId": 77, "comments": header}
    body["purchaseOrderItems"] = [{**line(), **changes, "breakdowns": header}, {**line(), **changes}]
    status, content = _send(victim, "purchase.order.create", json.dumps(body).encode(), "")
    assert status == 200
    answer = json.loads(content)
    if answer["status"] == 1:
        assert victim.order(answer["purchaseOrderNumber"])["number"] == answer["purchaseOrderNumber"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b"\x00",
        b"[" * 60000,
        b'{"a":' * 10000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": NaN}',
        b'{"a": 1e99999999999999999999}',
        b'{"authenticationToken": {"a": 1}}',
        b'{"authenticationToken": 12345678901234567890123}',
        b'{"authenticationToken": "\\ud800"}',
        b'{"authenticationToken": "simulator-company", "name": "\\u0000\\ud800"}',
        b'{"authenticationToken": "simulator-company", "name": "x", "creditLimit": 1e999999}',
        b'{"authenticationToken": "simulator-company", "name": "x", "creditLimit": "1e-999"}',
    ],
)
def test_malformed_bodies(victim: Komet, body: bytes) -> None:
    """A body that is no JSON object, or a monstrous one, is answered with a sentence."""
    status, content = _send(victim, "customer.add", body, "")
    assert status == 200
    assert "status" in json.loads(content)


@pytest.mark.parametrize(
    "query", ["%", "%ff=%fe", "authenticationToken", "&&&=", "a" * 5000, "%00=%00", "number=" + "1," * 9000]
)
def test_malformed_queries(victim: Komet, query: str) -> None:
    """A query that cannot be meant is answered with a sentence."""
    for rest in ("", "&authenticationToken=simulator-company"):
        status, content = _send(victim, "purchase.order.list", b"", query + rest)
        assert status == 200
        assert "status" in json.loads(content)


@settings(max_examples=80, deadline=None)
@given(
    action=st.sampled_from([*sorted(known_actions()), "nonsense"]),
    params=st.dictionaries(st.sampled_from(OPERATOR_NAMES), WILD),
)
def test_any_operator_action(victim: Komet, action: str, params: dict[str, Any]) -> None:
    """The operator's door is as sturdy: 200 or a sentence with 400."""
    response = victim.http.post(f"/_operator/{action}", content=json.dumps(params).encode())
    victim.sim.operator("clear-faults")
    assert response.status_code in (200, 400), response.text
    assert isinstance(response.json(), dict)
