"""Seeds and stores: what survives, what is noticed, what a faulty seed is told; several threads at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reconciler.simulator.driver import Komet, seed_with, wholesaler
from reconciler.simulator.embed import make_simulator, open_simulator, reset
from reconciler.simulator.errors import SeedChanged, SeedError, SimulatorError
from reconciler.simulator.generate import generate_seed
from reconciler.simulator.seed import load_seed, schema_path


def test_changes_survive_a_restart(tmp_path: Path) -> None:
    """What was done is there after a restart: orders, clock, switches, faults, calls."""
    store = tmp_path / "state" / "sim.db"
    first = Komet(open_simulator("wholesaler", store))
    number = first.create()["purchaseOrderNumber"]
    first.switch(like_mode="prefix")
    first.sim.operator("fault", kind="html", nth=3)
    before = first.sim.state()
    first.sim.close()
    second = Komet(open_simulator("wholesaler", store))
    assert second.sim.state() == before
    assert second.create()["purchaseOrderNumber"] == f"P{int(number[1:]) + 1:06d}"
    second.sim.close()


def test_two_open_stores_see_each_other(tmp_path: Path) -> None:
    """Two simulators on one file, as two processes have, share orders and never the same number."""
    store = tmp_path / "sim.db"
    pair = [Komet(open_simulator("wholesaler", store)) for _ in range(2)]
    numbers = [komet.create()["purchaseOrderNumber"] for komet in pair * 3]
    assert len(set(numbers)) == 6
    assert pair[0].sim.state() == pair[1].sim.state()
    for komet in pair:
        komet.sim.close()


def test_a_changed_seed_is_noticed(tmp_path: Path) -> None:
    """A seed that changed since, or what it extends, is an error that says how to go on."""
    parent, seed, store = tmp_path / "parent.yaml", tmp_path / "seed.yaml", tmp_path / "sim.db"
    parent.write_text("extends: wholesaler\n")
    seed.write_text("extends: parent.yaml\n")
    open_simulator(seed, store).close()
    open_simulator(seed, store).close()
    parent.write_text("extends: wholesaler\nnext_po_number: 9\n")
    with pytest.raises(SeedChanged, match="reconciler simulator reset"):
        open_simulator(seed, store)
    reset(seed, store)
    komet = Komet(open_simulator(seed, store))
    assert komet.create()["purchaseOrderNumber"] == "P000009"
    komet.sim.close()


def test_reset_starts_again(tmp_path: Path) -> None:
    """After a reset nothing of before is left; a seed that cannot be used leaves the store alone."""
    store = tmp_path / "sim.db"
    komet = Komet(open_simulator("wholesaler", store))
    komet.create()
    komet.sim.close()
    broken = tmp_path / "broken.yaml"
    broken.write_text("extends: wholesaler\ntokens: [{value: t, name: T, type: Vendor}]")
    for seed in (tmp_path / "missing.yaml", broken):
        with pytest.raises(SeedError):
            reset(seed, store)
    assert len(open_simulator("wholesaler", store).state()["purchase_orders"]) == 8
    reset("wholesaler", store)
    assert len(open_simulator("wholesaler", store).state()["purchase_orders"]) == 7


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    """A file that is something else is named and left as it is."""
    store = tmp_path / "notes.txt"
    store.write_text("not a database, but long enough to look like one at first sight" * 20)
    with pytest.raises(SimulatorError, match="not a simulator's store"):
        open_simulator("wholesaler", store)
    assert store.read_text().startswith("not a database")


def test_extends_adds_overrides_and_removes(tmp_path: Path) -> None:
    """Rows with the same key override single members, `remove: true` takes a row away, others are added."""
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        "extends: wholesaler\n"
        "company: {name: Other}\n"
        "switches: {status_type: text, commas_in_amounts: off}\n"
        "customers:\n"
        "  - {code: BLOOM, phone: '1'}\n"
        "  - {code: CLOSED, remove: true}\n"
        "  - {code: NEW, name: New}\n"
    )
    document = load_seed(seed).document
    customers = {row["code"]: row for row in document["customers"]}
    assert customers["BLOOM"]["id"] == 48213 and customers["BLOOM"]["phone"] == "1"
    assert "CLOSED" not in customers and "NEW" in customers
    assert document["company"] == {"id": 6316, "name": "Other", "paid_users": 3}
    assert document["switches"]["commas_in_amounts"] == "off"
    make_simulator(document).close()


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("company: [", "", "YAML"),
        ("company: {id: 1, name: A}\ncompany: {id: 2, name: B}", "", "stands twice"),
        ("- 1", "", "mapping"),
        ("clock: real", "the file", "company"),
        ("extends: wholesaler\ncolour: red", "the file", "colour"),
        ("extends: wholesaler\nproducts: [{code: X}]", "products[60]", "required"),
        ("extends: wholesaler\nswitches: {like_mode: fuzzy}", "switches.like_mode", "fuzzy"),
        ("extends: nowhere.yaml", "", "read"),
        ("extends: seed.yaml", "extends", "deep"),
        ("extends: wholesaler\ncustomers: [{code: X, name: X, type: Nope}]", "customers[25].type", "Nope"),
        ("extends: wholesaler\ntokens: [{value: t, name: T, type: Vendor}]", "tokens[5]", "vendor"),
        ("extends: wholesaler\nclock: {start: yesterday}", "clock", "yesterday"),
        ("extends: wholesaler\nclock: {start: 2027-13-01T00:00:00Z}", "clock.start", "2027-13-01"),
        (
            "company: {id: 1, name: A}\nlocations: [{code: A, name: A}, {code: A, name: B}]",
            "locations[1]",
            "twice",
        ),
        ("extends: wholesaler\nlocations: [{code: NEW, name: New, id: 11}]", "", "share an id"),
        (
            "extends: wholesaler\npurchase_orders:\n"
            "  - {number: P000001, vendor: X, ship_date: 2027-01-01, location: MIA}",
            "purchase_orders[7].vendor",
            "'X'",
        ),
    ],
)
def test_seed_faults_name_file_path_and_reason(tmp_path: Path, text: str, path: str, words: str) -> None:
    """A seed that cannot be used says which file, where in it, and why; nothing is left behind."""
    seed = tmp_path / "seed.yaml"
    seed.write_text(text)
    with pytest.raises(SeedError) as caught:
        open_simulator(seed, tmp_path / "sim.db")
    assert str(tmp_path) in str(caught.value)
    assert path in str(caught.value) and words in str(caught.value)
    with pytest.raises(SeedError):
        open_simulator(seed, tmp_path / "sim.db")


def test_the_packaged_wholesaler() -> None:
    """The seed that others build on has what its promise names."""
    seed = wholesaler()
    counts = {
        name: len(seed[name])
        for name in ("locations", "products", "box_types", "vendors", "customers", "carriers")
    }
    assert counts == {
        "locations": 3,
        "products": 60,
        "box_types": 12,
        "vendors": 15,
        "customers": 25,
        "carriers": 8,
    }
    assert {"RSFRE60", "RSMON60", "MIXROSE"} <= {row["code"] for row in seed["products"]}
    assert ("ROSALEDA", 77) in [(row["code"], row["id"]) for row in seed["vendors"]]
    assert ("BLOOM", 48213) in [(row["code"], row["id"]) for row in seed["customers"]]
    assert {"FB", "HB", "QB", "EB"} <= {row["code"] for row in seed["box_types"]}
    assert {row["status"] for row in seed["purchase_orders"]} == {"PA", "A", "CF", "CA"}
    assert seed["clock"]["start"] == "2027-01-04T14:00:00Z"


def _undescribed(schema: Any, path: str) -> list[str]:
    if not isinstance(schema, dict):
        return []
    below = [(f"{path}.{key}", value) for key, value in schema.get("properties", {}).items()]
    below += [(f"{path}[]", schema[key]) for key in ("items",) if key in schema]
    below += [(f"{path}|", each) for each in schema.get("oneOf", [])]
    own = [] if schema.get("description") else [path]
    return own + [found for name, each in below for found in _undescribed(each, name)]


def test_the_schema_describes_everything() -> None:
    """Editors show the schema's descriptions, so nothing lacks one; objects are closed."""
    schema = json.loads(schema_path().read_text(encoding="utf-8"))
    assert _undescribed(schema, "seed") == []
    assert json.dumps(schema).count('"type": "object"') == json.dumps(schema).count(
        '"additionalProperties": false'
    )


