"""Looking again and again: at the simulator, with time and waiting as arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain
from world import CUSTOMERS
from world import World as Account

from reconciler.errors import AccessDenied, ReconcilerError, Unreachable, UsageError
from reconciler.model.address import Address
from reconciler.report.watching import render_look
from reconciler.watch.document import seen_document
from reconciler.watch.look import Applying, Look, look_at_account
from reconciler.watch.loop import Seen, World, watch
from reconciler.watch.metrics import openmetrics_text, plain_text
from reconciler.watch.server import GRACE, Board, health, make_application, serving
from reconciler.workflow import RunIdentity

EVERY = timedelta(minutes=5)
PHONE = CUSTOMERS + '    phone: "305-555-0199"\n'
BLOOMNET = Address("customers", "bloomnet")


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account.make(tmp_path / "repository")
    made.write(all=PHONE)
    yield made
    made.close()


def looking(account: Account, *, applies: bool) -> Callable[[Sequence[Address]], Look]:
    """A look at the account."""

    def look(left_alone: Sequence[Address]) -> Look:
        session = account.session(writing=applies)
        identity = lambda: RunIdentity(f"run-{next(account.runs)}", "test")  # noqa: E731
        applying = Applying(identity, account.events.append, lambda: False) if applies else None
        with session.connection:
            return look_at_account(session, applying, left_alone)

    return look


def watched(
    look: Callable[[Sequence[Address]], Look],
    looks: int,
    meanwhile: Callable[[int], None] = lambda number: None,
) -> list[Seen]:
    """What so many looks saw; `meanwhile` happens after each of them, while it waits."""
    seen: list[Seen] = []

    def wait(seconds: float) -> bool:
        meanwhile(len(seen))
        return False

    watch(World(look, wait, seen.append), EVERY, looks)
    return seen


def looks_of(seen: Sequence[Seen]) -> list[Look]:
    return [each.look for each in seen if each.look is not None]


def test_it_tells_what_is_pending_and_changes_nothing(account: Account) -> None:
    """Without --apply two looks find the same."""
    first, second = looks_of(watched(looking(account, applies=False), 2))
    assert first.addresses == second.addresses == {BLOOMNET}
    assert first.pending["update"] == 1 and first.applied is None
    assert not any(method.endswith("update") for method in account.calls())


def test_it_applies_once(account: Account) -> None:
    """With --apply the first look carries out what is pending, and the second has nothing to do."""
    first, second = looks_of(watched(looking(account, applies=True), 2))
    assert first.applied is not None and first.applied.exit_code == 0
    assert (second.addresses, second.applied) == (frozenset(), None)
    assert second.last_apply is not None and second.last_apply.exit_code == 0


def test_a_guard_is_a_guard(account: Account) -> None:
    """What it refuses is not applied, and it is said."""
    project = account.root / "reconciler.yaml"
    project.write_text(project.read_text(encoding="utf-8") + "guards: {max_changes: 0}\n", encoding="utf-8")
    (look,) = looks_of(watched(looking(account, applies=True), 1))
    assert (look.applied, look.refused) == (None, ("max_changes",))
    assert "max_changes" in look.why_not


def test_what_waits_for_a_person_is_not_applied_again(account: Account) -> None:
    """One run tells a person; the looks that follow make none."""
    account.write(all=CUSTOMERS + "    credit_limit: 9000\n")
    looks = looks_of(watched(looking(account, applies=True), 3))
    assert [look.applied is not None for look in looks] == [True, False, False]
    assert [look.open_steps for look in looks] == [1, 1, 1]


def test_what_flaps_is_left_alone(account: Account) -> None:
    """Somebody changes it back each time: after the third return it is named, not applied, and looked at less
    often."""

    def meanwhile(number: int) -> None:
        if number % 2 == 0:
            account.act("edit-customer", customer="BLOOM", phone=f"305-555-010{number % 10}")

    seen = watched(looking(account, applies=True), 8, meanwhile)
    flapping = [each.flapping for each in seen]
    assert flapping[3] == () and flapping[-1] == (BLOOMNET,)
    first = next(place for place, each in enumerate(flapping) if each)
    later = looks_of(seen)[first + 1 :]
    assert later and all(look.applied is None for look in later)
    assert seen[-1].pace.wait == 2 * EVERY


def test_the_reserve_is_honoured(account: Account) -> None:
    """What is kept for others is no part of what is spread over the day; without calls it pauses."""
    project = account.root / "reconciler.yaml"
    project.write_text(project.read_text(encoding="utf-8") + "budget: {reserve: 2960}\n", encoding="utf-8")
    (seen,) = watched(looking(account, applies=False), 1)
    assert seen.look is not None and seen.pace.lasts_until is not None
    look, wait = seen.look, seen.pace.wait
    assert (look.ends - look.at) / wait * look.calls_at(wait) <= look.left
    assert wait > EVERY
    text = render_look(seen_document(seen, seen.look.at))
    assert "it looks less often" in text


def test_an_error_is_told_and_it_looks_again(account: Account) -> None:
    """Each time later, and as before once it is over."""
    errors: list[ReconcilerError | None] = [Unreachable("customer.list", "gone")] * 2 + [None]
    look = looking(account, applies=False)

    def failing(left_alone: Sequence[Address]) -> Look:
        error = errors.pop(0)
        if error is not None:
            raise error
        return look(left_alone)

    seen = watched(failing, 3)
    assert [each.pace.wait / EVERY for each in seen] == [2, 4, 1]
    assert "gone" in render_look(seen_document(seen[0], account.simulator.now()))


def test_what_waiting_cannot_mend_ends_it(account: Account) -> None:
    """A token that is refused is not tried again every five minutes."""

    def denied(left_alone: Sequence[Address]) -> Look:
        raise AccessDenied("customer.list", "no")

    with pytest.raises(AccessDenied):
        watched(denied, 3)


def test_it_ends_when_it_is_asked_to(account: Account) -> None:
    """After the look, without another one."""
    seen: list[Seen] = []
    watch(World(looking(account, applies=False), lambda seconds: True, seen.append), EVERY)
    assert len(seen) == 1


@pytest.fixture
def seen(account: Account) -> Seen:
    return watched(looking(account, applies=True), 1)[0]


def values(families: Any) -> dict[str, float]:
    """Every sample by name and action."""
    return {
        f"{sample.name} {sample.labels.get('action', '')}".strip(): sample.value
        for family in families
        for sample in family.samples
    }


def test_both_formats_say_the_same(seen: Seen) -> None:
    """Each is read by the parser of its format; OpenMetrics ends with its mark."""
    look = seen.look
    assert look is not None
    text = openmetrics_text(seen, 1234.5).decode()
    assert text.endswith("# EOF\n")
    found = values(openmetrics(text))  # type: ignore[no-untyped-call]
    assert found == values(plain(plain_text(seen, 1234.5).decode()))
    assert found["reconciler_changes_pending update"] == 1
    assert found["reconciler_calls_used_today"] == look.used
    assert found["reconciler_calls_left_today"] == look.left
    assert found["reconciler_last_plan_timestamp_seconds"] == 1234.5
    assert found["reconciler_last_apply_exit_code"] == 0
    assert found["reconciler_look_success"] == 1


def test_after_an_error_it_says_only_that() -> None:
    """What was true once is not claimed again."""
    failed = watched(_unreachable, 1)[0]
    found = values(plain(plain_text(failed, 0.0).decode()))
    assert found["reconciler_look_success"] == 0 and "reconciler_calls_used_today" not in found


def _unreachable(left_alone: Sequence[Address]) -> Look:
    raise Unreachable("customer.list", "gone")


def test_the_board_is_served(seen: Seen) -> None:
    """/metrics in the format that is asked for, /healthz, and nothing else."""
    board = Board()
    transport = httpx.WSGITransport(app=make_application(board, lambda: 0.0))
    with httpx.Client(transport=transport, base_url="http://watch") as client:
        assert client.get("/metrics").status_code == 503
        assert client.get("/healthz").json()["healthy"]
        board.put(seen, 5.0, 0.0)
        assert client.get("/metrics").text == plain_text(seen, 5.0).decode()
        asked = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert asked.content == openmetrics_text(seen, 5.0)
        assert asked.headers["content-type"].startswith("application/openmetrics-text")
        assert client.get("/secrets").status_code == 404
        assert client.post("/metrics").status_code == 405


def test_health_is_the_work_being_done(seen: Seen) -> None:
    """It fails with the last look, and when the next one is overdue."""
    board = Board()
    board.put(seen, 0.0, 100.0)
    due = 100.0 + seen.pace.wait.total_seconds() + GRACE
    assert health(board, due)[0] and not health(board, due + 1)[0]
    board.put(watched(_unreachable, 1)[0], 0.0, 100.0)
    assert health(board, 100.0) == (False, "the last look failed: Unreachable")


def test_it_listens_and_lets_go(seen: Seen) -> None:
    """On a port of this machine, as long as it lasts; a port that is taken is a wrong argument."""
    board = Board()
    board.put(seen, 0.0, 0.0)
    with serving(board, lambda: 0.0, "127.0.0.1", 0) as port:
        url = f"http://127.0.0.1:{port}/healthz"
        assert httpx.get(url, trust_env=False).status_code == 200
        with pytest.raises(UsageError, match="listen"), serving(board, lambda: 0.0, "127.0.0.1", port):
            pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
