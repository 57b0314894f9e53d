"""A small world in memory: a repository, a simulated Komet, a state; and what is true in that Komet."""

from __future__ import annotations

import itertools
import json
import math
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from prebook_oracle import untrue_prebook
from seeded import copy_of, seeded
from stock_oracle import twice_added, untrue_stock

from reconciler.config.configuration import Configuration
from reconciler.config.load import load_config
from reconciler.komet.client import embedded_wire
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.open import Connection
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.resource import Binding
from reconciler.model.secret import Secret
from reconciler.model.step import OperatorStep
from reconciler.model.summary import Summary
from reconciler.model.value import Json, Value
from reconciler.plan.planner import Choices
from reconciler.report.document import plan_document
from reconciler.session import Session
from reconciler.simulator.embed import Simulator
from reconciler.simulator.seed import Document, load_seed, merged
from reconciler.state.open import State
from reconciler.state.schema import migrate
from reconciler.state.sqlite import SqliteDatabase
from reconciler.workflow import RunIdentity, apply_changes, plan_changes

TOKEN = "simulator-company"
ACCOUNT = "simulator-world/6316"
PROJECT = """\
version: 1
project: bloomnet-miami
komet: {url: "simulator:live.yaml", company: 6316, paid_users: 3}
"""
CUSTOMERS = """\
customers:
  bloomnet:
    komet: {code: BLOOM}
    bloomnet: {purpose: reserve, shop_code: "48210000"}
"""

_READ: dict[tuple[tuple[str, str], ...], Configuration] = {}


class Killed(BaseException):
    """The process dies here: nothing of ours runs any more."""


