"""Every form in which Komet answers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from reconciler.errors import AccessDenied, KometError, QuotaExhausted, Refused, UnexpectedAnswer
from reconciler.kinds.row import row_of
from reconciler.komet.envelope import read_answer
from reconciler.komet.exchange import Received
from reconciler.komet.methods import method_named
from reconciler.komet.passing import TooFast, Unreadable
from reconciler.model.query import Answer


def read(name: str, body: object, code: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return read_answer(method_named(name), Received(code, named, content))


@pytest.mark.parametrize("status", [1, "1", " 1 ", True])
def test_one_is_success_in_every_spelling(status: object) -> None:
    """`status` is compared as text, since it comes as number and as text (§1.4)."""
    answer = read("customer.add", {"status": status, "message": "success", "customerId": "4711"})
    assert answer.payload["customerId"] == "4711"


@pytest.mark.parametrize("status", [0, "0", False])
def test_zero_is_refused_in_every_spelling(status: object) -> None:
    """Komet's own words come along."""
    with pytest.raises(Refused) as refused:
        read("customer.add", {"status": status, "message": " The code exists. "})
    assert refused.value.message == "The code exists."


@pytest.mark.parametrize("status", [None, 2, "ok", "", []])
def test_another_status_is_unexpected(status: object) -> None:
    """What is neither 1 nor 0 is not interpreted."""
    with pytest.raises(UnexpectedAnswer, match="status should be 1 or 0"):
        read("customer.add", {"status": status, "message": "OK"})


@pytest.mark.parametrize("status", [1, "1", 0, "0"])
@pytest.mark.parametrize(
    "message", ["Orders not found.", "Orders not found.OK", "ORDERS NOT FOUND.", "x not found. "]
)
def test_nothing_found_is_an_answer(status: object, message: str) -> None:
    """An empty list is a message without the list, whatever its status (A13)."""
    answer = read("purchase.order.list", {"status": status, "message": message})
    assert "purchaseOrders" not in answer.payload


def test_a_list_that_is_null_is_empty() -> None:
    """Absent, null and empty are one."""
    answer = read(
        "purchase.order.list", {"status": 1, "message": "Orders not found.", "purchaseOrders": None}
    )
    assert "purchaseOrders" not in answer.payload


def test_an_empty_list_is_a_list() -> None:
    """Rows that are there are kept, none of them too."""
    assert read("product.list", {"status": 1, "message": "OK", "products": []}).payload["products"] == []


def test_not_found_beside_rows_is_not_empty() -> None:
    """Where rows came along the message does not matter."""
    answer = read("product.list", {"status": 1, "message": "Code not found.", "products": [{"id": 1}]})
    assert answer.payload["products"] == [{"id": 1}]


@pytest.mark.parametrize(("name", "status"), [("customer.update", 0), ("customer.details.get", 0)])
def test_not_found_is_a_failure_elsewhere(name: str, status: int) -> None:
    """On a write or a get, `not found.` is a no (§1.4)."""
    with pytest.raises(Refused, match="Customer not found"):
        read(name, {"status": status, "message": "Customer not found."})


@pytest.mark.parametrize(
    "body", [{"status": 1, "message": "OK"}, {"status": 1, "message": "OK", "orders": []}]
)
def test_a_list_without_its_rows_is_not_empty(body: dict[str, Any]) -> None:
    """Taken for an empty list, everything would be created again: it is unexpected."""
    with pytest.raises(UnexpectedAnswer, match="purchaseOrders should be a list"):
        read("purchase.order.list", body)


def test_rows_that_are_no_list_are_unexpected() -> None:
    """An object in place of the rows is told."""
    with pytest.raises(UnexpectedAnswer, match="products should be a list"):
        read("product.list", {"status": 1, "message": "OK", "products": {"id": 1}})


def test_some_methods_have_no_envelope() -> None:
    """Their answers are taken without status (§1.4)."""
    assert read("company.list", {"companyResult": [{"companyId": 6316}]}).payload["companyResult"]
    assert read("v2/product/colors", [{"color": "Red"}]).payload["colors"] == [{"color": "Red"}]


def test_a_failure_is_one_without_envelope_too() -> None:
    """A status 0 counts wherever it stands."""
    with pytest.raises(Refused):
        read("company.list", {"status": 0, "message": "No company"})


