"""What a merge applies: what was reviewed, to the letter, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from ci.conftest import ORDERS, Shop
from ci.github import FORK

HEAD, MERGED, LATER = "1" * 40, "2" * 40, "3" * 40


def reviewed(shop: Shop) -> None:
    """A pull request was planned and merged."""
    assert not shop.plan(HEAD).failed
    shop.github.merge(1, head=HEAD, merged=MERGED)


def test_what_was_reviewed_is_applied(shop: Shop) -> None:
    """All that calls can do; what a person has to do fails nothing, and the pull request hears of it.

    The next run finds nothing left: state and account travelled through the cache.
    """
    reviewed(shop)
    run = shop.apply(MERGED)
    assert not run.failed, run.log
    assert "a person has steps left" in run.log
    plan, result = shop.github.comments[1]
    assert plan["body"].startswith("<!-- reconciler:flowers: -->\n")
    assert result["body"].startswith("<!-- reconciler:flowers::apply -->\n")
    assert json.loads((run.temp / "apply" / "apply.json").read_text())["counts"]["done"] == 2
    again = shop.apply(MERGED)
    assert not again.failed, again.log
    assert json.loads((again.temp / "apply" / "apply.json").read_text())["counts"]["done"] == 0
    assert len(shop.github.comments[1]) == 2


def test_an_environment_in_a_folder_of_its_own(shop: Shop, tmp_path: Path) -> None:
    """The plan of one environment is not that of another: artifact, comment and state have its name."""
    with (shop.folder / "reconciler.yaml").open("a", encoding="utf-8") as file:
        file.write("environments: {staging: {budget: {reserve: 100}}}\n")
    shop.folder = Path(shutil.copytree(shop.folder, tmp_path / "company" / "flowers")).parent
    inputs = {"environment": "staging", "directory": "flowers"}
    planned = shop.plan(HEAD, inputs=inputs)
    assert not planned.failed, planned.log
    shop.github.merge(1, head=HEAD, merged=MERGED)
    applied = shop.apply(MERGED, inputs=inputs)
    assert not applied.failed, applied.log
    names = [each["name"] for each in shop.github.artifacts]
    assert names == ["reconciler-plan-staging", "reconciler-apply-staging"]
    markers = [each["body"].partition("\n")[0] for each in shop.github.comments[1]]
    assert markers == ["<!-- reconciler:flowers:staging -->", "<!-- reconciler:flowers:staging:apply -->"]
    (key,) = shop.github.caches
    assert key.startswith("reconciler-state-staging/")
    assert not shop.apply(MERGED, inputs={"directory": "flowers"}).ran.count("Apply")


def test_what_was_not_reviewed_is_left(shop: Shop) -> None:
    """Where Komet or the main branch moved on since: that change alone is left, named, and the run fails."""
    reviewed(shop)
    shop.edit(ORDERS, "boxes: 40", "boxes: 140")
    run = shop.apply(MERGED)
    assert run.failed
    assert "left out, since it is not what was reviewed: purchase_orders.valentines-freedom" in run.log
    done = json.loads((run.temp / "apply" / "apply.json").read_text())
    assert {each["address"]: each["outcome"] for each in done["changes"]}["customers.bloomnet"] == "done"
    assert "purchase_orders.valentines-freedom" not in {each["address"] for each in done["changes"]}
    assert "is left out: it is not what was reviewed" in shop.github.comments[1][1]["body"]


def test_nothing_is_applied_that_nobody_reviewed(shop: Shop) -> None:
    """A push without a pull request, a plan of an earlier commit, of a fork, or one that has expired."""
    shop.plan(HEAD)
    shop.github.merge(2, head=LATER, merged=MERGED)
    (artifact,) = shop.github.artifacts
    run = artifact["workflow_run"]
    for spoilt in ({"head_sha": HEAD}, {"head_sha": LATER, "head_repository_id": FORK}):
        run.update(spoilt)
        ended = shop.apply(MERGED)
        assert ended.failed
        assert "no plan of them was reviewed" in ended.log
        assert "Apply" not in ended.ran
    artifact["expired"] = True
    run["head_repository_id"] = run["repository_id"]
    assert "Apply" not in shop.apply(MERGED).ran
    assert "Apply" not in shop.apply(LATER).ran


def test_a_run_that_somebody_names_is_approved(shop: Shop) -> None:
    """For a plan that was made by hand, or again after the merge."""
    shop.plan(HEAD)
    (artifact,) = shop.github.artifacts
    run = shop.apply(
        LATER, event_name="workflow_dispatch", inputs={"run": str(artifact["workflow_run"]["id"])}
    )
    assert not run.failed, run.log
    assert "Apply" in run.ran


def test_a_plan_that_was_tampered_with_approves_nothing(shop: Shop) -> None:
    """A reviewed plan is compared with and never carried out: an altered one is refused."""
    reviewed(shop)
    (artifact,) = shop.github.artifacts
    path = shop.github.folder / str(artifact["id"]) / "next.plan"
    path.write_text(path.read_text().replace('"boxes"', '"boxez"'))
    run = shop.apply(MERGED)
    assert run.failed
    assert "altered" in run.log
    assert "Apply" not in run.ran


def test_nothing_to_do_needs_no_review(shop: Shop) -> None:
    """A push that changes nothing in Komet ends well without a pull request."""
    (shop.folder / "config" / "reservations.yaml").unlink()
    reviewed(shop)
    assert not shop.apply(MERGED).failed
    run = shop.apply(LATER)
    assert not run.failed, run.log
    assert "Apply" not in run.ran


def test_github_may_fail(shop: Shop) -> None:
    """Where the plan cannot be looked up, nothing is planned and nothing applied."""
    shop.github.failing = 502
    run = shop.apply(MERGED)
    assert run.failed
    assert "::error title=reconciler::GET commits/" in run.log
    assert "Plan" not in run.ran