def test_generated_seeds() -> None:
    """Equal arguments give equal seeds, as many orders more as asked for, and they can be used."""
    seed = generate_seed(120, 7)
    assert seed == generate_seed(120, 7) != generate_seed(120, 8)
    assert len(seed["purchase_orders"]) == 127
    sim = make_simulator(seed)
    orders = sim.state()["purchase_orders"]
    assert (
        len(orders) == 127 and len({order["ship_date"] for order in orders if order["number"] >= "P1"}) == 20
    )
    sim.close()


def test_four_threads(tmp_path: Path) -> None:
    """Calls from several threads neither fail nor lose or double anything."""
    komet = Komet(open_simulator("wholesaler", tmp_path / "sim.db"))

    def work(place: int) -> str:
        answer = komet.create() if place % 2 else komet.get("purchase.order.list", date="2027-02-01")
        return str(answer.get("purchaseOrderNumber", ""))

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for number in pool.map(work, range(80)) if number]
    assert len(set(numbers)) == 40
    state = komet.sim.state()
    assert state["calls_today"] == 80 and len(state["purchase_orders"]) == 47
    komet.sim.close()


def test_memory_is_shared_by_threads() -> None:
    """A simulator without a store is one company for all threads."""
    komet = Komet(make_simulator(seed_with()))
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: komet.create()["purchaseOrderNumber"], range(20)))
    assert sorted(numbers) == [f"P{57200 + place:06d}" for place in range(20)]
    komet.sim.close()
