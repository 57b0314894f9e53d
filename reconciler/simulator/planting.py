"""Filling an empty store from a seed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from reconciler.simulator.access import ALL_METHODS
from reconciler.simulator.clock import REAL
from reconciler.simulator.errors import Refused, SeedError
from reconciler.simulator.faults import script_fault
from reconciler.simulator.orders import LineStatus, OrderStatus, confirmation_status
from reconciler.simulator.planting_prebooks import plant_prebook
from reconciler.simulator.purchasing import find_awb, find_line
from reconciler.simulator.seed import ROW_KEYS, Seed
from reconciler.simulator.shop import COMPANY
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import make_switches
from reconciler.simulator.tables import tables_digest

_PLAIN = ("locations", "categories", "products", "box_types", "carriers", "vendors", "customer_types")
_FIRST_IDS = {
    "products": 1001,
    "customers": 60001,
    "ship_tos": 70001,
    "contacts": 80001,
    "awbs": 140001,
    "purchase_orders": 660001,
    "po_lines": 910001,
    "inventory_lines": 88001,
    "invoices": 350001,
    "invoice_items": 450001,
    "web_orders": 30201,
    "web_order_items": 40301,
    "prebooks": 1700001,
    "prebook_items": 3500001,
}

_STOCK_REFERENCES = {
    "location": "locations",
    "product": "products",
    "vendor": "vendors",
    "box_type": "box_types",
    "customer": "customers",
}


def plant(store: Store, seed: Seed) -> None:
    """Fill the empty `store`; a reference that leads nowhere is a `SeedError`."""
    file = seed.files[0][0]
    with store.transaction():
        store.create_tables()
        try:
            _Planting(store, seed.document, file).run()
        except sqlite3.IntegrityError as problem:
            raise SeedError(file, "", f"two rows share an id or a key: {problem}") from problem
        store.set_setting("seed_files", json.dumps(seed.files))
        store.set_setting("tables", tables_digest())


class _Planting:
    """One seed on its way into the tables."""

    def __init__(self, store: Store, document: Mapping[str, Any], file: str) -> None:
        self._store = store
        self._document = document
        self._file = file
        self._ids: dict[str, dict[str, int]] = {}

    def run(self) -> None:
        """Everything, in the order in which rows refer to one another."""
        self._settings()
        self._first_ids()
        for table in _PLAIN:
            for row in self._rows(table):
                self._insert(table, row)
        for place, row in enumerate(self._rows("customers")):
            self._customer(row, f"customers[{place}]")
        for row in self._rows("users"):
            columns = {**row, "customers": " ".join(row.get("customers", []))}
            self._insert("users", columns, "username")
        for place, row in enumerate(self._rows("tokens")):
            self._token(row, f"tokens[{place}]")
        for place, row in enumerate(self._rows("purchase_orders")):
            self._order(row, f"purchase_orders[{place}]")
        for place, row in enumerate(self._rows("inventory")):
            self._stock(row, f"inventory[{place}]")
        self._shop(COMPANY, self._document.get("shop"))
        self._switches_and_faults()
        for place, row in enumerate(self._rows("prebooks")):
            self._prebook(row, f"prebooks[{place}]")
        self._raise_if_bought_for_nobody()

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = [dict(row) for row in self._document.get(name, []) if not row.get("remove")]
        key = ROW_KEYS[name]
        seen: set[str] = set()
        for place, row in enumerate(rows):
            row.pop("remove", None)
            if row[key] in seen:
                raise SeedError(self._file, f"{name}[{place}].{key}", f"{row[key]!r} stands twice")
            seen.add(row[key])
        return rows

    def _settings(self) -> None:
        company = self._document["company"]
        clock = self._document.get("clock", REAL)
        self._store.set_setting("company_id", str(company["id"]))
        self._store.set_setting("company_name", company["name"])
        if clock == REAL:
            self._store.set_setting("clock_start", REAL)
        else:
            start = self._instant(clock["start"])
            start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
            self._store.set_setting("clock_start", start.isoformat())
            self._store.set_setting("clock_step", str(clock.get("step", 1)))
        now = datetime.now(UTC) if clock == REAL else start
        self._stamp = now.strftime("%Y-%m-%dT%H:%M:%S")
        self._store.set_setting("next_po_number", str(self._document.get("next_po_number", 1)))
        if "next_prebook_number" in self._document:
            self._store.set_setting("next_prebook_number", str(self._document["next_prebook_number"]))
        if "prebook_statuses" in self._document:
            self._store.set_setting("prebook_statuses", json.dumps(self._document["prebook_statuses"]))

    def _instant(self, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise SeedError(self._file, "clock.start", f"{text!r} is not an instant") from None

    def _first_ids(self) -> None:
        for table, first in {**_FIRST_IDS, **self._document.get("first_ids", {})}.items():
            self._store.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, first - 1)

    def _insert(self, table: str, row: Mapping[str, Any], key: str = "") -> int:
        """A row whose members are columns; its id is remembered under its key."""
        columns = {name: _column(value) for name, value in row.items()}
        row_id = self._store.insert(table, columns)
        names = self._ids.setdefault(table, {})
        for name in (key, "code", "name"):
            if name and row.get(name) is not None:
                names.setdefault(str(row[name]), row_id)
                break
        return row_id

    def _find(self, table: str, name: str | None, path: str) -> int | None:
        if name is None:
            return None
        found = self._ids.get(table, {}).get(name)
        if found is None:
            raise SeedError(self._file, path, f"there is no {name!r} among the {table.replace('_', ' ')}")
        return found

    def _need(self, table: str, name: str, path: str) -> int:
        found = self._find(table, name, path)
        assert found is not None
        return found

    def _customer(self, row: dict[str, Any], path: str) -> None:
        ship_tos = row.pop("ship_tos", [])
        row["type_id"] = self._find("customer_types", row.pop("type", None), f"{path}.type")
        codes = row.pop("locations", [])
        for place, code in enumerate(codes):
            self._find("locations", code, f"{path}.locations[{place}]")
        row["location_codes"] = ":".join(codes) or None
        row.setdefault("updated_on", self._stamp)
        shop = row.pop("shop", None)
        customer_id = self._insert("customers", row)
        self._shop(customer_id, shop)
        for place, each in enumerate(ship_tos):
            ship_to = {**each, "customer_id": customer_id}
            carrier = ship_to.pop("carrier", None)
            ship_to["carrier_id"] = self._find("carriers", carrier, f"{path}.ship_tos[{place}].carrier")
            ship_to.setdefault("updated_on", self._stamp)
            self._insert("ship_tos", ship_to)

    def _token(self, row: dict[str, Any], path: str) -> None:
        tables = {"Customer": "customers", "Vendor": "vendors", "User": "users"}
        table = tables.get(row["type"])
        name = row["type"].lower()
        if table is not None and name not in row:
            raise SeedError(self._file, path, f"a {row['type']} token says which {name} it belongs to")
        party = None if table is None else self._need(table, row[name], f"{path}.{name}")
        methods = row.get("methods", ALL_METHODS)
        self._store.insert(
            "tokens",
            {
                "value": row["value"],
                "name": row["name"],
                "type": row["type"],
                "party": party,
                "methods": methods if isinstance(methods, str) else " ".join(methods),
            },
        )

    def _order(self, row: dict[str, Any], path: str) -> None:
        status = OrderStatus(row.get("status", OrderStatus.PENDING))
        columns: dict[str, Column] = {
            "number": row["number"],
            "ship_date": self._date(row["ship_date"], f"{path}.ship_date"),
            "vendor_id": self._need("vendors", row["vendor"], f"{path}.vendor"),
            "location_id": self._need("locations", row["location"], f"{path}.location"),
            "carrier_id": self._find("carriers", row.get("carrier"), f"{path}.carrier"),
            "customer_id": self._find("customers", row.get("customer"), f"{path}.customer"),
            "customer_po": row.get("customer_po"),
            "comments": row.get("comments"),
            "status": status,
            "hold": int(row.get("hold", False)),
            "created_on": row.get("created_on", self._stamp),
            "updated_on": row.get("created_on", self._stamp),
        }
        if "id" in row:
            columns["id"] = row["id"]
        order_id = self._store.insert("purchase_orders", columns)
        for place, line in enumerate(row.get("lines", [])):
            self._line(order_id, columns, dict(line), f"{path}.lines[{place}]")

    def _line(self, order_id: int, order: Mapping[str, Column], line: dict[str, Any], path: str) -> None:
        confirmed = line.get("confirmed", line["boxes"] if order["status"] == OrderStatus.CONFIRMED else 0)
        if confirmed > line["boxes"]:
            raise SeedError(self._file, f"{path}.confirmed", "more boxes are confirmed than ordered")
        status = line.get("status", confirmation_status(line["boxes"], confirmed))
        columns: dict[str, Column] = {
            "po_id": order_id,
            "product_id": self._need("products", line["product"], f"{path}.product"),
            "box_type_id": self._need("box_types", line["box_type"], f"{path}.box_type"),
            "boxes": line["boxes"],
            "bunches": line["bunches"],
            "stems": line["stems"],
            "unit": line["unit"],
            "cost": str(Decimal(str(line["cost"]))),
            "price": str(Decimal(str(line["price"]))) if "price" in line else None,
            "confirmed": confirmed,
            "status": status,
            "mark_code": line.get("mark_code"),
            "notes": line.get("notes"),
            "order_type": line.get("order_type"),
            "awaiting_checkout": int(line.get("awaiting_checkout", False)),
            "va_units": line.get("va_units"),
            "prebook_item_id": line.get("prebook_item"),
        }
        if "id" in line:
            columns["id"] = line["id"]
        line_id = self._store.insert("po_lines", columns)
        for place, part in enumerate(line.get("breakdown", [])):
            product_id = self._need("products", part["product"], f"{path}.breakdown[{place}].product")
            self._store.insert(
                "po_breakdowns",
                {
                    "line_id": line_id,
                    "product_id": product_id,
                    "bunches": part["bunches"],
                    "stems": part["stems"],
                    "cost": str(Decimal(str(part["cost"]))),
                    "price": str(Decimal(str(part["price"]))) if "price" in part else None,
                },
            )
        if status == LineStatus.SHIPPED:
            self._ship(line_id, order, line)

    def _ship(self, line_id: int, order: Mapping[str, Column], line: Mapping[str, Any]) -> None:
        number = line.get("awb", f"{line_id:011d}")
        stored = find_line(self._store, line_id)
        awb_id = find_awb(self._store, number, date.fromisoformat(str(order["ship_date"])), stored)
        self._store.update("po_lines", line_id, {"awb_id": awb_id, "confirmed": line["boxes"]})
        codes = [(line_id, f"KS{line_id}{place:03d}") for place in range(line["boxes"])]
        self._store.insert_all("po_boxes", ("line_id", "code"), codes)

    def _stock(self, row: dict[str, Any], path: str) -> None:
        columns = {name: value for name, value in row.items() if name not in _STOCK_REFERENCES}
        for name, table in _STOCK_REFERENCES.items():
            columns[f"{name}_id"] = self._find(table, row.get(name), f"{path}.{name}")
        columns.setdefault("ship_date", row["inventory_date"])
        for name in ("ship_date", "arrival_date", "inventory_date"):
            if name in columns:
                columns[name] = self._date(columns[name], f"{path}.{name}")
        self._insert("inventory_lines", columns | {"arrived": row["boxes"]})

    def _prebook(self, row: dict[str, Any], path: str) -> None:
        try:
            plant_prebook(self._store, row, path, self._find, self._stamp)
        except Refused as refusal:
            raise SeedError(self._file, path, str(refusal)) from None

    def _raise_if_bought_for_nobody(self) -> None:
        found = self._store.row(
            "SELECT prebook_item_id FROM po_lines WHERE prebook_item_id IS NOT NULL "
            "AND prebook_item_id NOT IN (SELECT id FROM prebook_items) ORDER BY id"
        )
        if found is not None:
            raise SeedError(self._file, "purchase_orders", f"there is no prebook item {found[0]}")

    def _shop(self, customer_id: int, shop: Mapping[str, Any] | None) -> None:
        if shop:
            columns = {name: _column(value) for name, value in shop.items()}
            self._store.insert("shop_settings", columns | {"customer_id": customer_id})

    def _date(self, text: str, path: str) -> str:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise SeedError(self._file, path, f"{text!r} is not a date") from None

    def _switches_and_faults(self) -> None:
        wanted = dict(self._document.get("switches", {}))
        users = self._document["company"].get("paid_users")
        if users is not None:
            wanted.setdefault("quota_users", users)
        try:
            switches = make_switches(wanted)
            for fault in self._document.get("faults", []):
                script_fault(self._store, fault)
        except Refused as refusal:
            raise SeedError(self._file, "switches", str(refusal)) from None
        if switches.future_sales_customer:
            self._find("customers", switches.future_sales_customer, "switches.future_sales_customer")
        self._store.set_setting("switches", json.dumps(asdict(switches)))


def _column(value: Any) -> Column:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return value if value is None or isinstance(value, int | str) else str(value)
