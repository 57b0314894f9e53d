"""The desk over HTTP: every page, every action's form, redirects with a message, hostile texts inert."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.simulator.desk import PAGES, ROOT
from reconciler.simulator.desk_forms import operator_params
from reconciler.simulator.driver import Komet, wholesaler
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.operator import known_actions

LINE = 88101
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{7*7}} javascript:alert(1)"
EVERYWHERE = [ROOT + name for name in PAGES]


class _Forms(HTMLParser):
    """The tags of a page: its forms with the fields of each, and every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag in ("input", "select") and self.forms and found.get("name"):
            self.forms[-1][1][str(found["name"])] = found.get("value") or ""


def _read(text: str) -> _Forms:
    parser = _Forms()
    parser.feed(text)
    return parser


def _do(komet: Komet, action: str, **fields: Any) -> httpx.Response:
    return komet.http.post(f"/_desk/do/{action}", data={name: str(value) for name, value in fields.items()})


def _told(response: httpx.Response) -> str:
    """The message that the redirection carries."""
    assert response.status_code == 303
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return query.get("failed", query.get("message", [""]))[0]


@pytest.mark.parametrize("page", EVERYWHERE)
def test_every_page(komet: Komet, page: str) -> None:
    """Each page is HTML that names the company and the time, without script, for every screen width."""
    komet.get("product.list")
    komet.sim.operator("fault", kind="latency")
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    komet.sim.operator("buy", customer="BLOOM", line=LINE, boxes=1)
    komet.sim.operator("buy", customer="BLOOM", po_line=910005, boxes=1)
    response = komet.http.get(page)
    assert response.status_code == 200
    assert "Petal &amp; Stem Wholesale" in response.text
    assert "Mon 04 Jan 2027" in response.text
    tags = _read(response.text).tags
    assert ("script", {}) not in tags
    assert any(each.get("name") == "viewport" for tag, each in tags if tag == "meta")
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_bare_address_leads_to_the_desk(komet: Komet) -> None:
    """`/` and `/_desk` redirect, an unknown page is a 404, another verb a 405; none is counted as a call."""
    for bare in ("/", "/_desk"):
        assert komet.http.get(bare).status_code == 303
        assert komet.http.get(bare).headers["location"] == ROOT
        assert komet.http.post(bare).status_code == 405
    assert komet.http.get("/_desk/nonsense").status_code == 404
    assert komet.http.put("/_desk/").status_code == 405
    assert komet.http.get("/_desk/style.css").headers["content-type"].startswith("text/css")
    assert komet.sim.state()["calls_today"] == 0


def test_reserve_and_clear(komet: Komet) -> None:
    """The form on a line puts a customer on it, the other takes it off; both lead back to the line."""
    response = _do(
        komet, "stock-customer", line=LINE, customer="BLOOM", back="/_desk/?location=MIA#line-88101"
    )
    assert response.headers["location"].startswith("/_desk/?location=MIA&")
    assert response.headers["location"].endswith("#line-88101")
    assert [row["inventoryLineIds"] for row in komet.reserved()] == [str(LINE)]
    assert "Roses Freedom 60cm" in komet.http.get("/_desk/shops").text.split("Free for everybody")[0]
    _do(komet, "stock-customer", line=LINE, customer="", null="customer")
    assert komet.reserved() == []


def test_a_refusal_is_told(komet: Komet) -> None:
    """What cannot be done comes back as a sentence on the page."""
    response = _do(komet, "stock-customer", line=LINE, customer="NOBODY", back="/_desk/")
    assert "NOBODY" in _told(response)
    page = komet.http.get(response.headers["location"]).text
    assert "Not done: there is no &#39;NOBODY&#39; among the customers" in page
    assert _told(_do(komet, "nonsense")).startswith("there is no action")


