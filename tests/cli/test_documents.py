"""What commands print for other programs: JSON that satisfies its schema."""

from __future__ import annotations

import jsonschema
import pytest

from cli.driver import ORDER, TOKEN, Shop
from reconciler.kinds.schema import load_schema

OWN = "KOMET_BLOOMNET_TOKEN"


def satisfies(document: object, name: str) -> None:
    """The document is what its schema says."""
    jsonschema.Draft202012Validator(load_schema(name)).validate(document)


@pytest.fixture
def kept(shop: Shop) -> Shop:
    """The quick start, applied, with a token of the customer."""
    shop.run("apply", "--yes")
    shop.variables[OWN] = "simulator-bloomnet"
    return shop


STOCK = """\
reservations:
  freedom-60-miami:
    customer: bloomnet
    location: MIA
    product: RSFRE60
    box_type: HB
    boxes: {boxes}
    tolerance: 2
"""


@pytest.fixture
def asked(kept: Shop) -> Shop:
    """The same with a reservation, whose steps a person was told."""
    (kept.folder / "config" / "stock.yaml").write_text(STOCK.format(boxes=20), encoding="utf-8")
    assert kept.run("apply", "--yes").code == 10
    return kept


def act(shop: Shop, action: str, **params: object) -> None:
    """Something a person does in Komet."""
    shop.with_simulator(lambda simulator: simulator.operator(action, **params))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("coverage", ["coverage"]),
        ("handover", ["handover", "bloomnet"]),
        ("doctor", ["doctor"]),
        ("doctor", ["doctor", "--probe"]),
        ("verify", ["verify"]),
        ("plan", ["plan"]),
    ],
)
def test_a_document_satisfies_its_schema(kept: Shop, name: str, arguments: list[str]) -> None:
    """As it is printed with --json."""
    satisfies(kept.run(*arguments, "--json").json, name)


def test_a_schema_allows_nothing_else(kept: Shop) -> None:
    """Another member, or one that is missing, is no such document: the schemas are no decoration."""
    for name, arguments in (
        ("coverage", ["coverage"]),
        ("handover", ["handover", "bloomnet"]),
        ("doctor", ["doctor"]),
    ):
        document = kept.run(*arguments, "--json").json
        for other in ({**document, "more": 1}, {key: document[key] for key in list(document)[1:]}):
            with pytest.raises(jsonschema.ValidationError):
                satisfies(other, name)


@pytest.mark.parametrize("token", ["may-not-list-orders", "no-such-token"])
def test_a_doctor_that_finds_faults_satisfies_its_schema(shop: Shop, token: str) -> None:
    """Refused methods, and a token that is none."""
    ended = shop.run("doctor", "--probe", "--json", **{TOKEN: token})
    assert ended.code == 9
    satisfies(ended.json, "doctor")


def test_a_handover_of_a_customer_that_is_not_there_satisfies_its_schema(shop: Shop) -> None:
    """Before anything was created, ids are null."""
    (shop.folder / "config" / "new.yaml").write_text(
        "customers:\n  newcomer:\n    komet: {code: NEWCO}\n    create: true\n    name: Newcomer\n"
        '    bloomnet: {purpose: shop, shop_code: "48219999"}\n',
        encoding="utf-8",
    )
    document = shop.run("handover", "newcomer", "--json").json
    satisfies(document, "handover")
    assert document["customer"]["id"] is None


def test_the_doctor_says_whether_the_future_sales_customer_is_known(shop: Shop) -> None:
    """Not set, set to one that exists, set to one that does not."""

    def said() -> tuple[str, str]:
        ended = shop.run("doctor", "--json")
        assert ended.code == 0
        (check,) = (each for each in ended.json["checks"] if each["name"] == "future sales")
        return check["verdict"], check["text"]

    assert said() == (
        "warning",
        "komet.future_sales_customer is not set: nothing keeps it from being named as a buyer",
    )
    shop.edit("reconciler.yaml", "paid_users: 3", "paid_users: 3\n  future_sales_customer: {code: future}")
    assert said() == ("ok", "the Future Sales customer is Future Sales: nothing is kept for it")
    shop.edit("reconciler.yaml", "{code: future}", "{id: 4}")
    assert said()[0] == "warning" and "id 4" in said()[1]


# apply --verify


def confirm(shop: Shop) -> None:
    """The farm confirms."""
    act(shop, "confirm", number=shop.order()["number"])


def reprice(shop: Shop) -> None:
    """A price in the configuration changes."""
    shop.edit("config/orders.yaml", "price: 0.42", "price: 0.43")


