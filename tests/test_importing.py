"""What is imported is planned at once as unchanged, whatever stands in Komet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World, seed_with

from reconciler.config.load import load_config
from reconciler.errors import BudgetExceeded, UsageError
from reconciler.importing import Imported, Request, import_account, note_import
from reconciler.model.plan import Plan
from reconciler.simulator.generate import generate_seed
from reconciler.simulator.seed import Document

KINDS = ("customers", "reservations", "purchase_orders")
FIRST, LAST = date(2027, 1, 4), date(2027, 2, 12)
EMPTY = "customers: {}\n"


@contextmanager
def world_of(seed: Document | None = None) -> Iterator[World]:
    """A world whose repository wants nothing yet."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder) / "repository", seed)
        world.write(all=EMPTY)
        try:
            yield world
        finally:
            world.close()


def import_all(
    world: World,
    *codes: str,
    kinds: tuple[str, ...] = KINDS,
    announced: list[int] | None = None,
    first: date = FIRST,
    last: date = LAST,
) -> Imported:
    """Imports, writes the files below `config/` and notes the bindings."""
    session = world.session(writing=False)
    with session.connection:
        imported = import_account(
            session,
            Request(kinds, codes, first, last),
            lambda texts: load_config(world.root, texts=texts),
            lambda calls, what: announced.append(calls) if announced is not None else None,
        )
        note_import(session, imported)
    for kind, text in imported.texts.items():
        (world.root / "config" / f"imported-{kind}.yaml").write_text(text, encoding="utf-8")
    return imported


def is_empty(plan: Plan) -> bool:
    """Whether a plan changes nothing at all, be it only by adopting."""
    return plan.changes == () and plan.refusals == ()


def test_importing_the_packaged_account_plans_as_unchanged() -> None:
    """All kinds, everything that can be written; the call count is announced and never exceeded."""
    with world_of() as world:
        announced: list[int] = []
        imported = import_all(world, announced=announced)
        assert {address.kind for address in imported.resources} == set(KINDS)
        before = len(world.calls())
        assert is_empty(world.plan())
        assert imported.calls - 5 <= sum(announced)
        assert before == imported.calls
        assert len(world.plan().agreed) == len(imported.resources)


@pytest.mark.parametrize("rng", [1, 2])
def test_importing_a_generated_account_plans_as_unchanged(rng: int) -> None:
    """A hundred orders, lines in stock and the customers of both."""
    with world_of(generate_seed(100, rng)) as world:
        imported = import_all(world)
        counts = [sum(address.kind == kind for address in imported.resources) for kind in KINDS]
        assert counts[2] > 60 and counts[1] > 5, counts
        assert is_empty(world.plan())


def test_what_is_imported_and_applied_stays_unchanged() -> None:
    """An apply records what was imported and makes no call that writes; afterwards a lost file deletes."""
    with world_of() as world:
        import_all(world)
        summary = world.apply(world.plan())
        assert summary.exit_code == 0
        assert not [call for call in world.calls() if not call.endswith((".list", ".get"))]
        assert is_empty(world.plan())


def test_an_import_whose_files_never_come_deletes_nothing() -> None:
    """Until an apply the state follows the files: without them nobody owns the orders."""
    with world_of() as world:
        import_all(world)
        world.write(all=EMPTY)
        assert is_empty(world.plan())


def test_a_name_that_was_imported_once_is_free_for_another_order() -> None:
    """A binding of an import holds only for the number that the configuration names."""
    with world_of() as world:
        imported = import_all(world)
        (bound, *_) = [each for each in imported.bindings if each.number == "P057116"]
        customers = imported.texts["customers"]
        text = (
            imported.texts["purchase_orders"]
            .replace("    number: P057116\n", "")
            .replace("ship_date: 2027-01-11", "ship_date: 2027-01-12")
        )
        world.write(all=customers + text)
        (change,) = [each for each in world.plan().changes if each.address == bound.address]
        assert change.action.value == "create"


def test_what_is_managed_is_not_imported_again() -> None:
    """A second import finds nothing; and with a configuration it is about its customers alone."""
    with world_of() as world:
        import_all(world)
        world.apply(world.plan())
        again = import_all(world)
        assert again.resources == ()
        assert again.texts == {}


def test_one_customer_by_its_code() -> None:
    """In any case of letters; orders and reservations of others stay out, ship-tos come in."""
    with world_of() as world:
        imported = import_all(world, "hudson")
        names = {address.name for address in imported.resources if address.kind == "customers"}
        assert names == {"hudson-flower-exchange"}
        assert "carrier: TRK" in imported.texts["customers"]
        assert "customer: hudson-flower-exchange" in imported.texts["purchase_orders"]
        assert "seaside" not in "".join(imported.texts.values())
        assert is_empty(world.plan())


def test_only_the_kinds_that_were_asked_for() -> None:
    """With orders come the customers that they name, and no others; without them not a date is read."""
    with world_of() as world:
        imported = import_all(world, "HUDSON", "BLOOM", kinds=("purchase_orders",))
        kinds = {address.kind for address in imported.resources}
        assert kinds == {"customers", "purchase_orders"}
        assert "bloom" not in imported.texts["customers"]
        assert is_empty(world.plan())
    with world_of() as world:
        import_all(world, "HUDSON", kinds=("customers", "reservations"))
        assert "purchase.order.list" not in world.calls()
        assert is_empty(world.plan())


