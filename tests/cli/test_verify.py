"""verify, coverage, handover and the probes of doctor as they are used."""

from __future__ import annotations

import csv
import io
import re

import jsonschema
import pytest

from cli.driver import ORDER, SECRET, TOKEN, Shop
from reconciler.kinds.schema import load_schema

OWN = "KOMET_BLOOMNET_TOKEN"
OWN_SECRET = "the-buyers-own-secret"


@pytest.fixture
def kept(shop: Shop) -> Shop:
    """The quick start, applied, with a token of the customer."""
    shop.run("apply", "--yes")
    shop.with_simulator(
        lambda simulator: simulator.operator(
            "token", value=OWN_SECRET, name="Own", type="Customer", customer="BLOOM"
        )
    )
    shop.variables[OWN] = OWN_SECRET
    return shop


def confirm(shop: Shop) -> None:
    """The farm confirms; a quarter of an hour passes."""
    number = shop.order()["number"]
    shop.with_simulator(lambda simulator: simulator.operator("confirm", number=number))
    shop.with_simulator(lambda simulator: simulator.operator("advance", minutes=15))


def test_verify_all_visible(kept: Shop) -> None:
    """0, one line for an order, and the calls as announced."""
    confirm(kept)
    ended = kept.run("verify")
    assert ended.code == 0
    assert f"✓ {ORDER}" in ended.out
    announced = sum(map(int, re.findall(r"^(\d+) calls?", ended.err, re.MULTILINE)))
    assert f"{announced} made; {announced} announced" in ended.out


def test_verify_not_visible(kept: Shop) -> None:
    """11, the cause and what to do; the JSON satisfies its schema and says the same."""
    text, document = kept.run("verify"), kept.run("verify", ORDER, "--json")
    assert text.code == document.code == 11
    assert "not confirmed by the farm" in text.out
    jsonschema.Draft202012Validator(load_schema("verify")).validate(document.json)
    names = {cause["name"] for finding in document.json["findings"] for cause in finding["causes"]}
    assert names == {"unconfirmed"}


def test_verify_waits_in_simulated_time(kept: Shop) -> None:
    """The embedded simulator's five minutes pass at once."""
    number = kept.order()["number"]
    kept.with_simulator(lambda simulator: simulator.operator("confirm", number=number))
    kept.with_simulator(lambda simulator: simulator.operator("hold", number=number))
    fresh = kept.run("verify", "--json").json
    waited = kept.run("verify", "--wait", "--json").json
    assert {each["causes"][0]["name"] for each in fresh["findings"]} == {"not_synchronised"}
    assert waited["rounds"] == 2
    assert {each["causes"][0]["name"] for each in waited["findings"]} == {"hold"}


def test_verify_without_the_customers_token(kept: Shop) -> None:
    """9, and the variable that is missing."""
    del kept.variables[OWN]
    ended = kept.run("verify")
    assert ended.code == 9
    assert OWN in ended.out


def test_verify_knows_its_addresses(kept: Shop) -> None:
    """A pattern chooses; one that names nothing is wrong usage."""
    assert kept.run("verify", "purchase_orders.*").code == 11
    assert kept.run("verify", "purchase_orders.nowhere").code == 64
    assert kept.writes().count("purchase.order.create") == 1


@pytest.mark.parametrize(
    "arguments", [["verify"], ["coverage"], ["handover", "bloomnet"], ["doctor", "--probe"], ["verify", "-v"]]
)
def test_no_token_is_shown(kept: Shop, arguments: list[str]) -> None:
    """Neither token in any form of any output."""
    for form in ([], ["--json"]):
        ended = kept.run(*arguments, *form)
        assert SECRET not in ended.out + ended.err
        assert OWN_SECRET not in ended.out + ended.err


def test_coverage_in_both_forms(kept: Shop) -> None:
    """Kinds and customers counted, 0."""
    text, document = kept.run("coverage"), kept.run("coverage", "--json")
    assert text.code == document.code == 0
    assert document.json["kinds"]["purchase_orders"]["count"]["managed"] == 1
    assert "bloomnet (BLOOM)" in text.out


def test_handover_in_every_form(kept: Shop) -> None:
    """Company, customer, tokens by their variable, methods to tick, and which shop is whom."""
    text, table, document = (
        kept.run("handover", "bloomnet", "--format", form) for form in ("text", "csv", "json")
    )
    assert "6316" in text.out and "48213 (BLOOM, BloomNet)" in text.out
    assert f"environment variable {OWN} · configured: yes" in text.out
    assert "☐ web-order.checkout" in text.out
    (row,) = csv.DictReader(io.StringIO(table.out))
    assert (row["shop_code"], row["customer_id"]) == ("48210000", "48213")
    assert document.json["tokens"][1]["is_configured"] is True


def test_handover_prints_the_methods_of_the_project(kept: Shop) -> None:
    """`bloomnet_methods` takes the place of the built-in list."""
    kept.edit("reconciler.yaml", "guards:", "bloomnet_methods: {customer: [only.this]}\nguards:")
    document = kept.run("handover", "bloomnet", "--json").json
    assert document["tokens"][1]["methods"] == ["only.this"]
    assert "product.list" in document["tokens"][0]["methods"]


def test_handover_of_nobody(kept: Shop) -> None:
    """Wrong usage, with the customers that there are."""
    ended = kept.run("handover", "nobody")
    assert ended.code == 64
    assert "there are bloomnet" in ended.err


def test_doctor_probes_when_asked(kept: Shop) -> None:
    """Announced, counted, and none in the plain doctor."""
    plain = kept.run("doctor", "--json").json
    ended = kept.run("doctor", "--probe", "--json")
    document = ended.json
    announced = sum(map(int, re.findall(r"(\d+) calls?[ ,]", ended.err)))
    assert "assumptions" not in plain
    assert document["calls"] == announced > plain["calls"]
    assert {each["found"] for each in document["assumptions"]} <= {"confirmed", "contradicted", "cannot tell"}
    assert "Assumptions:" in kept.run("doctor", "--probe").out


def test_worklist_to_print(kept: Shop) -> None:
    """One page, with every step, and the exit code of the others."""
    del kept.variables[OWN]
    (kept.folder / "config" / "orders.yaml").unlink()
    kept.run("apply", "--yes", "--allow", "lost_file")
    ended = kept.run("worklist", "--format", "html")
    assert ended.code == 10
    assert ended.out.startswith("<!doctype html>")
    assert "cancel P057200" in ended.out
    assert TOKEN not in ended.out
