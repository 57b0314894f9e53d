"""Products: product.list, product.add, product.update."""

from __future__ import annotations

import json
from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Call, Done, Listing, Row, method
from reconciler.simulator.store import Column


@method("product.list", "GET Q", "CV", text_status=True, text_ids=True)
def product_list(call: Call) -> Answer:
    """Products by description, inactive ones marked; `active` is shown only when 0 (Komet API §2, A13)."""
    where = Where(call.switches)
    where.exact("p.id", call.params.integer("id"))
    where.exact("p.code", call.params.text("legacyCode", most=50))
    where.like(call.params.text("description", most=200), "p.description")
    rows = call.store.rows(
        "SELECT p.*, c.division, c.division_id FROM products p "
        "LEFT JOIN categories c ON c.name = p.category COLLATE NOCASE "
        f"WHERE {where.sql} ORDER BY p.description COLLATE NOCASE, p.id",
        *where.values,
    )
    return Listing("products", [_product(row) for row in rows], "Products")


def _product(row: StoredRow) -> Row:
    return {
        "id": row["id"],
        "description": row["description"],
        "active": None if row["active"] else 0,
        "category": row["category"],
        "divisionId": row["division_id"],
        "divisionDescription": row["division"],
        "variety": row["variety"],
        "color": row["color"],
        "grade": row["grade"],
        "legacyCode": row["code"],
        "tags": row["tags"],
    }


@method("product.add", "POST B", "C", text_status=True)
def product_add(call: Call) -> Answer:
    """A new product; it needs a known category and one of variety, color, grade (§2)."""
    columns = _columns(call)
    if not (columns.get("variety") or columns.get("color") or columns.get("grade")):
        raise Refused("At least one of variety, color and grade is required.")
    if not columns.get("description"):
        parts = (columns["category"], columns.get("color"), columns.get("variety"), columns.get("grade"))
        columns["description"] = " ".join(str(part) for part in parts if part)
    product_id = call.store.insert("products", columns)
    return Done({"productId": product_id}, "The product was successfully saved.")


@method("product.update", "POST B", "C", text_status=True)
def product_update(call: Call) -> Answer:
    """Change a product; what is left out stays (A31)."""
    product = call.store.by_id("products", call.params.need_integer("productId"))
    if product is None:
        raise Refused("Product not found.")
    columns = _columns(call)
    active = call.params.flag("active")
    if active is not None:
        columns["active"] = int(active)
    call.store.update("products", product["id"], columns)
    return Done({"productId": product["id"]}, "The product was successfully saved.")


def _columns(call: Call) -> dict[str, Column]:
    """The product's columns that the request sends; the category is required by both methods."""
    params = call.params
    category = params.need_text("category", most=200)
    known = call.store.row("SELECT name FROM categories WHERE name = ? COLLATE NOCASE", category)
    if known is None:
        raise Refused(f"Category not found: {category}.")
    columns: dict[str, Column] = {"category": known["name"]}
    texts = {
        "variety": ("variety", 100),
        "color": ("color", 100),
        "grade": ("grade", 100),
        "code": ("code", 20),
        "productRollUpCode": ("roll_up_code", 20),
        "description": ("description", 300),
        "tags": ("tags", 200),
    }
    for name, (column, most) in texts.items():
        if params.has(name):
            columns[column] = params.text(name, most=most)
    if params.has("defaultUnitType"):
        columns["default_unit"] = (params.text("defaultUnitType", most=10) or "").capitalize() or None
    regions = params.texts("regionsOfOrigin")
    if regions is not None:
        columns["regions"] = json.dumps(regions)
    if columns.get("description", "") is None:
        del columns["description"]
    return columns
