"""The global options: before the command, after it, and from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.driver import Shop

ENVIRONMENTS = """
environments:
  quiet: {budget: {reserve: 7}}
"""


@pytest.fixture
def staged(shop: Shop) -> Shop:
    """A repository with an environment and a template that needs a variable."""
    project = shop.folder / "reconciler.yaml"
    project.write_text(project.read_text(encoding="utf-8") + ENVIRONMENTS, encoding="utf-8")
    orders = shop.folder / "config" / "orders.yaml"
    text = orders.read_text(encoding="utf-8").replace("boxes: 40", "boxes: {{ vars.boxes }}")
    orders.unlink()
    orders.with_name("orders.yaml.j2").write_text(text, encoding="utf-8")
    return shop


def test_before_and_after_the_command(staged: Shop) -> None:
    """It does not matter where they stand."""
    options = ["-C", str(staged.folder), "-e", "quiet", "--var", "boxes=41", "--json"]
    before = staged.type(*options, "plan")
    after = staged.type("plan", *options)
    assert before.code == after.code == 0
    for ended in (before, after):
        assert ended.json["environment"] == "quiet"
        assert ended.json["calls"]["reserve"] == 7
        assert ended.json["money"]["commitment"] == "5244.00"


def test_from_the_environment(staged: Shop) -> None:
    """Each of them is a variable as well."""
    ended = staged.type(
        "plan",
        RECONCILER_DIR=str(staged.folder),
        RECONCILER_ENV="quiet",
        RECONCILER_VAR="boxes=41 other=x",
        RECONCILER_JSON="1",
        RECONCILER_NO_COLOR="1",
        RECONCILER_VERBOSE="1",
        RECONCILER_LOG_JSON="log.jsonl",
    )
    assert ended.json["environment"] == "quiet"
    assert "purchase.order.list: 0 rows" in ended.err
    assert (staged.folder / "log.jsonl").exists()


def test_what_is_typed_wins(staged: Shop, tmp_path: Path) -> None:
    """After the command goes before in front of it, and both before the environment."""
    ended = staged.type(
        "-C",
        str(tmp_path),
        "--var",
        "boxes=1",
        "validate",
        "-C",
        str(staged.folder),
        "--json",
        RECONCILER_DIR="/no/such/folder",
        RECONCILER_VAR="boxes=2",
        RECONCILER_ENV="quiet",
    )
    assert ended.json["environment"] == "quiet"


def test_an_unknown_environment_is_a_fault_of_the_configuration(staged: Shop) -> None:
    """With what was probably meant."""
    ended = staged.run("validate", "-e", "quite", "--var", "boxes=1")
    assert ended.code == 3
    assert "did you mean 'quiet'?" in ended.err


def test_they_work_below_a_group(shop: Shop) -> None:
    """`simulator reset --json -C DIR` too."""
    assert "store" in shop.type("simulator", "reset", "--json", "-C", str(shop.folder)).json
    assert "store" in shop.type("simulator", "-C", str(shop.folder), "reset", "--json").json


def test_the_log_is_one_object_a_line(shop: Shop) -> None:
    """Every call and every event of an apply, each with its facts."""
    assert shop.run("apply", "--yes", "--log-json", "log.jsonl").code == 0
    lines = [json.loads(line) for line in (shop.folder / "log.jsonl").read_text("utf-8").splitlines()]
    methods = [line["call"]["method"] for line in lines if "call" in line]
    assert methods.count("purchase.order.create") == 1
    events = [line["event"] for line in lines if "event" in line]
    assert {"customers.bloomnet", None} <= {event["address"] for event in events}
    assert all(line["time"] for line in lines)


def test_relative_paths_begin_at_the_directory(shop: Shop) -> None:
    """As if started there."""
    assert shop.run("plan", "--out", "p", "--report", "text=p.txt").code == 0
    assert (shop.folder / "p").exists()
    assert "No fee." in (shop.folder / "p.txt").read_text(encoding="utf-8")
    assert shop.run("show", "p").code == 0


def test_a_command_is_found_from_below(shop: Shop) -> None:
    """The repository is the nearest one at or above the directory."""
    assert shop.type("validate", "-C", str(shop.folder / "config")).code == 0
