"""The commands of every day: drift, history and undo, a preview without a call, the log."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.driver import CUSTOMER, ORDER, SECRET, TOKEN, Shop
from reconciler.kinds.schema import load_schema


@pytest.fixture
def kept(shop: Shop) -> Shop:
    """The quick start, applied."""
    assert shop.run("apply", "--yes").code == 0
    return shop


def move(shop: Shop) -> None:
    """Somebody edits the order in Komet."""
    line = shop.order()["lines"][0]["id"]
    shop.with_simulator(lambda simulator: simulator.operator("edit-line", line=line, boxes=3))


def satisfies(document: Any, name: str) -> None:
    jsonschema.Draft202012Validator(load_schema(name)).validate(document)


def test_drift_ends_with_2_and_says_since_when(kept: Shop) -> None:
    """As text and as JSON, which satisfies its schema; without drift it ends with 0."""
    still = kept.run("drift")
    assert (still.code, "No drift." in still.out) == (0, True)
    move(kept)
    ended = kept.run("drift", "--json")
    assert ended.code == 2
    satisfies(ended.json, "drift")
    (drift,) = ended.json["drifts"]
    (run,) = kept.run("history", "--json").json["runs"]
    assert (drift["address"], drift["side"]) == (ORDER, "komet")
    assert (drift["since"]["run"], drift["since"]["author"]) == (run["run"], run["author"])
    text = kept.run("drift").out
    assert f"since run {run['run']}" in text and "→ 3" in text


def test_a_pending_change_is_no_drift_and_is_counted(kept: Shop) -> None:
    """A timer that watches for drift does not ring for a commit."""
    kept.edit("config/orders.yaml", "price: 0.42", "price: 0.44")
    ended = kept.run("drift")
    assert ended.code == 0
    assert "1 change pending for another reason" in ended.out


def test_drift_needs_what_a_plan_needs(kept: Shop) -> None:
    """Without a token it ends with 9, with a fault in the configuration with 3."""
    assert kept.run("drift", **{TOKEN: ""}).code == 9
    kept.edit("config/orders.yaml", "ROSALEDA", "NOBODY")
    assert kept.run("drift").code == 3


def test_history_shows_a_run_whole(kept: Shop) -> None:
    """Each change with its outcome, what it changed and what it cost; then each call."""
    (run,) = kept.run("history", "--json").json["runs"]
    assert run["summary"]["money"] == {"commitment": "5160.00", "fee": "0.00"}
    assert "5,160.00 committed" in kept.run("history").out
    whole = kept.run("history", run["run"], "--json").json
    outcomes = {each["address"]: (each["action"], each["outcome"]) for each in whole["changes"]}
    assert outcomes[ORDER] == ("create", "done")
    text = kept.run("history", run["run"]).out
    assert f"+ {ORDER}   done" in text and "40 HB" in text


def test_undo_saves_a_plan_that_apply_takes(kept: Shop) -> None:
    """What the run made is gone afterwards; the run is told apart from one that there is none of."""
    (run,) = kept.run("history", "--json").json["runs"]
    planned = kept.run("undo", run["run"], "--out", "undo.json")
    assert planned.code == 0
    assert f"- {ORDER}" in planned.out and "taken back" in planned.out
    document = json.loads((kept.folder / "undo.json").read_text(encoding="utf-8"))
    satisfies(document, "plan")
    assert kept.run("apply", "--plan", "undo.json").code == 10
    assert kept.order()["lines"] == [] or {each["status"] for each in kept.order()["lines"]} == {"Deleted"}
    assert kept.run("apply", "--plan", "undo.json").code == 6
    assert kept.run("undo", "no-such-run").code == 64


def test_an_undo_that_can_do_nothing_says_why(kept: Shop) -> None:
    """It names what is left, and does not speak of the configuration as if it were done."""
    (run,) = kept.run("history", "--json").json["runs"]
    move(kept)
    ended = kept.run("undo", run["run"])
    assert "somebody changed it in Komet since" in ended.out
    assert "as the configuration wants it" not in ended.out


def test_a_preview_makes_no_call_and_needs_no_token(kept: Shop) -> None:
    """Right after an apply it is empty; saved, it is refused with 6."""
    kept.edit("config/orders.yaml", "price: 0.42", "price: 0.44")
    before = kept.writes()
    ended = kept.run("plan", "--offline", "--out", "p.json", "--detailed-exitcode", **{TOKEN: ""})
    assert ended.code == 2
    assert "no call was made" in ended.out and "0.42 → 0.44" in ended.out
    assert "apply --plan" not in ended.err
    refused = kept.run("apply", "--plan", "p.json")
    assert refused.code == 6 and "offline" in refused.err
    assert kept.writes() == before


def test_a_preview_needs_a_reading(shop: Shop) -> None:
    """Where nothing was ever read, it says how to begin."""
    ended = shop.run("plan", "--offline")
    assert ended.code == 64 and "reconciler plan" in ended.err


def log_of(shop: Shop, *arguments: str) -> list[dict[str, Any]]:
    shop.run(*arguments, "--log-json", "log.jsonl")
    text = (shop.folder / "log.jsonl").read_text(encoding="utf-8")
    assert SECRET not in text
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_of_the_log_satisfies_its_schema(shop: Shop) -> None:
    """Each call and each event is a line, between the beginning and the end; no token is in it."""
    shop.fault(kind="http_5xx", method="purchase.order.list")
    lines = log_of(shop, "apply", "--yes")
    for line in lines:
        satisfies(line, "log")
    calls = shop.with_simulator(lambda simulator: simulator.part("calls"))
    logged = [line["call"]["method"] for line in lines if "call" in line]
    assert logged == [call["method"] for call in calls]
    assert max(line["call"]["try"] for line in lines if "call" in line) == 2
    done = {line["event"]["address"] for line in lines if line.get("event", {}).get("outcome") == "done"}
    assert ORDER in done
    assert [line["session"]["state"] for line in lines if "session" in line] == ["begins", "ended"]


def test_an_error_ends_the_log(shop: Shop) -> None:
    """The last line says which, with its exit code."""
    shop.variables[TOKEN] = "not-the-token"
    lines = log_of(shop, "plan")
    last = lines[-1]["session"]
    assert (last["state"], last["error"], last["exit_code"]) == ("failed", "AccessDenied", 9)
    satisfies(lines[-1], "log")


def test_the_log_is_for_its_owner(shop: Shop) -> None:
    """Nobody else reads it."""
    log_of(shop, "plan")
    assert stat.S_IMODE(Path(shop.folder / "log.jsonl").stat().st_mode) == 0o600


def test_one_kind_of_address_is_not_another(kept: Shop) -> None:
    """The customer, which nobody moved, is compared and has not drifted."""
    move(kept)
    document = kept.run("drift", "--json").json
    assert document["compared"] == 2
    assert CUSTOMER not in [each["address"] for each in document["drifts"]]
