"""An account that people have run for years comes into an empty repository by one command."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from standing import standing_account

from cli.driver import TOKEN, Shop

PROJECT = """\
version: 1
project: standing
komet: {url: "simulator:seed.yaml", company: 6316, paid_users: 3}
"""


@pytest.fixture
def inherited(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shop:
    """A repository with a project file, and an account of that size in which nothing is ours."""
    seed = {"extends": "wholesaler", **standing_account(*request.param)}
    (tmp_path / "seed.yaml").write_text(json.dumps(seed), encoding="utf-8")
    (tmp_path / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.setenv("RECONCILER_NOW", "2027-01-04T14:00:00+00:00")
    return Shop(tmp_path, capsys, monkeypatch, {TOKEN: "simulator-company"})


@pytest.mark.parametrize("inherited", [(30, 50, 40, 60)], indirect=True)
def test_a_whole_account_is_imported_by_one_command(inherited: Shop) -> None:
    """Every order, prebook and kept line, of everybody: valid, laid out, and planned at once as unchanged."""
    ended = inherited.run("import", "--out", "config", "--json")
    assert ended.code == 0, ended.err
    counts = Counter(address.partition(".")[0] for address in ended.json["resources"])
    assert counts["purchase_orders"] >= 50 and counts["prebooks"] == 40 and counts["reservations"] >= 10
    assert {each["what"].split()[1] for each in ended.json["left_out"]} == {"stock"}
    assert ended.json["not_written"] == []
    assert inherited.run("validate").code == 0
    assert inherited.run("fmt", "--check").code == 0
    plan = inherited.run("plan", "--detailed-exitcode", "--json")
    assert (plan.code, plan.json["changes"], plan.json["unchanged"]) == (0, [], sum(counts.values()))
    assert inherited.writes() == []


@pytest.mark.parametrize("inherited", [(6, 0, 12, 0)], indirect=True)
def test_an_apply_after_it_writes_nothing(inherited: Shop) -> None:
    """It only notes what both sides agree on; then a file that is gone would delete, and not before."""
    ended = inherited.run("import", "prebooks", "--out", "config")
    assert ended.code == 0 and "not in prebooks: status, ecommerce, created_by, cost, notes" in ended.out
    prebooks = inherited.folder / "config" / "prebooks.yaml"
    text = prebooks.read_text(encoding="utf-8")
    prebooks.unlink()
    assert inherited.run("plan", "--json").json["changes"] == []
    prebooks.write_text(text, encoding="utf-8")
    assert inherited.run("apply", "--yes").code == 0
    assert inherited.writes() == []
    assert inherited.run("plan", "--detailed-exitcode").code == 0
    prebooks.unlink()
    refused = inherited.run("plan", "--json")
    assert refused.code == 4 and len(refused.json["changes"]) == 12