class Border:
    """The simulator's application with the power to kill whoever calls it, at one call."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.countdown = 0
        self.after_effect = False
        self.on_call: Callable[[], None] = lambda: None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """One request; at the chosen one `Killed` is raised before or after its effect."""
        self.on_call()
        self.countdown -= 1
        if self.countdown == 0 and not self.after_effect:
            raise Killed
        body: list[bytes] = list(self._simulator.wsgi(environ, start_response))
        if self.countdown == 0:
            raise Killed
        return body


@cache
def wholesaler() -> Document:
    """The packaged seed, read once."""
    return load_seed("wholesaler").document


def seed_with(**changes: Any) -> Document:
    """The packaged seed with changes merged in."""
    return merged(wholesaler(), changes)


@cache
def _empty() -> SqliteDatabase:
    database = SqliteDatabase(Path(":memory:"))
    migrate(database)
    return database


def furnish(database: SqliteDatabase) -> None:
    """Gives a new database the tables of a state; they are made once and copied."""
    _empty()._connection.backup(database._connection)


def new_state(folder: Path) -> tuple[State, SqliteDatabase]:
    """An empty state in memory."""
    database = SqliteDatabase(Path(":memory:"))
    furnish(database)
    return State(database, folder), database


@dataclass
class World:
    """A repository at `root`, a Komet that holds what `simulator` was made of, and what we remember."""

    root: Path
    simulator: Simulator
    state: State
    database: SqliteDatabase
    border: Border
    runs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    events: list[Event] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, seed: Mapping[str, Any] | None = None) -> World:
        """A world whose repository has a project file and nothing else yet."""
        root.mkdir(parents=True, exist_ok=True)
        if not (root / "reconciler.yaml").exists():
            (root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
        simulator = seeded(seed if seed is not None else wholesaler())
        return cls(root, simulator, *new_state(root / ".reconciler"), Border(simulator))

    def copy(self, root: Path | None = None) -> World:
        """The same world once more, to be led another way; the repository is shared, or copied to `root`."""
        if root is not None:
            shutil.copytree(self.root, root, dirs_exist_ok=True)
        simulator = copy_of(self.simulator)
        database = SqliteDatabase(Path(":memory:"))
        self.database._connection.backup(database._connection)
        place = root or self.root
        state = State(database, place / ".reconciler")
        return World(place, simulator, state, database, Border(simulator), itertools.count(next(self.runs)))

    def close(self) -> None:
        """Let go of both databases."""
        self.state.close()
        self.simulator.close()

    def write(self, **files: str) -> None:
        """The whole configuration: one file of the folder config for each argument."""
        shutil.rmtree(self.root / "config", ignore_errors=True)
        (self.root / "config").mkdir()
        for name, text in files.items():
            (self.root / "config" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def configuration(self) -> Configuration:
        """The configuration as it is written now; read once as long as it stays so."""
        config = (each for each in (self.root / "config").rglob("*") if each.is_file())
        files = [self.root / "reconciler.yaml", *sorted(config)]
        written = tuple((str(file), file.read_text(encoding="utf-8")) for file in files)
        if written not in _READ:
            _READ[written] = load_config(self.root)
        return _READ[written]

    def lose_state(self) -> None:
        """Forget everything that was remembered."""
        self.state.close()
        self.state, self.database = new_state(self.root / ".reconciler")

    def session(self, writing: bool = True) -> Session:
        """What one command works with."""
        configuration = self.configuration()
        settings = configuration.project.komet
        wire = embedded_wire(self.border, Secret(TOKEN))
        port = LiveKomet(
            wire,
            settings.company,
            self.state.ledger.counter(ACCOUNT, lambda: self.simulator.now().date()),
            writing=writing,
            seconds=float(settings.timeout),
            parallel=1,
            pace=Pace(clock=lambda: 0.0, sleep=lambda seconds: None, random=lambda: 0.0),
        )
        connection = Connection(port, self.simulator.now, ACCOUNT, wire.close, wait=self.wait)
        return Session(configuration, self.state, connection)

    def wait(self, seconds: float) -> None:
        """Lets time pass in Komet."""
        self.simulator.clock.advance(math.ceil(seconds))

    def plan(self, choices: Choices | None = None, destroy: bool = False) -> Plan:
        """The plan of what is written now."""
        session = self.session(writing=False)
        with session.connection:
            return plan_changes(session, choices or Choices(), destroy)

    def apply(self, plan: Plan | None = None, is_stopping: Callable[[], bool] = lambda: False) -> Summary:
        """Carry `plan` out, or what is planned now."""
        chosen = plan if plan is not None else self.plan()
        session = self.session()
        with session.connection:
            return apply_changes(
                session,
                chosen,
                RunIdentity(f"run-{next(self.runs)}", "test"),
                notify=self.events.append,
                is_stopping=is_stopping,
            )

    def act(self, action: str, **params: Any) -> dict[str, Any]:
        """What a person does in Komet."""
        return self.simulator.act(action, params)

    def orders(self) -> dict[str, dict[str, Any]]:
        """The orders that Komet holds, by number."""
        return {order["number"]: order for order in self.simulator.part("purchase_orders")}

    def order(self, name: str) -> dict[str, Any]:
        """The one living order that stands for `purchase_orders.NAME`."""
        binding = self.binding(name)
        assert binding is not None and binding.number is not None, f"{name} is not bound"
        return self.orders()[binding.number]

    def prebooks(self) -> dict[str, dict[str, Any]]:
        """The prebooks that Komet holds, by number."""
        return {prebook["number"]: prebook for prebook in self.simulator.part("prebooks")}

    def prebook(self, name: str) -> dict[str, Any]:
        """The one prebook that stands for `prebooks.NAME`."""
        binding = self.binding(name, "prebooks")
        assert binding is not None and binding.number is not None, f"{name} is not bound"
        return self.prebooks()[binding.number]

    def binding(self, name: str, kind: str = "purchase_orders") -> Binding | None:
        """What is remembered of an address."""
        session = self.session(writing=False)
        with session.connection:
            return self.state.resources.bindings(session.scope).get(Address(kind, name))

    def customer(self, code: str) -> dict[str, Any]:
        """The one customer with that code."""
        (found,) = (each for each in self.simulator.part("customers") if each["code"] == code)
        assert isinstance(found, dict)
        return found

    def ship_tos(self, customer_id: int) -> dict[str, dict[str, Any]]:
        """A customer's ship-tos by name, of which none is there twice."""
        rows = [row for row in self.simulator.part("ship_tos") if row["customer_id"] == customer_id]
        assert len({row["name"] for row in rows}) == len(rows), "a ship-to is there twice"
        return {row["name"]: row for row in rows}

    def calls(self) -> list[str]:
        """The methods that were called so far, in order."""
        return [call["method"] for call in self.simulator.part("calls")]


