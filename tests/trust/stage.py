"""The stage on which stories are told: a small Komet, a state, and a process that can die at any moment."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from seeded import copy_of
from world import ACCOUNT, PROJECT, Border, Killed, World, furnish, wholesaler

from reconciler.errors import ReconcilerError
from reconciler.komet.methods import METHODS
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from reconciler.plan.planner import Choices
from reconciler.simulator.errors import SimulatorError
from reconciler.state.database import Column
from reconciler.state.open import State
from reconciler.state.sqlite import SqliteDatabase
from trust.story import Deed, Story, Wanted, text_of

CAPABLE = PROJECT.replace("paid_users: 3", "paid_users: 3, capabilities: {assign_customer: api}")
MARKER = re.compile(r"\[rc:bloomnet-miami/([^\]]+)\]$")
PRODUCTS = {"RSFRE60", "RSMON60", "RSEXP60"}
FOREIGN_LINE = {
    "product": "RSFRE60",
    "box_type": "HB",
    "boxes": 7,
    "bunches": 12,
    "stems": 25,
    "unit": "Stem",
    "cost": "0.28",
    "price": "0.42",
}


class Death:
    """When the process dies: after so many moments, 0 for never. What is dead does nothing any more."""

    def __init__(self, moments: int = 0) -> None:
        self._left = moments
        self._is_mortal = moments > 0

    def moment(self) -> None:
        """Time goes by."""
        self._left -= 1
        if self._is_mortal and self._left <= 0:
            raise Killed


class MortalDatabase(SqliteDatabase):
    """A database in memory whose process can die before and after each thing that it writes."""

    death = Death()

    def _run(self, sql: str, values: Sequence[Column]) -> sqlite3.Cursor:
        if sql.startswith(("SELECT", "PRAGMA", "ROLLBACK", "BEGIN")):
            return super()._run(sql, values)
        self.death.moment()
        cursor = super()._run(sql, values)
        self.death.moment()
        return cursor

    def _run_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        self.death.moment()
        super()._run_all(sql, rows)


class MortalBorder(Border):
    """The way to Komet: the process can die before the call and after its effect."""

    death = Death()
    on_method: Callable[[str], None]

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """One call."""
        self.death.moment()
        self.on_method(environ["PATH_INFO"].rpartition("/")[2])
        body = list(self._simulator.wsgi(environ, start_response))
        self.death.moment()
        return body


@cache
def _first_world() -> World:
    """A wholesaler with few products, some stock, and an order of somebody else's."""
    seed = dict(wholesaler())
    seed["products"] = [each for each in seed["products"] if each["code"] in PRODUCTS]
    seed["vendors"] = seed["vendors"][:3]
    seed["customers"] = [
        each for each in seed["customers"] if each["code"] in ("BLOOM", "BLOOMSO", "PETALHSE", "FUTURE")
    ]
    seed["users"] = []
    seed["tokens"] = [each for each in seed["tokens"] if each["type"] == "Company"]
    kept = [each for each in seed["inventory"] if each["product"] in PRODUCTS and each["location"] == "MIA"]
    vendors, customers = ({each["code"] for each in seed[name]} for name in ("vendors", "customers"))
    seed["inventory"] = [
        each for each in kept if each["vendor"] in vendors and each.get("customer") in {None, *customers}
    ]
    header = {"vendor": "ROSALEDA", "ship_date": "2027-02-01", "location": "MIA", "carrier": "KLA"}
    seed["purchase_orders"] = [
        header
        | {"number": "P056001", "customer": "PETALHSE", "comments": "By hand", "lines": [FOREIGN_LINE]},
        header
        | {
            "number": "P056002",
            "customer": "BLOOM",
            "comments": "[rc:other/order-0]",
            "lines": [FOREIGN_LINE],
        },
    ]
    root = Path(tempfile.mkdtemp(prefix="stories-")) / "repository"
    root.mkdir()
    (root / "reconciler.yaml").write_text(CAPABLE, encoding="utf-8")
    world = World.make(root, seed)
    world.act("settings", inventory_update_customer="honoured")
    return world