def test_confirm_some_boxes_as_the_farm(komet: Komet) -> None:
    """The form on a line of an order confirms that line's boxes."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    _do(komet, "confirm", number=number, **{f"lines.{line_id}": "6"})
    assert komet.lines(number)[0]["quantityConfirmed"] == 6
    assert "6 offered" in komet.http.get(f"/_desk/orders?number={number}").text


def test_five_minutes_pass(komet: Komet) -> None:
    """The button on every page moves the clock by five minutes."""
    before = komet.sim.now()
    page = _read(komet.http.get("/_desk/").text)
    action, fields = next(form for form in page.forms if form[1].get("minutes") == "5")
    assert "Five minutes" in _told(komet.http.post(action, data=fields))
    assert (komet.sim.now() - before).total_seconds() == 300


def test_every_action_has_a_form(komet: Komet) -> None:
    """There is a form for each operator action, with a field for each of its parameters."""
    forms = dict(_read(komet.http.get("/_desk/actions").text).forms)
    for name, (_, taken) in known_actions().items():
        assert taken - {"*"} <= set(forms[f"/_desk/do/{name}"]), name
    assert "po_initial_status" in forms["/_desk/do/settings"]
    assert "kind" in forms["/_desk/do/fault"]


def test_settings_by_form(komet: Komet) -> None:
    """The settings form shows what is in force, and sends all of it back."""
    forms = dict(_read(komet.http.get("/_desk/actions").text).forms)
    fields = {**forms["/_desk/do/settings"], "page_rows": "7"}
    assert fields["quota_users"] == "3"
    assert "Done" in _told(komet.http.post("/_desk/do/settings", data=fields))
    assert komet.sim.state()["switches"]["page_rows"] == 7


@pytest.mark.parametrize("page", ["/_desk/", "/_desk/orders", "/_desk/sales", "/_desk/shops"])
def test_every_form_of_a_page_is_understood(komet: Komet, page: str) -> None:
    """No form on a page names an action or a parameter that does not exist."""
    komet.sim.operator("buy", customer="BLOOM", line=LINE, boxes=1)
    taken = {name: names for name, (_, names) in known_actions().items()}
    for action, fields in _read(komet.http.get(page).text).forms:
        if action.startswith("/_desk/do/"):
            params = operator_params({**fields, "back": "", "done": ""})
            assert set(params) <= taken[action.removeprefix("/_desk/do/")], action


def test_filters(komet: Komet) -> None:
    """Stock is filtered by location, product, state and customer; orders by number and status."""
    assert "88155" not in komet.http.get("/_desk/?location=MIA").text
    assert "88155" in komet.http.get("/_desk/?location=LAX&product=freedom+60").text
    held = komet.http.get("/_desk/?state=held").text
    assert "88109" in held and "88101" not in held
    assert "88108" in komet.http.get("/_desk/?customer=petalhse").text
    assert "No stock like this" in komet.http.get("/_desk/?product=nothing").text
    assert "P057140" not in komet.http.get("/_desk/orders?status=CF").text


def test_a_line_is_found_by_its_number(komet: Komet) -> None:
    """The number that a worklist names leads to this line, in stock as on order; a part of it to none."""
    assert re.findall(r'id="line-(\d+)"', komet.http.get("/_desk/?product=88104").text) == ["88104"]
    assert "No stock like this" in komet.http.get("/_desk/?product=8810").text
    number = komet.create()["purchaseOrderNumber"]
    line = komet.lines(number)[0]["poItemId"]
    found = komet.http.get(f"/_desk/orders?number={line}").text
    assert re.findall(r'id="order-(\w+)"', found) == [number]
    assert "No orders like this" in komet.http.get(f"/_desk/orders?number={str(line)[:-1]}").text


def test_why_a_line_is_unseen(komet: Komet) -> None:
    """An order's line says which of the conditions is not met (§6.2)."""
    assert "Unseen: not confirmed" in komet.http.get("/_desk/orders?number=P057140").text
    assert "Unseen: on hold, not confirmed" in komet.http.get("/_desk/orders?number=P057141").text
    assert "Unseen: no price, not confirmed" in komet.http.get("/_desk/orders?number=P057133").text