def test_a_code_that_nobody_has_and_a_span_that_is_none() -> None:
    """Both are wrong usage."""
    with world_of() as world:
        with pytest.raises(UsageError, match="no customer has that code"):
            import_all(world, "HUDSUN")
        for first, last in ((LAST, FIRST), (FIRST, date(2028, 1, 5))):
            with pytest.raises(UsageError, match="366"):
                import_all(world, first=first, last=last)


def test_the_budget_is_asked_before_the_calls() -> None:
    """What would take more calls than are left is not begun."""
    with world_of() as world:
        project = world.root / "reconciler.yaml"
        text = project.read_text(encoding="utf-8").replace("paid_users: 3", "paid_users: 1")
        project.write_text(text + "budget: {reserve: 980}\n", encoding="utf-8")
        with pytest.raises(BudgetExceeded):
            import_all(world)
        assert "purchase.order.list" not in world.calls()


def line(product: str = "RSFRE60", boxes: int = 7, **more: Any) -> dict[str, Any]:
    """A line of an order as a seed writes it."""
    pack = {"box_type": "HB", "bunches": 12, "stems": 25, "unit": "Stem", "cost": "0.28", "price": "0.42"}
    return {"product": product, "boxes": boxes, **pack, **more}


def order(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An order for BloomNet as a seed writes it."""
    header = {"vendor": "ROSALEDA", "ship_date": "2027-02-01", "location": "MIA", "customer": "BLOOM"}
    return {"number": number, **header, "carrier": "KLA", "lines": list(lines or [line()]), **more}


def test_what_no_configuration_can_say_is_left_out_and_said() -> None:
    """Twins that differ in cost and an order of another project; what is one item on two lines is one."""
    orders = [
        order("P059001", line(), line(cost="0.30")),
        order("P059002", comments="[rc:other-project/weekly]"),
        order("P059004", line(), line(boxes=3)),
        order("P059005", comments="Ours once [rc:bloomnet-miami/gone-from-the-file]"),
    ]
    with world_of(seed_with(purchase_orders=orders)) as world:
        imported = import_all(world, "BLOOM")
        assert {each.what for each in imported.skipped} == {"order P059001", "order P059002"}
        names = [address.name for address in imported.resources if address.kind == "purchase_orders"]
        assert names == ["gone-from-the-file", "rosaleda-2027-02-01"]
        assert "boxes: 10," in imported.texts["purchase_orders"]
        assert is_empty(world.plan())


def test_orders_that_would_have_one_name_get_their_numbers() -> None:
    """Names are unique, made of what they are, and the same every time."""
    with world_of(seed_with(purchase_orders=[order("P059001"), order("P059002")])) as world:
        names = [str(address) for address in import_all(world, "BLOOM").resources]
    assert names == [
        "customers.bloomnet",
        "purchase_orders.rosaleda-2027-02-01-p059001",
        "purchase_orders.rosaleda-2027-02-01-p059002",
    ]


TEXTS = st.text(st.sampled_from("aZ0 :#'\"-[]{}&*!|>%@`,\\é→\u202e\t"), max_size=12).map(str.strip)


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    """Lines of which many are alike, so that they meet in one item or cannot."""
    more: dict[str, Any] = {"cost": draw(st.sampled_from(["0.28", "0.2801", "0"]))}
    more |= draw(st.sampled_from([{}, {}, {"mark_code": "BN"}, {"mark_code": "no"}, {"stems": 20}]))
    more |= {"notes": draw(TEXTS) or "none"} if draw(st.booleans()) else {}
    return line(draw(st.sampled_from(["RSFRE60", "RSMON60"])), draw(st.integers(1, 30)), **more)


@st.composite
def strangers(draw: st.DrawFn) -> Document:
    """Orders and customers of every odd kind, as changes of a seed."""
    count = draw(st.integers(1, 4))
    orders = []
    for place in range(count):
        more: dict[str, Any] = {"comments": draw(TEXTS)}
        more["status"] = draw(st.sampled_from(["A", "PA", "CF", "CA"]))
        more["vendor"] = draw(st.sampled_from(["ROSALEDA", "ALTAFLOR"]))
        more["ship_date"] = draw(st.sampled_from(["2027-01-04", "2027-01-06"]))
        more["customer"] = draw(st.sampled_from(["BLOOM", "ODD"]))
        orders.append(order(f"P05900{place}", *draw(st.lists(lines(), min_size=1, max_size=3)), **more))
    ship_to = {"name": draw(TEXTS.filter(bool)), "city": draw(TEXTS) or "none", "zipcode": "00777"}
    odd = {"id": 70001, "code": "ODD", "name": draw(TEXTS.filter(bool)), "phone": draw(TEXTS) or "none"}
    return {"purchase_orders": orders, "customers": [{**odd, "type": "Retailer", "ship_tos": [ship_to]}]}


@given(strangers())
@settings(max_examples=15)
def test_whatever_stands_in_komet_is_planned_as_unchanged_once_imported(changes: Document) -> None:
    """Hostile texts, lines that are alike, orders of every status: nothing is changed, or adopted."""
    with world_of(seed_with(**changes)) as world:
        import_all(world, last=date(2027, 1, 6))
        plan = world.plan()
        assert is_empty(plan), [(str(change.address), change.attributes) for change in plan.changes]
