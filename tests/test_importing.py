"""What is imported is planned at once as unchanged, whatever stands in Komet."""

from __future__ import annotations

from collections import Counter
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

from reconciler.cli.commands.import_ import KINDS as COMMAND_KINDS
from reconciler.config.load import load_config
from reconciler.errors import BudgetExceeded, ConfigurationError, UsageError
from reconciler.importing import Imported, Request, import_account, note_import
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.writings import WRITINGS
from reconciler.model.plan import Plan
from reconciler.simulator.generate import generate_seed
from reconciler.simulator.seed import Document

KINDS = ("customers", "reservations", "purchase_orders", "prebooks")
FIRST, LAST = date(2027, 1, 4), date(2027, 2, 12)
EMPTY = "customers: {}\n"
HELD = "held, hidden, or kept for customers that no order here names: --customer"


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
    for name, text in imported.texts.items():
        file = world.root / "config" / "imported" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return imported


def is_empty(plan: Plan) -> bool:
    """Whether a plan changes nothing at all, be it only by adopting."""
    return plan.changes == () and plan.refusals == ()


def test_every_kind_is_written() -> None:
    """And the command line knows each by its name."""
    assert {*WRITINGS} == {*REGISTRY} == {*KINDS} == {*COMMAND_KINDS}


def test_importing_the_packaged_account_plans_as_unchanged() -> None:
    """All kinds, everything that can be written; the call count is announced and never exceeded."""
    with world_of() as world:
        announced: list[int] = []
        imported = import_all(world, announced=announced)
        assert {address.kind for address in imported.resources} == {*KINDS} - {"prebooks"}  # it has none
        before = len(world.calls())
        assert is_empty(world.plan())
        assert imported.calls - 5 <= sum(announced)
        assert {each.why for each in imported.skipped} == {HELD}
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
        customers = imported.texts["customers.yaml"]
        text = (
            imported.texts["purchase_orders.yaml"]
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
        assert "carrier: TRK" in imported.texts["customers.yaml"]
        assert "customer: hudson-flower-exchange" in imported.texts["purchase_orders.yaml"]
        assert "seaside" not in "".join(imported.texts.values())
        assert is_empty(world.plan())


def test_only_the_kinds_that_were_asked_for() -> None:
    """With orders come the customers that they name, and no others; without them not a date is read."""
    with world_of() as world:
        imported = import_all(world, "HUDSON", "BLOOM", kinds=("purchase_orders",))
        kinds = {address.kind for address in imported.resources}
        assert kinds == {"customers", "purchase_orders"}
        assert "bloom" not in imported.texts["customers.yaml"]
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
        project.write_text(text + "budget: {reserve: 984}\n", encoding="utf-8")
        with pytest.raises(BudgetExceeded):
            import_all(world)
        assert "purchase.order.list" not in world.calls()


def test_where_the_budget_ends_before_the_stock_the_orders_are_not_lost() -> None:
    """Reservations come last; who asks for them by themselves is told before a call of theirs is made."""
    with world_of() as world:
        project = world.root / "reconciler.yaml"
        text = project.read_text(encoding="utf-8").replace("paid_users: 3", "paid_users: 1")
        project.write_text(text + "budget: {reserve: 984}\n", encoding="utf-8")
        day = date(2027, 1, 11)
        imported = import_all(world, kinds=(), first=day, last=day)
        assert "purchase_orders" in {address.kind for address in imported.resources}
        ((what, why),) = [(each.what, each.why) for each in imported.skipped]
        assert what == "reservations" and "`import reservations`" in why
        assert is_empty(world.plan())
        with pytest.raises(BudgetExceeded):
            import_all(world, kinds=("reservations",), first=day, last=day)
        assert "ecommerce/inventory.list" not in world.calls()


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
        assert "boxes: 10," in imported.texts["purchase_orders.yaml"]
        assert is_empty(world.plan())


def item(product: str = "RSFRE60", boxes: int = 7, **more: Any) -> dict[str, Any]:
    """An item of a prebook as a seed writes it."""
    pack = {"box_type": "HB", "bunches": 12, "stems": 25, "unit": "Stem", "price": "0.85"}
    return {"product": product, "boxes": boxes, **pack, **more}


def prebook(number: str, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A prebook of BloomNet's standing orders as a seed writes it."""
    header = {"customer": "BLOOMSO", "location": "MIA", "carrier": "FEDEX", "truck_date": "2027-02-08"}
    row = {"number": number, **header, "items": list(items or [item()]), **more}
    return {name: value for name, value in row.items() if value is not None}


def import_prebooks(world: World, *codes: str) -> Imported:
    """Imports nothing but prebooks, and the customers that they name."""
    return import_all(world, *codes, kinds=("prebooks",))


def test_a_prebook_is_written_with_all_that_komet_shows() -> None:
    """Boxes, units, assorted boxes, the ship-to by its name; no default, and nothing that nobody can see."""
    parts = [{"product": "RSFRE60", "bunches": 6, "stems": 10, "cost": "3.00", "price": "4.70"}]
    items = [
        item(vendor="SABANA", mark_code="BN", notes="Keep upright", order_source="phone call", cost="0.40"),
        item("MIXROSE", 2, breakdown=parts, vendor="SABANA"),
        item("MIXROSE", 3, breakdown=parts),
        {"product": "GREUC", "item_type": "UN", "units": 40, "unit": "Bunch", "price": "2.50"},
    ]
    more = {"ship_to": "Main store", "customer_po": "0777", "ship_via": "grower", "comments": "Week 6"}
    seed = seed_with(
        customers=[{"code": "BLOOMSO", "ship_tos": [{"name": "Main store", "city": "Miami"}]}],
        prebooks=[prebook("000777", *items, **more, status="Confirmed", ecommerce=True)],
    )
    with world_of(seed) as world:
        imported = import_prebooks(world)
        assert imported.texts["prebooks.yaml"] == PREBOOK
        assert "main-store: {name: Main store, city: Miami}" in imported.texts["customers.yaml"]
        assert "from_po" in imported.hidden["prebooks"] and "cost" in imported.hidden["prebooks"]
        assert is_empty(world.plan())
        file = world.root / "config" / "imported" / "prebooks.yaml"
        file.write_text(PREBOOK.replace("mark_code: BN", "mark_code: BN, cost: 0.40"), encoding="utf-8")
        assert is_empty(world.plan())  # nobody can see it, and nothing is known of it
        assert world.apply(world.plan()).exit_code == 0
        assert is_empty(world.plan())


PREBOOK = """\
prebooks:
  bloomnet-standing-orders-2027-02-08:
    customer: bloomnet-standing-orders
    ship_date: 2027-02-08
    carrier: FEDEX
    ship_to: main-store
    customer_po: "0777"
    ship_via: grower
    location: MIA
    comments: Week 6
    number: "000777"
    items:
      greuc: {product: GREUC, item_type: unit, units: 40, unit: bunch, price: 2.5}
      mixrose:
        product: MIXROSE
        box_type: HB
        boxes: 5
        unit: stem
        bunches: 12
        stems: 25
        price: 0.85
        breakdown: [{product: RSFRE60, bunches: 6, stems: 10, price: 4.7}]
      rsfre60: {product: RSFRE60, box_type: HB, boxes: 7, unit: stem, bunches: 12, stems: 25, price: 0.85, \
vendor: SABANA, mark_code: BN}
"""


def test_only_truck_dates_that_have_prebooks_are_read() -> None:
    """A list of headers says which: of one customer, or of everybody."""
    prebooks = [
        prebook("000771"),
        prebook("000772", truck_date="2027-02-09"),
        prebook("000773", truck_date="2027-02-10", customer="HUDSON"),
    ]
    for codes, dates in (((), 3), (("HUDSON",), 1)):
        with world_of(seed_with(prebooks=prebooks)) as world:
            assert len(import_prebooks(world, *codes).bindings) == dates
            assert Counter(world.calls())["prebook.details.list"] == dates
            assert Counter(world.calls())["prebook.list"] == 1
            assert "purchase.order.list" not in world.calls()


def test_customers_that_orders_name_cost_a_plan_one_list() -> None:
    """Code and name are written; their details only where somebody asks for customers."""
    with world_of(seed_with(prebooks=[prebook("000771")])) as world:
        imported = import_prebooks(world)
        assert imported.texts["customers.yaml"] == CUSTOMER
        assert "customer.details.get" not in world.calls()
        assert "customer.shipto.list" not in world.calls()
        before = len(world.calls())
        assert is_empty(world.plan())
        assert world.calls()[before:] == ["customer.list", "prebook.details.list"]
    with world_of(seed_with(prebooks=[prebook("000771")])) as world:
        import_all(world, "BLOOMSO", kinds=())
        assert "customer.details.get" in world.calls()


CUSTOMER = """\
customers:
  bloomnet-standing-orders:
    komet: {code: BLOOMSO}
    name: BloomNet Standing Orders
"""


def test_what_no_configuration_can_say_of_prebooks_is_left_out_and_said() -> None:
    """Lines that differ in their price alone, other projects' prebooks; and what is only said in part."""
    comments = "x" * 200
    prebooks = [
        prebook("000771", item(), item(price="0.90")),
        prebook("000772", comments="[rc:other-project/weekly]"),
        prebook("000773", comments=comments),
        prebook("000774", comments="Ours once [rc:bloomnet-miami/gone-from-the-file]"),
        prebook("000775", carrier=None),
        prebook("000776", customer="HUDSON", ship_to="Hudson Midtown"),
    ]
    seed = seed_with(
        customers=[{"code": "HUDSON", "ship_tos": [{"name": "Hudson Midtown"}]}],
        prebooks=prebooks,
    )
    with world_of(seed) as world:
        world.write(all="customers: {hudson: {komet: {code: HUDSON}}, standing: {komet: {code: BLOOMSO}}}\n")
        imported = import_prebooks(world)
        left = ["prebook 000771", "prebook 000772", "prebook 000775"]
        assert [each.what for each in imported.skipped] == left
        unsaid = {each.what: each.why for each in imported.unsaid}
        assert "no room" in unsaid["prebook 000773"] and "'Hudson Midtown'" in unsaid["prebook 000776"]
        names = [address.name for address in imported.resources]
        assert names == ["gone-from-the-file", "hudson-2027-02-08", "standing-2027-02-08"]
        assert is_empty(world.plan())


def test_ship_tos_of_one_name_are_left_out_and_said() -> None:
    """They are found by their name alone (Komet API §3.3); the customer and its others are written."""
    twice = [{"name": "Kiosk"}, {"name": "kiosk"}, {"name": "Main store"}]
    seed = seed_with(customers=[{"code": "BLOOMSO", "ship_tos": twice}], prebooks=[prebook("000771")])
    with world_of(seed) as world:
        imported = import_all(world, "BLOOMSO", kinds=())
        assert [each.why for each in imported.unsaid] == ["ship-tos of one name cannot be told apart"]
        assert "Main store" in imported.texts["customers.yaml"]
        assert "iosk" not in imported.texts["customers.yaml"]
        assert is_empty(world.plan())


def test_an_assorted_box_is_not_added_without_its_costs() -> None:
    """Komet shows none, so what stands there may go without; what is to be added may not (Komet API §7.2)."""
    parts = [{"product": "RSFRE60", "bunches": 6, "stems": 10, "cost": "3.00", "price": "4.70"}]
    with world_of(seed_with(prebooks=[prebook("000771", item("MIXROSE", 3, breakdown=parts))])) as world:
        import_prebooks(world)
        file = world.root / "config" / "imported" / "prebooks.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("boxes: 3", "boxes: 4"), encoding="utf-8")
        with pytest.raises(ConfigurationError) as refused:
            world.plan()
        (fault,) = refused.value.diagnostics
        assert "the cost of what is in its boxes" in fault.summary
        file.write_text(text.replace("price: 4.7}", "price: 4.7, cost: 3}").replace("boxes: 3", "boxes: 4"))
        (change,) = world.plan().changes
        assert change.action.value == "update"


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


SHIP_VIA = st.sampled_from(["warehouse", "grower"])
PARTS = [
    {"product": "RSFRE60", "bunches": 6, "stems": 10, "cost": "3.00", "price": "4.70"},
    {"product": "RSFRE60", "bunches": 4, "stems": 10, "cost": "3.00", "price": "4.75"},
]


@st.composite
def boxes(draw: st.DrawFn) -> dict[str, Any]:
    """Boxes of a prebook, assorted or not, often alike but for their price, vendor or notes."""
    more: dict[str, Any] = {"price": draw(st.sampled_from(["0.85", "0.9", "0"]))}
    more |= draw(st.sampled_from([{}, {}, {"vendor": "SABANA"}, {"mark_code": "BN"}, {"notes": "Upright"}]))
    more |= draw(st.sampled_from([{}, {}, {"breakdown": PARTS[:1]}, {"breakdown": PARTS}]))
    return item(draw(st.sampled_from(["MIXROSE", "RSMON60"])), draw(st.integers(1, 30)), **more)


@st.composite
def units(draw: st.DrawFn) -> dict[str, Any]:
    """Stems or bunches of a prebook."""
    unit, count = draw(st.sampled_from(["Stem", "Bunch"])), draw(st.integers(1, 300))
    return {"product": "GREUC", "item_type": "UN", "units": count, "unit": unit, "price": "2.50"}


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
    prebooks = []
    for place in range(draw(st.integers(0, 3))):
        more = {"comments": draw(TEXTS), "customer_po": draw(TEXTS) or None, "ship_via": draw(SHIP_VIA)}
        more["customer"] = customer = draw(st.sampled_from(["BLOOMSO", "ODD"]))
        more["ship_to"] = ship_to["name"] if customer == "ODD" and draw(st.booleans()) else None
        items = draw(st.lists(st.one_of(boxes(), units()), max_size=4))
        prebooks.append(prebook(f"00077{place}", *items, **more, truck_date="2027-01-06") | {"items": items})
    odd = {"id": 70001, "code": "ODD", "name": draw(TEXTS.filter(bool)), "phone": draw(TEXTS) or "none"}
    customers = [{**odd, "type": "Retailer", "ship_tos": [ship_to]}]
    return {"purchase_orders": orders, "prebooks": prebooks, "customers": customers}


@given(strangers())
@settings(max_examples=10)
def test_whatever_stands_in_komet_is_planned_as_unchanged_once_imported(changes: Document) -> None:
    """Hostile texts, lines that are alike, orders of every status: nothing is changed, or adopted."""
    with world_of(seed_with(**changes)) as world:
        import_all(world, last=date(2027, 1, 6))
        plan = world.plan()
        assert is_empty(plan), [(str(change.address), change.attributes) for change in plan.changes]