def test_the_rows_of_the_shop_are_the_only_array() -> None:
    """The array's name is undocumented: the only one is taken for it (A5)."""
    answer = read(
        "ecommerce/inventory.list", {"status": 1, "message": "OK", "total": 1, "rows": [{"quantity": 4}]}
    )
    assert answer.payload["inventoryItems"] == [{"quantity": 4}]


def test_a_page_past_the_end_is_empty() -> None:
    """A total without rows is a page past the end (A17)."""
    answer = read("ecommerce/inventory.list", {"status": 1, "message": "OK", "total": 40})
    assert answer.payload == {"status": 1, "message": "OK", "total": 40}


def test_two_arrays_are_not_guessed_between() -> None:
    """Rows that cannot be told from something else are unexpected, not absent."""
    with pytest.raises(UnexpectedAnswer, match="inventoryItems should be a list"):
        read("ecommerce/inventory.list", {"status": 1, "message": "OK", "total": 4, "rows": [], "tags": []})


def test_line_results_are_left_to_the_kinds() -> None:
    """A success with failed lines is an answer (A23)."""
    items = [{"identifier": "l1", "status": "0", "message": "Invalid product"}]
    assert read("prebook.create", {"status": "1", "message": "OK", "items": items}).payload["items"] == items


QUOTA = [
    "You have exceeded the limit of API requests per day.",
    "Daily quota exceeded",
    "Too many requests",
    "API limit reached",
    "The daily limit of 3,000 calls is used up",
    "Request limit exceeded for this account",
    "Maximum number of API calls reached",
    "Rate limit exceeded",
]


@pytest.mark.parametrize("message", QUOTA)
@pytest.mark.parametrize("name", ["customer.add", "customer.list"])
@pytest.mark.parametrize("code", [200, 403, 429])
def test_over_quota_in_all_its_forms(name: str, message: str, code: int) -> None:
    """429, 403 or 200 with status 0: the day's calls are used up (A8)."""
    with pytest.raises(QuotaExhausted) as refused:
        read(name, {"status": 0, "message": message}, code)
    assert message in str(refused.value)


@pytest.mark.parametrize("code", [200, 403, 429])
def test_over_quota_as_a_page(code: int) -> None:
    """The words count in HTML too."""
    with pytest.raises(QuotaExhausted):
        read("customer.add", b"<html><body>Too many requests</body></html>", code)


@pytest.mark.parametrize(
    "message",
    [
        "Credit limit exceeded",
        "The request exceeds the size limit of 64 kB",
        "Box limit of 100 exceeded",
        "The number of boxes per call is limited",
        "Requested quantity is not available",
    ],
)
def test_other_limits_are_no_quota(message: str) -> None:
    """A business limit is a plain no."""
    with pytest.raises(Refused):
        read("customer.add", {"status": 0, "message": message})


@pytest.mark.parametrize("seconds", ["0", "3", "30"])
def test_a_short_wait_is_about_the_pace(seconds: str) -> None:
    """429 with a Retry-After of up to 30 s limits the pace, not the day."""
    with pytest.raises(TooFast) as refused:
        read("customer.list", {"status": 0, "message": "Too many requests"}, 429, retry_after=seconds)
    assert refused.value.after == float(seconds)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [("Too many requests", "3600"), ("Too many requests", ""), ("Daily quota exceeded", "1")],
)
def test_a_long_wait_is_about_the_day(message: str, seconds: str) -> None:
    """429 without a short Retry-After, or one that speaks of the day, ends the day."""
    with pytest.raises(QuotaExhausted) as refused:
        read("customer.list", {"status": 0, "message": message}, 429, retry_after=seconds)
    assert not isinstance(refused.value, TooFast)


@pytest.mark.parametrize(
    "message",
    [
        "The authentication token is not valid.",
        "Permission denied: the method customer.add is not allowed for this token.",
        "User not authorized",
        "Access denied",
    ],
)
def test_a_bad_token_is_access_denied(message: str) -> None:
    """Messages about token, authentication or permission name the method that was refused (A8)."""
    with pytest.raises(AccessDenied) as refused:
        read("customer.add", {"status": 0, "message": message})
    assert refused.value.method == "customer.add"
    assert refused.value.exit_code == 9


@pytest.mark.parametrize("code", [401, 403])
@pytest.mark.parametrize("body", [b"", b"<html>Forbidden</html>", b'{"status": 0, "message": "No"}'])
def test_forbidden_without_quota_is_access_denied(code: int, body: bytes) -> None:
    """A 401 or 403 that does not speak of calls is about rights."""
    with pytest.raises(AccessDenied):
        read("customer.list", body, code)