@pytest.mark.parametrize("page", EVERYWHERE)
def test_hostile_texts_are_inert(komet: Komet, page: str) -> None:
    """Texts from calls, orders, customers and addresses are shown as text, never as markup."""
    komet.create(comments=HOSTILE)
    komet.get("customer.list", name=HOSTILE)
    komet.http.get(f"/api/{'<script>'}")
    komet.sim.operator("edit-customer", customer="BLOOM", name=HOSTILE)
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    komet.add_stock(reference="<b onload=x>", customerId=48213)
    response = komet.http.get(page, params={"message": HOSTILE, "product": HOSTILE, "number": HOSTILE})
    tags = _read(response.text).tags
    assert not [tag for tag, _ in tags if tag in ("script", "img", "b onload")]
    assert not [each for _, each in tags if any(name.startswith("on") for name in each)]
    assert "49 javascript" not in response.text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/_operator/state", "/_desk/\r\nX: y", ""]
)
def test_back_stays_on_the_desk(komet: Komet, back: str) -> None:
    """Whatever a form says, the way back is a page of the desk."""
    where = _do(komet, "advance", seconds=1, back=back).headers["location"]
    assert where.startswith(ROOT)
    assert "\n" not in where and "X" not in _do(komet, "advance", seconds=1, back=back).headers


def test_foreign_pages_cannot_act(komet: Komet) -> None:
    """A form that another site sends is refused (the browser tells its origin)."""
    foreign = {"Origin": "https://evil.example"}
    response = komet.http.post("/_desk/do/stock-delete", data={"line": LINE}, headers=foreign)
    assert response.status_code == 403
    assert komet.stored_line(LINE)["boxes"] == 10
    own = {"Origin": "http://komet.invalid"}
    assert komet.http.post("/_desk/do/stock-delete", data={"line": LINE}, headers=own).status_code == 303


@pytest.fixture(scope="module")
def victim() -> Iterator[Komet]:
    """One simulator for all attacks: it must live through them."""
    found = Komet(make_simulator(wholesaler()))
    yield found
    found.http.close()
    found.sim.close()


@settings(max_examples=30, deadline=None)
@given(
    action=st.sampled_from(sorted(known_actions())),
    fields=st.dictionaries(
        st.sampled_from(
            ["line", "boxes", "customer", "number", "back", "null", "lines.1", "methods", "price"]
        ),
        st.text(max_size=30) | st.sampled_from(["88101", "BLOOM", "P057116", "/_desk/orders?x=%ff#é"]),
        max_size=6,
    ),
)
def test_any_form(victim: Komet, action: str, fields: dict[str, str]) -> None:
    """Whatever a form says, the answer is a redirection to a page that can be shown."""
    response = _do(
        victim, action, **{name: text.encode("utf-8", "replace").decode() for name, text in fields.items()}
    )
    assert response.status_code == 303
    victim.sim.operator("clear-faults")
    assert victim.http.get(response.headers["location"]).status_code in (200, 404)


@settings(max_examples=40, deadline=None)
@given(page=st.sampled_from(EVERYWHERE), query=st.binary(max_size=40))
def test_any_query(victim: Komet, page: str, query: bytes) -> None:
    """Whatever the query says, the page is shown."""
    text = query.decode("latin-1")
    assert victim.http.get(page, params={"product": text, text: text, "location": text}).status_code == 200


def test_jinja_is_loaded_only_for_the_desk() -> None:
    """Opening a simulator and calling it loads no template engine."""
    code = (
        "import sys; from reconciler.simulator.driver import Komet, wholesaler; "
        "from reconciler.simulator.embed import make_simulator; k = Komet(make_simulator(wholesaler())); "
        "k.get('product.list'); k.sim.operator('advance', seconds=1); assert 'jinja2' not in sys.modules; "
        "k.http.get('/_desk/'); assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