def test_apply_verify_sees_what_was_applied(kept: Shop) -> None:
    """0, and the order alone: nothing else was applied."""
    confirm(kept)
    reprice(kept)
    ended = kept.run("apply", "--yes", "--verify", "--target", ORDER)
    assert ended.code == 0
    assert f"✓ {ORDER}" in ended.out
    assert "Everything is seen by the buyer." in ended.out
    assert "reservations." not in ended.out.rpartition("Apply:")[2]


def test_apply_verify_ends_with_11_when_it_is_not_seen(kept: Shop) -> None:
    """The farm has not confirmed; the summary and the finding are one JSON document."""
    reprice(kept)
    ended = kept.run("apply", "--yes", "--verify", "--json")
    assert ended.code == ended.json["exit_code"] == 11
    satisfies(ended.json["verification"], "verify")
    causes = {cause["name"] for each in ended.json["verification"]["findings"] for cause in each["causes"]}
    assert causes == {"unconfirmed"}


def test_apply_verify_waits_until_bloomnet_can_have_looked(kept: Shop) -> None:
    """What was written just now and is not seen for no known cause is looked at again after five minutes."""
    confirm(kept)
    act(kept, "hold", number=kept.order()["number"])
    reprice(kept)
    document = kept.run("apply", "--yes", "--verify", "--json").json["verification"]
    assert document["rounds"] == 2
    assert {cause["name"] for each in document["findings"] for cause in each["causes"]} == {"hold"}


def test_apply_verify_with_open_steps_is_10(asked: Shop) -> None:
    """What nothing but open steps keeps from being seen is a person's work, and no more."""
    ended = asked.run("apply", "--yes", "--verify")
    assert ended.code == 10
    assert "a person's step is open" in ended.out


def test_apply_verify_without_the_customers_token_is_9(shop: Shop) -> None:
    """Everything is applied, and nobody can look."""
    ended = shop.run("apply", "--yes", "--verify")
    assert ended.code == 9
    assert OWN in ended.out
    assert shop.writes().count("purchase.order.create") == 1


def test_apply_verify_leaves_a_failure_its_code(kept: Shop) -> None:
    """What went wrong with the apply wins over what is not visible."""
    reprice(kept)
    act(kept, "fault", kind="http_403", method="purchase.order.item.price.update")
    ended = kept.run("apply", "--yes", "--verify", "--json")
    assert ended.code in (7, 9) and ended.code == ended.json["exit_code"]
    assert "verification" not in ended.json


def test_apply_verify_of_nothing_looks_at_nothing(kept: Shop) -> None:
    """A plan without changes has applied nothing that could be seen."""
    ended = kept.run("apply", "--yes", "--verify", "--json")
    assert "verification" not in ended.json


# a word of why


def lines_asked(shop: Shop) -> list[int]:
    """The stock lines on the worklist."""
    steps = shop.run("worklist", "--json").json["steps"]
    return [int(step["target"].partition(":")[0].removeprefix("line ")) for step in steps]


def test_a_plan_and_the_worklist_say_why_a_step_is_closed(asked: Shop) -> None:
    """In text, in the plan's JSON once, in the worklist; the page has it too."""
    first, *_ = lines_asked(asked)
    act(asked, "stock-customer", line=first, customer="BLOOM")
    document = asked.run("plan", "--json").json
    satisfies(document, "plan")
    assert [each["ending"] for each in document["closed"]] == ["done"]
    assert "closed" not in asked.run("plan", "--json").json
    why = f"done: line {first} is BLOOM's now"
    text, page = asked.run("worklist"), asked.run("worklist", "--format", "html")
    assert "Off the list lately:" in text.out and why in text.out
    assert why.replace("'", "&#39;") in page.out
    assert [each["why"] for each in asked.run("worklist", "--json").json["closed"]] == [why]


def test_an_old_closing_is_not_shown(asked: Shop) -> None:
    """Once the list has changed again, more than a day later, it is forgotten there."""
    for line in lines_asked(asked):
        act(asked, "stock-customer", line=line, customer="BLOOM")
    asked.run("plan")
    assert len(asked.run("worklist", "--json").json["closed"]) == 2
    act(asked, "advance", days=3)
    (asked.folder / "config" / "stock.yaml").write_text(STOCK.format(boxes=30), encoding="utf-8")
    asked.run("apply", "--yes")
    document = asked.run("worklist", "--json").json
    assert document["open"] > 0 and document["closed"] == []