@pytest.mark.parametrize("code", [400, 404, 422])
def test_a_failure_may_come_with_a_4xx(code: int) -> None:
    """An envelope under a 4xx is understood like one under 200."""
    with pytest.raises(Refused):
        read("customer.add", {"status": 0, "message": "The code exists."}, code)
    assert (
        read("customer.list", {"status": 0, "message": "Customers not found."}, code).payload["status"] == 0
    )


@pytest.mark.parametrize("code", [400, 404])
def test_success_with_a_4xx_is_unexpected(code: int) -> None:
    """Two voices in one answer are not interpreted."""
    with pytest.raises(UnexpectedAnswer, match="HTTP code"):
        read("customer.add", {"status": 1, "message": "OK"}, code)


@pytest.mark.parametrize("code", [500, 502, 503, 504])
@pytest.mark.parametrize("body", [b"<html>", b"", b'{"status": 1, "message": "OK"}', b'{"status": 0}'])
def test_a_server_error_may_pass(code: int, body: bytes) -> None:
    """A 5xx is no answer, whatever it holds (A8)."""
    with pytest.raises(Unreadable, match=f"HTTP code should be 200, and is {code}"):
        read("customer.add", body, code)


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_unexpected(code: int) -> None:
    """It is not followed, and where it leads is not shown."""
    with pytest.raises(UnexpectedAnswer) as refused:
        read("customer.list", b"", code, location="https://elsewhere.example/?authenticationToken=sesame")
    assert "elsewhere" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Maintenance</body></html>",
        b'{"status": 1, "products": [{"id": 1',
        b'{"status": 1, "products": [NaN]}',
        b'{"status": 1, "products": [Infinity]}',
        b'{"status": 1, "products": [], "total": 1e999999999}',
        b'{"status": 1, "products": [], "total": 1.' + b"1" * 500 + b"}",
        b'{"status": 1, "products": [], "total": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"status": 1, "message": "\xff\xfe"}',
        b"\x00",
    ],
    ids=range(12),
)
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    """Nothing, HTML, cut, NaN, absurd numbers, bottomless nesting, broken text: all the same fault."""
    with pytest.raises(Unreadable, match="should be JSON"):
        read("product.list", body)


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"OK"'])
def test_what_is_no_object_is_unexpected(body: bytes) -> None:
    """JSON, but no answer."""
    with pytest.raises(UnexpectedAnswer, match="a JSON object"):
        read("product.list", body)


@pytest.mark.parametrize("row", ["1", "1e999999999", "1." + "1" * 500, "9" * 5000, '"OK"', "[]", "null"])
def test_a_row_that_is_no_object_is_seen_when_it_is_looked_into(row: str) -> None:
    """Rows stay bytes until then, and none of these is mistaken for one."""
    answer = read("product.list", f'{{"status": 1, "message": "OK", "products": [{row}]}}'.encode())
    with pytest.raises(UnexpectedAnswer, match="an object"):
        list(row_of(answer).rows("products"))


def test_amounts_are_decimals() -> None:
    """A fraction keeps its digits, and no float is made of it."""
    body = b'{"status": 1, "message": "OK", "products": [{"price": 0.10, "id": 501}]}'
    rows: Any = read("product.list", body).payload["products"]
    assert repr(rows[0]) == "{'price': Decimal('0.10'), 'id': 501}"
    assert rows[0]["price"] == Decimal("0.1")


def test_half_a_character_becomes_a_whole_one() -> None:
    """What nothing could write down again is replaced."""
    body = b'{"status": 1, "message": "OK", "products": [{"id": 1, "description": "Rose \\ud800"}]}'
    rows: Any = read("product.list", body).payload["products"]
    assert rows[0]["description"] == "Rose \ufffd"


def test_another_encoding_is_read_when_it_is_named() -> None:
    """UTF-8 unless the answer says that it is Latin-1; a byte order mark is skipped."""
    body = '{"status": 1, "message": "Rosé", "customerId": 1}'
    header = "application/json; charset=ISO-8859-1"
    assert read("customer.add", body.encode("latin-1"), content_type=header).payload["message"] == "Rosé"
    assert read("customer.add", b"\xef\xbb\xbf" + body.encode()).payload["message"] == "Rosé"


def test_what_is_unexpected_is_shown_briefly() -> None:
    """A long page is named by its beginning."""
    with pytest.raises(KometError) as refused:
        read("product.list", b"<html>" + b"x" * 10_000)
    assert len(str(refused.value)) < 250
