"""`plan --reviewed`: planned anew, and only what somebody has looked at."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ci.conftest import COMPANY, ORDERS
from reconciler.__main__ import main

ORDER, CUSTOMER = "purchase_orders.valentines-freedom", "customers.bloomnet"


@pytest.fixture
def folder(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh repository that the tests work in, with a plan that was reviewed."""
    monkeypatch.setenv("KOMET_COMPANY_TOKEN", COMPANY)
    monkeypatch.chdir(shutil.copytree(fresh, tmp_path / "flowers"))
    assert main(["plan", "--out", "reviewed.plan"]) == 0
    return Path.cwd()


def change(file: str, before: str, after: str) -> None:
    """Replaces a piece of a file."""
    path = Path(file)
    assert before in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


def planned(name: str) -> Any:
    """A saved plan."""
    return json.loads(Path(name).read_text(encoding="utf-8"))


def addresses(plan: Any) -> list[str]:
    """What a plan changes."""
    return [each["address"] for each in plan["changes"]]


@pytest.mark.usefixtures("folder")
def test_the_same_is_planned_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Also when it is written in another place; the plan is a new one and can be applied. How much of it was
    reviewed is said."""
    change(ORDERS, "purchase_orders:", "# a line more\npurchase_orders:")
    assert main(["plan", "--reviewed", "reviewed.plan", "--out", "now.plan"]) == 0
    assert "Reviewed: 3 changes stand in reviewed.plan to the letter." in capsys.readouterr().err
    before, after = planned("reviewed.plan"), planned("now.plan")
    assert addresses(after) == addresses(before)
    assert after["changes"][-1]["origin"]["line"] == before["changes"][-1]["origin"]["line"] + 1
    assert after["digest"] != before["digest"]
    assert main(["apply", "--plan", "now.plan"]) == 10


@pytest.mark.usefixtures("folder")
def test_what_differs_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """It is named on stderr and in the plan, and the exit code is 6; the rest can be applied."""
    change(ORDERS, "boxes: 40", "boxes: 41")
    assert main(["plan", "--reviewed", "reviewed.plan", "--out", "now.plan"]) == 6
    assert f"left out, since it is not what was reviewed: {ORDER}" in capsys.readouterr().err
    plan = planned("now.plan")
    assert addresses(plan) == [each for each in addresses(planned("reviewed.plan")) if each != ORDER]
    assert [each["summary"] for each in plan["diagnostics"]] == [
        f"{ORDER} is left out: it is not what was reviewed"
    ]
    assert main(["apply", "--plan", "now.plan"]) == 10


@pytest.mark.usefixtures("folder")
def test_what_depends_on_it_is_left_out_too() -> None:
    """An order for a customer that is not as it was reviewed waits with it."""
    change("config/customers.yaml", "ap@example.com", "other@example.com")
    assert main(["plan", "--reviewed", "reviewed.plan", "--out", "now.plan"]) == 6
    assert addresses(planned("now.plan")) == []
    words = {each["summary"] for each in planned("now.plan")["diagnostics"]}
    assert f"{CUSTOMER} is left out: it is not what was reviewed" in words
    assert f"{ORDER} is left out: it depends on what is not as it was reviewed" in words


@pytest.mark.usefixtures("folder")
def test_what_was_done_meanwhile_is_no_difference() -> None:
    """Less than what was reviewed needs no second look."""
    assert main(["apply", "--plan", "reviewed.plan", "--report", "json=done.json"]) == 10
    assert main(["plan", "--reviewed", "reviewed.plan", "--out", "now.plan"]) == 0
    assert addresses(planned("now.plan")) == ["reservations.freedom-60-miami"]


@pytest.mark.usefixtures("folder")
def test_what_was_allowed_is_allowed_once_more() -> None:
    """A guard that was let through in the reviewed plan needs no flag, and takes none."""
    change("reconciler.yaml", "max_commitment: 50000", "max_commitment: 50")
    assert main(["plan", "--reviewed", "reviewed.plan"]) == 4
    assert main(["plan", "--allow", "max_commitment", "--out", "allowed.plan"]) == 0
    assert main(["plan", "--reviewed", "allowed.plan"]) == 0
    assert main(["plan", "--reviewed", "allowed.plan", "--allow", "max_commitment"]) == 64
    assert main(["plan", "--reviewed", "allowed.plan", "--target", ORDER]) == 64


@pytest.mark.usefixtures("folder")
def test_what_approves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of another project, one that a guard refused, an altered one, and none at all."""
    change("reconciler.yaml", "max_commitment: 50000", "max_commitment: 50")
    assert main(["plan", "--out", "refused.plan"]) == 4
    change("reconciler.yaml", "max_commitment: 50", "max_commitment: 50000")
    assert main(["plan", "--reviewed", "refused.plan"]) == 6
    assert "a guard refused the reviewed plan" in capsys.readouterr().err
    Path("altered.plan").write_text(Path("reviewed.plan").read_text().replace('"40"', '"4000"'))
    Path("altered.plan").write_text(Path("altered.plan").read_text().replace("valentines", "mothers"))
    assert main(["plan", "--reviewed", "altered.plan"]) == 6
    change("reconciler.yaml", "project: flowers", "project: other")
    assert main(["plan", "--reviewed", "reviewed.plan"]) == 6
    assert "the reviewed plan was made for the project flowers, and this is other" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there_was_not_reviewed(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is applied, planning ends with 6 before its first call, and the file is named."""
    for command in ("plan", "apply"):
        assert main([command, "--reviewed", "reviwed.plan", "-v"]) == 6
        err = capsys.readouterr().err
        assert "no plan was reviewed" in err
        assert str(Path("reviwed.plan")) in err
        assert "purchase.order.list" not in err


@pytest.mark.usefixtures("folder")
def test_what_was_reviewed_is_applied_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """`apply --reviewed` asks nobody and leaves out what differs: then it ends with 6, also as JSON. Once all
    is as reviewed it ends as any apply does."""
    change(ORDERS, "boxes: 40", "boxes: 41")
    assert main(["apply", "--reviewed", "reviewed.plan", "--json"]) == 6
    told = capsys.readouterr()
    assert f"left out, since it is not what was reviewed: {ORDER}" in told.err
    done = json.loads(told.out)
    assert done["exit_code"] == 6
    assert {each["address"]: each["outcome"] for each in done["changes"]} == {
        CUSTOMER: "done",
        "reservations.freedom-60-miami": "waiting_for_operator",
    }
    change(ORDERS, "boxes: 41", "boxes: 40")
    assert main(["apply", "--reviewed", "reviewed.plan"]) == 10
    assert "Reviewed: 2 changes stand in reviewed.plan to the letter." in capsys.readouterr().err
    assert main(["apply", "--reviewed", "reviewed.plan", "--plan", "reviewed.plan"]) == 64
