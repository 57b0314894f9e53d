"""The short reference lists: locations, categories, grades, colors, box types, carriers."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.errors import Refused
from reconciler.simulator.filters import Where
from reconciler.simulator.method import Answer, Bare, Call, Listing, Row, method


@method("location.list", "GET Q", "C")
def location_list(call: Call) -> Answer:
    """Locations by name; id and code exact, name LIKE (Komet API §2)."""
    where = Where(call.switches)
    where.exact("id", call.params.integer("id"))
    where.exact("code", call.params.text("code"))
    where.like(call.params.text("name", most=200), "name")
    rows = call.store.rows(
        f"SELECT * FROM locations WHERE {where.sql} ORDER BY name COLLATE NOCASE, id", *where.values
    )
    return Listing(
        "locations",
        [{"id": row["id"], "name": row["name"], "code": row["code"]} for row in rows],
        "Locations",
    )


@method("company.location.list", "GET H", "CV")
def company_location_list(call: Call) -> Answer:
    """The locations that serve a customer, without an envelope (§2)."""
    customer = call.store.by_id("customers", call.params.need_integer("customerId"))
    if customer is None:
        raise Refused("Customer not found.")
    codes = {code.lower() for code in str(customer["location_codes"] or "").split(":") if code}
    rows = call.store.rows("SELECT * FROM locations ORDER BY name COLLATE NOCASE, id")
    return Bare(
        {
            "locations": [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "shortName": row["short_name"],
                    "code": row["code"],
                    "active": row["active"],
                }
                for row in rows
                if not codes or row["code"].lower() in codes
            ]
        }
    )


@method("category.list", "GET H", "C")
def category_list(call: Call) -> Answer:
    """All categories by name (§2)."""
    rows = call.store.rows("SELECT * FROM categories ORDER BY name COLLATE NOCASE, id")
    return Listing("categoryItems", [_category(row) for row in rows], "Categories")


def _category(row: StoredRow) -> Row:
    return {
        "categoryId": row["id"],
        "categoryName": row["name"],
        "kometNetworkId": row["network_id"],
        "kometNetworkName": row["network_name"],
        "active": row["active"],
    }


@method("v2/product/grades", "GET H", "C")
def product_grades(call: Call) -> Answer:
    """The grades in use by category, without an envelope (§2)."""
    rows = _used(call, "grade")
    return Bare(
        {
            "grades": [
                {"categoryId": row["id"], "categoryName": row["name"], "grade": row["used"]} for row in rows
            ]
        }
    )


@method("v2/product/colors", "GET H", "C")
def product_colors(call: Call) -> Answer:
    """The colors in use, without an envelope (§2)."""
    colors = sorted({row["used"] for row in _used(call, "color")})
    return Bare({"colors": [{"color": color} for color in colors]})


def _used(call: Call, column: str) -> list[StoredRow]:
    """Categories with each value of `column` that their active products have."""
    where = Where(call.switches)
    where.exact("c.id", call.params.integer("categoryId"))
    where.exact("c.name", call.params.text("categoryName"))
    return call.store.rows(
        f"SELECT DISTINCT c.id, c.name, p.{column} AS used FROM products p "
        f"JOIN categories c ON c.name = p.category COLLATE NOCASE "
        f"WHERE p.active = 1 AND p.{column} IS NOT NULL AND {where.sql} "
        f"ORDER BY c.name COLLATE NOCASE, used",
        *where.values,
    )


@method("boxtype.list", "GET Q", "CV", text_status=True)
def boxtype_list(call: Call) -> Answer:
    """Box types by code; `fbe` is the share of a full box (§2)."""
    where = Where(call.switches)
    where.exact("id", call.params.integer("id"))
    where.exact("code", call.params.text("code"))
    rows = call.store.rows(
        f"SELECT * FROM box_types WHERE {where.sql} ORDER BY code COLLATE NOCASE, id", *where.values
    )
    found = [
        {
            "id": row["id"],
            "code": row["code"],
            "kometNetworkName": row["network_name"],
            "kometNetworkId": row["network_id"],
            "fbe": float(row["fbe"]),
        }
        for row in rows
    ]
    return Listing("boxtypes", found, "Boxtype")


_CARRIER = {
    "id": "id",
    "code": "code",
    "name": "name",
    "active": "active",
    "street": "street",
    "city": "city",
    "state": "state",
    "zipCode": "zipcode",
    "country": "country",
    "phone": "phone",
    "kometNetworkName": "network_name",
    "kometNetworkId": "network_id",
}


@method("carrier.list", "GET Q", "CV", text_status=True)
def carrier_list(call: Call) -> Answer:
    """Carriers by name, inactive ones too unless `active` says otherwise (§2)."""
    where = Where(call.switches)
    where.exact("id", call.params.integer("id"))
    where.exact("code", call.params.text("code"))
    where.like(call.params.text("name", most=200), "name")
    where.active(call.params.flag("active"))
    rows = call.store.rows(
        f"SELECT * FROM carriers WHERE {where.sql} ORDER BY name COLLATE NOCASE, id", *where.values
    )
    found = [{field: row[column] for field, column in _CARRIER.items()} for row in rows]
    return Listing("carriers", found, "Carriers")
