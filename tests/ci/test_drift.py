"""What the timer keeps: one issue, open as long as there is drift."""

from __future__ import annotations

from ci.conftest import Shop
from reconciler.simulator.embed import open_simulator

HEAD, MERGED = "1" * 40, "2" * 40


def click(shop: Shop, boxes: int) -> None:
    """Somebody edits the first line of our order in Komet."""
    folder = list(shop.github.caches.values())[-1]
    simulator = open_simulator(shop.folder / "seed.yaml", folder / "simulator-seed.db")
    try:
        orders = simulator.state()["purchase_orders"]
        (order,) = (each for each in orders if "[rc:" in (each["comments"] or ""))
        simulator.operator("edit-line", line=order["lines"][0]["id"], boxes=boxes)
    finally:
        simulator.close()


def test_one_issue_as_long_as_there_is_drift(shop: Shop) -> None:
    """None without drift; opened once, brought up to date, closed with a word when the drift is gone.

    Drift of later is a new issue.
    """
    assert not shop.plan(HEAD).failed
    shop.github.merge(1, head=HEAD, merged=MERGED)
    assert not shop.apply(MERGED).failed
    quiet = shop.drift()
    assert not quiet.failed, quiet.log
    assert not shop.github.issues

    click(shop, 33)
    drifted = shop.drift()
    assert not drifted.failed, drifted.log
    (issue,) = shop.github.issues
    assert issue["title"] == "Drift in Komet"
    assert issue["labels"] == ["reconciler-drift"]
    assert "purchase_orders.valentines-freedom" in issue["body"]
    assert "33" in issue["body"]

    click(shop, 34)
    shop.drift()
    assert [each["state"] for each in shop.github.issues] == ["open"]
    assert "34" in issue["body"]

    click(shop, 40)
    shop.drift()
    assert [each["state"] for each in shop.github.issues] == ["closed"]
    (word,) = shop.github.comments[issue["number"]]
    assert "The drift is gone." in word["body"]

    click(shop, 33)
    shop.drift()
    assert [each["state"] for each in shop.github.issues] == ["closed", "open"]


def test_an_error_is_no_drift(shop: Shop) -> None:
    """Without a token nothing is known: the run fails, and no issue is opened or closed."""
    run = shop.run("reconcile-drift.yml", event_name="schedule")
    assert run.failed
    assert not shop.github.calls