def document_text(plan: Plan) -> str:
    """The plan's document as text."""
    return json.dumps(plan_document(plan), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def timeless(plan: Plan) -> dict[str, Json]:
    """The plan's document without what depends on when it was made."""
    rest = dict(plan_document(plan))
    for name in ("made_at", "expires_at", "digest", "calls"):
        del rest[name]
    rest.pop("closed", None)  # what a plan has closed, the next one does not close again
    return rest


def api_changes(plan: Plan) -> list[Change]:
    """The changes that calls are left for."""
    return [change for change in plan.changes if change.api_steps]


def is_done(plan: Plan) -> bool:
    """Whether nothing is left but what waits for a person."""
    return all(not change.api_steps and change.operator_steps for change in plan.changes)


def carry_out(world: World, steps: Sequence[OperatorStep]) -> None:
    """What a person does who reads the worklist: each instruction once, in Komet's web UI."""
    for step in steps:
        word, _, target = step.key.partition(" ")
        if word == "cancel" or word == "approve":
            world.act(word, number=target)
        elif word in ("vendor", "ship_date"):
            world.act("postpone", number=target, **{word: step.after})
        elif word in ("location", "carrier"):
            world.act("edit-header", number=target, **{word: step.after})
        elif word == "customer":
            world.act("set-customer", number=target, customer=_customer_code(world, str(step.after)))
        elif word == "credit_limit":
            world.act("edit-customer", customer=target, credit_limit=step.after)
        elif word == "price":
            world.act("edit-prebook-item", item=int(target), price=step.after)
        elif word in ("reserve", "release"):
            customer = step.after if word == "reserve" else None
            world.act("stock-customer", line=int(target), customer=customer)
        else:
            raise AssertionError(f"nobody knows how to carry out {step.instruction}")


def _customer_code(world: World, name: str) -> str:
    written = world.configuration().resources[Address("customers", name)].attributes["komet"]
    assert isinstance(written, Mapping)
    return str(written.get("code") or written.get("id"))


def untrue(world: World, plan: Plan) -> list[str]:
    """What Komet holds otherwise than the configuration wants it, beyond what `plan` itself still says.

    An oracle of its own: it reads the simulator's store and the YAML, and nothing that plans or compares.
    """
    waiting = {change.address for change in plan.changes}
    notes = [note for change in plan.changes for note in change.notes]
    unknown = {
        (str(each.applied.address), tuple(path))
        for each in plan.agreed
        for path in _lists(each.applied.attributes.get("unknown"))
    }
    session = world.session(writing=False)
    with session.connection:
        remembered = session.state.resources.applied(session.scope)
    for address, applied in remembered.items():
        unknown |= {(str(address), tuple(path)) for path in _lists(applied.attributes.get("unknown"))}
    faults: list[str] = []
    for address, desired in world.configuration().resources.items():
        if address in waiting or any(str(address) in note for note in notes):
            continue
        if address.kind == "customers":
            faults += _untrue_customer(world, address, desired.attributes, unknown)
        elif address.kind == "reservations":
            faults += _untrue_reservation(world, address, desired.attributes, unknown)
        elif address.kind == "prebooks":
            if address not in {each.address for each in plan.diagnostics}:  # it is said what is the matter
                faults += _untrue_prebook(world, address, desired.attributes, unknown)
        else:
            faults += _untrue_order(world, address, desired.attributes, unknown)
    return faults


def _lists(value: Json) -> list[list[Any]]:
    return [path for path in value if isinstance(path, list)] if isinstance(value, list) else []


Unknown = set[tuple[str, tuple[Any, ...]]]

_CUSTOMER_COLUMNS = {
    "name": "name",
    "phone": "phone",
    "fax": "fax",
    "website": "website",
    "terms": "terms",
}


def _untrue_customer(
    world: World, address: Address, wanted: Mapping[str, Value], unknown: Unknown
) -> list[str]:
    komet = wanted["komet"]
    assert isinstance(komet, Mapping)
    rows = [
        row
        for row in world.simulator.part("customers")
        if row["id"] == komet.get("id") or (row["code"] or "").lower() == str(komet.get("code")).lower()
    ]
    if len(rows) != 1:
        return [f"{address}: {len(rows)} customers"]
    row = rows[0]
    faults = []
    for name, column in _CUSTOMER_COLUMNS.items():
        if name in wanted and (str(address), (name,)) not in unknown and row[column] != wanted[name]:
            faults.append(f"{address} {name}: {row[column]!r}, wanted {wanted[name]!r}")
    faults += [
        f"{address} {name}: {row[name]!r}, wanted {wanted[name]!r}"
        for name in ("active", "credit_hold")
        if name in wanted and (str(address), (name,)) not in unknown and bool(row[name]) != bool(wanted[name])
    ]
    ship_tos = world.ship_tos(row["id"])
    section = wanted.get("ship_to")
    for each in section.values() if isinstance(section, Mapping) else ():
        assert isinstance(each, Mapping)
        found = ship_tos.get(str(each["name"]))
        if found is None:
            faults.append(f"{address}: no ship-to {each['name']}")
            continue
        faults += [
            f"{address} ship-to {each['name']} {name}: {found[name]!r}"
            for name in ("address", "city", "state", "zipcode", "country")
            if name in each and found[name] != each[name]
        ]
    return faults


def _untrue_reservation(
    world: World, address: Address, wanted: Mapping[str, Value], unknown: Unknown
) -> list[str]:
    """An arrival of which nobody knows whether it was added is left out."""
    stock = world.simulator.part("inventory")
    known = {name: value for name, value in wanted.items() if (str(address), (name,)) not in unknown}
    code = _customer_code(world, str(wanted["customer"]))
    faults = list(untrue_stock(str(address), known, code, stock, world.simulator.now().date()))
    return faults + [f"{reference} was added twice" for reference in twice_added(stock)]


def _untrue_prebook(
    world: World, address: Address, wanted: Mapping[str, Value], unknown: Unknown
) -> list[str]:
    configuration, ship_to = world.configuration(), wanted.get("ship_to")
    title = None
    if isinstance(ship_to, str):
        customer = configuration.resources[Address("customers", str(wanted["customer"]))]
        ship_tos = customer.attributes["ship_to"]
        assert isinstance(ship_tos, Mapping)
        named = ship_tos[ship_to]
        assert isinstance(named, Mapping)
        title = str(named["name"])
    binding = world.binding(address.name, "prebooks")
    return [
        *untrue_prebook(
            address.name,
            wanted,
            binding.number if binding else None,
            world.simulator.state(),
            configuration.project.name,
            world.simulator.now().date(),
            {path for name, path in unknown if name == str(address)},
            title,
        )
    ]


def _untrue_order(world: World, address: Address, wanted: Mapping[str, Value], unknown: Unknown) -> list[str]:
    ship_date = str(wanted["ship_date"])
    binding = world.binding(address.name)
    if ship_date < world.simulator.now().date().isoformat():
        return []
    if binding is None or binding.number not in world.orders():
        return [f"{address}: bound to {binding and binding.number}, which is not there"]
    orders = world.orders()
    order = orders[str(binding.number)]
    marker = f"[rc:{world.configuration().project.name}/{address.name}]"
    twins = [
        number
        for number, other in orders.items()
        if (other["comments"] or "").endswith(marker)
        and other["status"] != "CA"
        and other["ship_date"] == ship_date
        and number != binding.number
        and any(line["status"] != "Cancelled" for line in other["lines"])
    ]
    faults = [f"{address}: {number} carries the marker too" for number in twins]
    if order["status"] == "CA":
        return faults
    faults += [
        f"{address} {name}: {order[name]} {wanted[name]}"
        for name in ("vendor", "location", "carrier")
        if isinstance(wanted.get(name), str) and order[name] != wanted[name]
    ]
    if order["ship_date"] != ship_date:
        faults.append(f"{address} ships {order['ship_date']}")
    items = wanted["items"]
    assert isinstance(items, Mapping)
    claimed: set[int] = set()
    for name, item in items.items():
        assert isinstance(item, Mapping)
        lines = [line for line in order["lines"] if _is_of(line, item)]
        claimed |= {line["id"] for line in lines}
        lost = sum(line["boxes"] for line in lines if line["status"] == "Cancelled")
        live = [line for line in lines if line["status"] != "Cancelled"]
        boxes = sum(line["boxes"] for line in live)
        if wanted.get("recreate") is True:
            lost = 0
        if boxes != max(int(str(item["boxes"])) - lost, 0):
            faults.append(f"{address} {name}: {boxes} boxes, wanted {item['boxes']}, lost {lost}")
        for line in live:
            if Decimal(line["cost"]) != Decimal(str(item["cost"])):
                faults.append(f"{address} {name}: costs {line['cost']}")
            is_known = (str(address), ("items", name, "price")) not in unknown
            if "price" in item and is_known and not _equals(line["price"], item["price"]):
                faults.append(f"{address} {name}: priced {line['price']}, wanted {item['price']}")
            if wanted.get("confirm") is True and line["status"] not in ("Confirmed", "Shipped"):
                faults.append(f"{address} {name}: {line['status']}")
    strangers = [
        line["id"] for line in order["lines"] if line["status"] != "Cancelled" and line["id"] not in claimed
    ]
    return faults + [f"{address}: line {id} belongs to nothing" for id in strangers]


def _is_of(line: Mapping[str, Any], item: Mapping[str, Value]) -> bool:
    return (
        line["product"] == item["product"]
        and line["box_type"] == item["box_type"]
        and line["unit"].lower() == item["unit"]
        and line["bunches"] == item["bunches"]
        and line["stems"] == item["stems"]
        and (line["mark_code"] or "") == (item.get("mark_code") or "")
    )


def _equals(stored: object, wanted: Value) -> bool:
    return stored is not None and Decimal(str(stored)) == Decimal(str(wanted))
