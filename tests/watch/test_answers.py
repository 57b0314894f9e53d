"""What a watch asks and what it remembers: the laws of its readings, and their calls over a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from cases_told import CASES, FOLDER, tell
from counted_account import FIRST_DAY, Size, make_account
from msgspec.structs import replace
from world import World

from reconciler.errors import ConfigurationError
from reconciler.kinds.catalogue import LISTS
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource
from reconciler.reading import read_account
from reconciler.simulator.errors import SimulatorError
from reconciler.watch.answers import (
    LATER,
    MARKET,
    MUCH_LATER,
    ORDERS,
    PREBOOKS,
    SHOP,
    SOON,
    STOCK,
    Answers,
    changes_queries,
    key_of,
)
from reconciler.watch.look import Applying, Notebook, look_at_account
from reconciler.workflow import RunIdentity

EVERY = timedelta(minutes=5)
A_TURN = MUCH_LATER + EVERY
HALF_THE_QUOTA = 1_500
SMALL = Size(orders=12, prebooks=8, reservations=6, customers=4, ship_dates=4, truck_dates=4, locations=2)

Live = Mapping[str, tuple[LiveResource, ...]]


def read(world: World, notebook: Notebook | None = None) -> Live:
    """All that a reading finds: a whole one, or one with what `notebook` remembers."""
    session = world.session(writing=False)
    with session.connection:
        if notebook is None:
            return read_account(session).live
        reader, port = notebook.reader(session)
        live = read_account(reader).live
        notebook.answers = port.kept
        return live


def wait(world: World, time: timedelta) -> None:
    world.wait(time.total_seconds())


@pytest.fixture
def account(tmp_path: Path) -> Iterator[World]:
    made = make_account(tmp_path / "repository", SMALL)
    yield made
    made.close()


def happenings(name: str) -> str:
    """What happened in a case before its plan."""
    file = FOLDER / name / "steps.yaml"
    return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.mark.parametrize("name", [name for name in CASES if "act:" in happenings(name)][::5])
def test_after_a_turn_a_watch_has_read_what_a_plan_reads(name: str, tmp_path: Path) -> None:
    """Over the cases on file: read when all was as wanted, and again after others changed it."""
    notebook = Notebook()
    told = tell(name, tmp_path / "repository", applied=lambda world: [*read(world, notebook)].clear())
    with suppress(ConfigurationError):
        read(told.world, notebook)
        wait(told.world, A_TURN)
        whole = read(told.world)
        assert read(told.world, notebook) == whole
    told.world.close()


def something_happens(world: World, draw: Random) -> None:
    """Somebody changes an order, a prebook, stock or a customer; or nothing, where it cannot be done."""
    state = world.simulator.state()
    order, prebook = (draw.choice(state[name]) for name in ("purchase_orders", "prebooks"))
    day = (FIRST_DAY + timedelta(days=draw.randrange(6))).isoformat()
    deeds: list[Callable[[], object]] = [
        lambda: world.act("postpone", number=order["number"], ship_date=day),
        lambda: world.act("cancel", number=order["number"]),
        lambda: world.act("edit-header", number=order["number"], comments="by hand"),
        lambda: world.act("edit-prebook", prebook=prebook["number"], truck_date=day),
        lambda: world.act("edit-prebook", prebook=prebook["number"], customer_po="by hand"),
        lambda: world.act("delete-prebook", prebook=prebook["number"]),
        lambda: world.act("stock-lower", line=draw.choice(state["inventory"])["id"], boxes=1),
        lambda: world.act("stock-customer", line=draw.choice(state["inventory"])["id"], customer="SHOP0000"),
        lambda: world.act("edit-customer", customer="SHOP0001", name="Another name"),
    ]
    with suppress(SimulatorError):
        draw.choice(deeds)()


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_after_a_turn_everything_was_read(account: World, seed: int) -> None:
    """A watch goes on while others work: once they rest for a turn, it knows what a plan would read."""
    notebook, draw = Notebook(), Random(seed)
    for _ in range(8):
        for _ in range(draw.randrange(6)):
            something_happens(account, draw)
        read(account, notebook)
        wait(account, EVERY * draw.randrange(1, 4))
    wait(account, A_TURN)
    assert read(account, notebook) == read(account)


def test_nothing_is_told_that_is_older_than_it_may_be(account: World) -> None:
    """At every look the answer to each question is as young as its limit says, whenever looks come."""
    notebook, draw = Notebook(), Random(3)
    for _ in range(12):
        began = account.simulator.now()
        read(account, notebook)
        for each in notebook.answers.by_query.values():
            if not _is_reference(each.query.method):
                assert began - each.at <= notebook.answers.limit(each.query, began.date())
        wait(account, EVERY * draw.randrange(1, 20) / 4)


def test_what_the_buyer_sees_is_seen_at_once(account: World) -> None:
    """A box of kept stock is sold: the next look knows, and has asked for the stock of that place alone."""
    notebook = Notebook()
    read(account, notebook)
    account.act("stock-lower", line=1_000_001, boxes=2)
    wait(account, EVERY)
    before = len(account.calls())
    live = read(account, notebook)["reservations"]
    assert Counter(account.calls()[before:]) == {SHOP: 1, STOCK: 1, MARKET: 1}
    assert next(each for each in live if each.id == 1_000_001).attributes["boxes"] == 7
    assert live == read(account)["reservations"]


def test_stock_that_arrives_for_a_buyer_is_seen_at_once(account: World) -> None:
    """A line that no list of stock has shown yet: all of them are read."""
    notebook = Notebook()
    read(account, notebook)
    pack = {"box_type": "HB", "boxes": 3, "bunches": 12, "stems": 25, "unit": "Stem", "cost": "0.30"}
    place = {"location": "LAX", "product": "GR0000", "vendor": "ROSALEDA"}
    account.act("stock-add", **place, **pack, customer="SHOP0000")
    wait(account, EVERY)
    assert read(account, notebook)["reservations"] == read(account)["reservations"]


def prebook_of(live: Live, number: str) -> LiveResource | None:
    return next((each for each in live["prebooks"] if each.number == number), None)


def test_a_changed_prebook_is_seen_soon_and_a_deleted_one_after_a_turn(account: World) -> None:
    """Komet tells what has changed and not what is gone: that shows when its date is read again."""
    notebook = Notebook()
    read(account, notebook)
    wait(account, EVERY)
    moved = (FIRST_DAY + timedelta(days=1)).isoformat()
    account.act("edit-prebook", prebook="100000", truck_date=moved)
    account.act("delete-prebook", prebook="100001")
    wait(account, SOON)
    before = len(account.calls())
    live = read(account, notebook)
    found = prebook_of(live, "100000")
    assert found is not None and found.attributes["ship_date"] == moved
    assert Counter(account.calls()[before:])[PREBOOKS] == 3  # what has changed, and both dates of one
    wait(account, A_TURN)
    assert prebook_of(read(account, notebook), "100001") is None


def test_an_order_that_shows_elsewhere_is_not_believed_where_it_was(account: World) -> None:
    """The date to which it was moved is read; the one from which it came then is too, young as it is."""
    notebook = Notebook()
    read(account, notebook)
    late = (FIRST_DAY + timedelta(days=3)).isoformat()
    account.act("edit-prebook", prebook="100000", truck_date=late)
    known = notebook.answers
    notebook.answers = known.only(known.by_query.keys() - {key_of(Query(PREBOOKS, {"date": late}))})
    before = len(account.calls())
    assert read(account, notebook)["prebooks"] == read(account)["prebooks"]
    assert Counter(account.calls()[before:])[PREBOOKS] == 2 + SMALL.truck_dates


def test_what_is_read_customer_by_customer_is_read_when_the_customer_changed(account: World) -> None:
    """Details at once when the list of customers shows a change, and in any case after a turn."""
    config = account.root / "config" / "customers.yaml"
    text = config.read_text(encoding="utf-8").replace("SHOP0001}", 'SHOP0001}, phone: "305-555-0100"')
    config.write_text(text, encoding="utf-8")
    notebook, asked = Notebook(), []
    for after, deed in ((LATER, None), (LATER, "305-555-0199"), (A_TURN, None), (EVERY, None)):
        before = len(account.calls())
        read(account, notebook)
        asked.append(Counter(account.calls()[before:])["customer.details.get"])
        wait(account, EVERY)
        if deed:
            account.act("edit-customer", customer="SHOP0001", phone=deed)
        wait(account, after)
    assert asked == [1, 0, 1, 1]


def test_another_account_is_another_page(account: World) -> None:
    """Where the project points elsewhere between two looks, nothing that was read before serves."""
    notebook, session = Notebook(), account.session(writing=False)
    read(account, notebook)
    elsewhere = replace(session, connection=replace(session.connection, account="komet.example/1"))
    reader, port = notebook.reader(elsewhere)
    assert (port.known, reader.rests_on_memory) == (Answers(), False)


NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
A_DATE = Query(PREBOOKS, {"date": "2027-01-05"})


def test_where_komet_does_not_tell_what_has_changed_it_reads_more_often() -> None:
    """A refusal is remembered: it is not asked for changes again, and no date is older than an hour."""
    known = Answers().with_answer(A_DATE, Answer(PREBOOKS, {}), NOON, ())
    later = NOON + SOON + EVERY
    (asked,) = changes_queries(known, [A_DATE], later, date(2027, 1, 4))
    assert asked.may_be_refused and asked.params["updatedAsOf"] == "2027-01-04 11:50:00"
    deaf = known.with_changes(Answer(PREBOOKS, {}, is_refusal=True), later)
    assert changes_queries(deaf, [A_DATE], later, date(2027, 1, 4)) == []
    assert deaf.limit(A_DATE, date(2027, 1, 4)) == LATER


def test_orders_that_ship_soon_are_read_more_often() -> None:
    """Within three days; and every date within the hour."""
    days = [Query(ORDERS, {"date": f"2027-01-{day:02}"}) for day in (3, 4, 7, 8)]
    limits = [Answers().limit(each, date(2027, 1, 4)) for each in days]
    assert limits == [LATER, SOON, SOON, LATER]


def test_a_new_day_begins_with_a_whole_reading(account: World) -> None:
    """What was read yesterday serves no more."""
    notebook = Notebook()
    read(account, notebook)
    first = len(account.calls())
    wait(account, timedelta(hours=9, minutes=59))
    read(account, notebook)
    second = len(account.calls())
    wait(account, EVERY)
    read(account, notebook)
    assert len(account.calls()) - second == first - len(LISTS) == len(account.calls()) - second


def looked(
    world: World, notebook: Notebook, *, applies: bool = False
) -> tuple[list[str], Callable[[], object]]:
    """The calls of one look."""
    session = world.session(writing=applies)
    applying = Applying(
        lambda: RunIdentity(f"run-{next(world.runs)}", "test"), world.events.append, lambda: False
    )
    before = len(world.calls())
    with session.connection:
        seen = look_at_account(session, applying if applies else None, (), notebook)
    return world.calls()[before:], lambda: seen.applied


def test_everything_is_read_again_before_anything_is_applied(account: World) -> None:
    """What is remembered says that something is to be done; it is done on the ground of a whole reading, and
    what was read before it serves no more."""
    notebook = Notebook()
    first, _ = looked(account, notebook, applies=True)
    config = account.root / "config" / "orders.yaml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("boxes: 1,", "boxes: 2,", 1), encoding="utf-8"
    )
    wait(account, EVERY)
    calls, applied = looked(account, notebook, applies=True)
    assert applied() is not None
    whole = Counter(each for each in first if not _is_reference(each))
    write = calls.index("purchase.order.create")
    assert not whole - Counter(calls[:write])
    assert notebook.answers == Answers()


def _is_reference(method: str) -> bool:
    return method in {each.query.method for each in LISTS.values()}


def test_a_preview_never_rests_on_a_look_that_remembers(account: World) -> None:
    """What `plan --offline` takes for the last reading is a whole one, and says when that was."""
    notebook = Notebook()
    looked(account, notebook)
    session = account.session(writing=False)
    first = session.state.snapshots.get(session.scope)
    wait(account, EVERY)
    looked(account, notebook)
    again = session.state.snapshots.get(session.scope)
    assert first is not None and again is not None and again.taken_at == first.taken_at


FOUR_HOURS = 48
"""Looks: every limit of age is a part of four hours."""


@pytest.mark.parametrize("an_hour", [0, 4])
def test_a_day_of_looks_takes_less_than_half_of_three_users_calls(tmp_path: Path, an_hour: int) -> None:
    """1,000 orders on 20 dates, 200 reservations at 3 locations, 200 prebooks on 20 dates, 50 customers,
    looked at every five minutes: what four hours take, six times, are fewer than 1,500 calls, also where kept
    stock is sold four times an hour; and where nothing happens they are what the first look foretold."""
    lean = Size(orders=20, prebooks=20, reservations=12, numbers_per_call=1)
    world, notebook = make_account(tmp_path / "repository", lean), Notebook()
    session = world.session(writing=False)
    with session.connection:
        look = look_at_account(session, None, (), notebook)
        first = len(world.calls())
        queries = [each.query for each in notebook.answers.by_query.values()]
        queries = [each for each in queries if not _is_reference(each.method)]
        for number in range(FOUR_HOURS):
            wait(world, EVERY)
            if an_hour and number % (12 // an_hour) == 0:
                world.act("stock-lower", line=1_000_001 + number % 12, boxes=1)
            reader, port = notebook.reader(session)
            reader.connection.port.ask(queries)
            notebook.answers = port.kept
    counted = len(world.calls()) - first
    assert first + 6 * counted < HALF_THE_QUOTA
    assert an_hour or 0 <= look.calls_at(EVERY) * FOUR_HOURS - counted <= 2
    world.close()