@dataclass
class Stage:
    """One telling: the world, what happened in it in a few words each, and what was wrong.

    `largest` are the most boxes that any chapter wanted of a line, `allowed` those that may stand there while
    one line replaces another, `headers` those that each order ever had. `days` are those on which an order is
    wanted now. `lost` are the orders, with their days, that stood when the state was lost and that no apply
    has found since: a list shows one day, or what it is asked for by number (Komet API §5.3), so that nobody
    knows of them while nothing is wanted on their day.
    """

    world: World
    database: MortalDatabase
    border: MortalBorder
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    largest: dict[tuple[str, ...], int] = field(default_factory=dict)
    allowed: dict[tuple[str, ...], int] = field(default_factory=dict)
    headers: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    sold: dict[tuple[str, str], set[tuple[int, str]]] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    has_died: bool = False
    has_forgotten: bool = False

    @classmethod
    def of(cls, story: Story) -> Stage:
        """The first scene of `story`."""
        simulator = copy_of(_first_world().simulator)
        database, border = MortalDatabase(Path(":memory:")), MortalBorder(simulator)
        furnish(database)
        root = Path(tempfile.mkdtemp(prefix=f"story-{story.seed}-"))
        (root / "reconciler.yaml").write_text(CAPABLE, encoding="utf-8")
        stage = cls(World(root, simulator, State(database, root), database, border), database, border)
        border.on_method = stage.note_intent
        stage.world.act("settings", **story.switches)
        return stage

    def close(self) -> None:
        """Let go of everything."""
        self.world.close()
        shutil.rmtree(self.world.root)

    def note_intent(self, method: str) -> None:
        """A call arrives in Komet: of one that writes the intent is on the disk, without outcome."""
        known = METHODS.get(method)
        if (
            known is not None
            and known.writes
            and not self.database.query(
                "SELECT 1 FROM journal WHERE outcome IS NULL AND method = ?", (method,)
            )
        ):
            self.wrong.append(f"{method} was called without an intent")

    def forget(self) -> None:
        """The state is lost."""
        self.told.append("the state is lost")
        self.has_forgotten = True
        orders = rows(self.world, "SELECT number, ship_date, comments FROM purchase_orders")
        self.lost = {each["number"]: each["ship_date"] for each in orders if owner(each["comments"])}
        self.world.state.close()
        self.database = self.world.database = MortalDatabase(Path(":memory:"))
        furnish(self.database)
        self.world.state = State(self.database, self.world.root)

    @property
    def in_doubt(self) -> frozenset[str]:
        """The addresses of the calls in the journal of which nobody knows yet whether they took effect."""
        entries = self.database.query("SELECT address, outcome, settled FROM journal")
        return frozenset(
            address
            for address, outcome, settled in entries
            if settled is None and outcome in (None, "in_doubt")
        )

    @property
    def is_in_doubt(self) -> bool:
        """Whether there are such calls."""
        return bool(self.in_doubt)

    def mortal(self, moments: int) -> None:
        """The process that begins now dies after so many moments, 0 for never."""
        self.database.death = self.border.death = Death(moments)

    def want(self, wanted: Wanted) -> None:
        """The configuration from now on."""
        self.world.write(all=text_of(wanted))
        self.days = {order["ship_date"] for order in wanted["purchase_orders"].values()}
        for name, order in wanted["purchase_orders"].items():
            header = tuple(order[each] for each in ("vendor", "ship_date", "customer", "carrier"))
            known = self.headers.setdefault(name, [])
            if not known or known[-1] != header:
                known.append(header)
            for item in order["items"].values():
                key = (name, item["product"], plain(item["cost"]))
                most = self.largest.get(key, 0)
                is_replaced = 0 < item["boxes"] < most  # the old line stands until the smaller one is proved
                self.allowed[key] = most + item["boxes"] if is_replaced else max(most, item["boxes"])
                self.largest[key] = max(most, item["boxes"])

        for name, prebook in wanted.get("prebooks", {}).items():
            for item in prebook["items"].values():
                self.sold.setdefault((name, item["product"]), set()).add(
                    (item["boxes"], plain(item["price"]))
                )

    def plan(self) -> Plan | None:
        """A plan whose guards were asked and allowed; None where Komet did not answer."""
        try:
            plan = self.world.plan()
            if plan.refusals:
                plan = self.world.plan(Choices(allow=tuple(guard.flag for guard in plan.refusals)))
        except ReconcilerError as error:
            self.told.append(f"no plan: {error}")
            return None
        steps = sum(len(change.steps) for change in plan.changes)
        self.told.append(f"planned {len(plan.changes)} changes, {steps} steps")
        return plan

    def apply(self, plan: Plan, moments: int = 0) -> Summary | None:
        """Carry `plan` out; None when the process died or could not begin."""
        self.mortal(moments)
        calls = len(self.world.calls())
        try:
            summary = self.world.apply(plan)
            self._find_lost()
        except Killed:
            self.has_died = True
            if len(self.world.calls()) > calls:
                self._find_lost()
            self.told.append("the process died")
            return None
        except ReconcilerError as error:
            self.told.append(f"not applied: {error}")
            return None
        finally:
            self.mortal(0)
            self.world.state.lease.break_lease(ACCOUNT)
        outcomes = ", ".join(f"{each.address} {each.outcome} {each.message}" for each in summary.results)
        self.told.append(f"applied with {summary.calls} calls: {outcomes} {summary.error}")
        return summary

    def _find_lost(self) -> None:
        """An apply has written down what its plan had found."""
        self.lost = {number: day for number, day in self.lost.items() if day not in self.days}

    def do(self, deed: Deed) -> None:
        """What somebody else does, if there is something to do it to and Komet lets them."""
        with suppress(SimulatorError):
            did = self._do(deed)
            self.told.append(f"{deed.what}: {did}")

    def _do(self, deed: Deed) -> object:
        match deed.what:
            case "time":
                return self.world.act("advance", hours=deed.amount * 3)
            case "arrive":
                stock = {"location": "MIA", "product": "RSFRE60", "vendor": "ROSALEDA", "box_type": "HB"}
                pack = {"boxes": deed.amount, "bunches": 12, "stems": 25, "unit": "Stem", "cost": "0.30"}
                return self.world.act("stock-add", **stock, **pack)
            case "buy":
                return self._buy(deed)
            case "foreign-order":
                return self.world.act("edit-line", line=self._foreign_line(), boxes=deed.amount)
            case "ship-to":
                return self.world.act("edit-ship-to", ship_to=6201, city=f"City {deed.amount}")
        lines = rows(
            self.world,
            """SELECT l.id, l.boxes, l.po_id, o.number
               FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id
               WHERE o.comments LIKE '%[rc:bloomnet-miami/%' AND o.status <> 'CA' ORDER BY l.id""",
        )
        return self._do_to_line(deed, lines[deed.which % len(lines)]) if lines else "nothing"

    def _do_to_line(self, deed: Deed, line: Mapping[str, Any]) -> object:
        match deed.what:
            case "confirm":
                return self.world.act("confirm", number=line["number"])
            case "confirm-part":
                some = {str(line["id"]): min(deed.amount, line["boxes"])}
                return self.world.act("confirm", number=line["number"], lines=some)
            case "fewer-boxes":
                return self.world.act("edit-line", line=line["id"], boxes=min(deed.amount, line["boxes"]))
            case "as-wanted":
                return self._as_wanted(line)
            case "delete-line":
                return self.world.act("delete-line", line=line["id"])
        raise AssertionError(deed.what)

    def _as_wanted(self, line: Mapping[str, Any]) -> object:
        """A clerk does by hand what was once wanted, where nothing is on its way that does so too."""
        key = self._key(line["id"])
        same = rows(self.world, f"SELECT id FROM po_lines WHERE po_id = {line['po_id']}")
        if (
            rows(self.world, "SELECT id FROM late_requests")
            or [self._key(each["id"]) for each in same].count(key) > 1
        ):
            return "nothing"
        return self.world.act("edit-line", line=line["id"], boxes=self.largest.get(key, line["boxes"]))

    def _key(self, line: int) -> tuple[str, ...]:
        (found,) = rows(
            self.world,
            f"""SELECT o.comments, p.code, l.cost FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id
                JOIN products p ON p.id = l.product_id WHERE l.id = {line}""",
        )
        return (owner(found["comments"]), found["code"], plain(found["cost"]))

    def _foreign_line(self) -> int:
        found = rows(
            self.world,
            "SELECT l.id FROM po_lines l JOIN purchase_orders o ON o.id = l.po_id WHERE o.number = 'P056001'",
        )
        return int(found[0]["id"])

    def _buy(self, deed: Deed) -> object:
        """A partner buys on-hand boxes that are kept for it; none whose arrival is in doubt, was not seen yet
        or was forgotten with the state, since nobody can tell afterwards whether what does not show has sold
        out or never came: a person has to look."""
        lines = [
            line
            for line in rows(
                self.world,
                "SELECT l.id, l.boxes, l.reference FROM inventory_lines l "
                "JOIN customers c ON c.id = l.customer_id WHERE c.code = 'BLOOM' AND l.boxes > 0 "
                "ORDER BY l.id",
            )
            if line["reference"] is None or self._is_remembered(line["reference"])
        ]
        if not lines:
            return "nothing"
        line = lines[deed.which % len(lines)]
        return self.world.act("buy", customer="BLOOM", line=line["id"], boxes=min(deed.amount, line["boxes"]))

    def _is_remembered(self, reference: str) -> bool:
        """Whether the state knows that stock was added under `reference`, and has seen it stand there."""
        known = self.database.query("SELECT facts FROM bindings WHERE address LIKE 'reservations.%'")
        facts = [json.loads(text) for (text,) in known]
        seen = any(reference in each["arrived"] and reference not in each["unseen"] for each in facts)
        return seen and not self.is_in_doubt


def rows(world: World, sql: str) -> list[dict[str, Any]]:
    """What Komet's own tables say."""
    return [dict(row) for row in world.simulator._store.rows(sql)]


def owner(comments: str | None) -> str:
    """The name in an ownership marker of ours, or nothing."""
    found = MARKER.search(comments or "")
    return found[1] if found else ""


def plain(amount: object) -> str:
    """An amount whose text is equal where the amounts are."""
    return str(Decimal(str(amount or 0)).normalize())
