"""What a pull request sees: one comment, a saved plan, and a verdict."""

from __future__ import annotations

from ci.conftest import COMPANY, ORDERS, Shop

FIRST, SECOND = "1" * 40, "2" * 40
MARKER = "<!-- reconciler:flowers: -->\n"


def test_one_comment_is_kept(shop: Shop) -> None:
    """The first plan makes it, among others and beyond the first page; the second brings it up to date."""
    for place in range(120):
        shop.github.comment(1, f"I think {place} roses would be better")
    first = shop.plan(FIRST)
    assert not first.failed, first.log
    (kept,) = [each for each in shop.github.comments[1] if each["body"].startswith(MARKER)]
    assert "140 HB" not in kept["body"]
    shop.edit(ORDERS, "boxes: 40", "boxes: 140")
    shop.plan(SECOND)
    assert "140 HB" in kept["body"]
    assert len(shop.github.comments[1]) == 121


def test_the_plan_is_kept_and_shown(shop: Shop) -> None:
    """Plan and page are an artifact, the report stands on the run's page, and its link is in the comment."""
    run = shop.plan(FIRST)
    (artifact,) = shop.github.artifacts
    files = sorted(path.name for path in (shop.github.folder / str(artifact["id"])).iterdir())
    assert (artifact["name"], files) == ("reconciler-plan", ["next.plan", "plan.html", "plan.md"])
    assert run.summary.startswith(MARKER)


def test_a_guard_fails_the_check_and_the_report_is_posted(shop: Shop) -> None:
    """Whoever reviews sees what is refused; the label on the pull request lets it through, and says so."""
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 50")
    refused = shop.plan(FIRST)
    assert refused.failed
    (kept,) = shop.github.comments[1]
    assert "Guard `max_commitment` refuses" in kept["body"]
    assert refused.ran[-1] == "Verdict"
    allowed = shop.plan(SECOND, labels=("bug", "allow:max_commitment"))
    assert not allowed.failed, allowed.log
    assert "Guard `max_commitment` was allowed" in kept["body"]


def test_by_hand_a_guard_is_let_through_by_name(shop: Shop) -> None:
    """Where there is no pull request to put a label on; a word that is no guard lets nothing through."""
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 50")
    for allow, failed in (("", True), ("max_commitment, max_deletes", False), ("max_commitmint", True)):
        run = shop.run(
            "reconcile-plan.yml",
            event_name="workflow_dispatch",
            inputs={"allow": allow},
            secrets={"KOMET_COMPANY_TOKEN": COMPANY},
        )
        assert run.failed is failed, run.log
    assert not shop.github.comments


def test_a_label_is_nothing_but_a_guard(shop: Shop) -> None:
    """What else it holds is neither an option nor a command: a word that is no guard ends the run."""
    run = shop.plan(FIRST, labels=("allow:max_deletes --destroy; touch pwned $(touch pwned)",))
    assert run.failed
    assert "no guard is called 'max_deletes --destroy; touch pwned" in run.log
    assert not list(run.folder.rglob("pwned"))


def test_faults_of_the_configuration_are_posted(shop: Shop) -> None:
    """With their place, and not a call is made."""
    shop.edit(ORDERS, "vendor:", "vendro:")
    run = shop.plan(FIRST)
    assert run.failed
    (kept,) = shop.github.comments[1]
    assert "config/purchase_orders.yaml" in kept["body"]
    assert "vendro" in kept["body"]
    assert not list(run.work.rglob("simulator-*.db"))


def test_a_fork_is_validated_only(shop: Shop) -> None:
    """No token reaches it, so nothing is planned, and nothing is written to GitHub; its faults still fail."""
    run = shop.plan(FIRST, is_fork=True)
    assert not run.failed, run.log
    assert "config is valid" in run.log
    assert "Validated only" in run.log
    assert run.ran[-1] == "Validate"
    assert not shop.github.calls
    assert not shop.github.artifacts
    shop.edit(ORDERS, "vendor:", "vendro:")
    assert shop.plan(SECOND, is_fork=True).failed


def test_without_a_token_the_check_fails(shop: Shop) -> None:
    """A secret that is missing where there should be one is not taken for a fork."""
    run = shop.run("reconcile-plan.yml", event_name="workflow_dispatch")
    assert run.failed
    assert "KOMET_COMPANY_TOKEN" in run.log
