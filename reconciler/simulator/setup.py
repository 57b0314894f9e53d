"""Operator actions on the company's settings: switches, tokens, customers, the clock, scripted faults."""

from __future__ import annotations

import json
from dataclasses import asdict

from reconciler.simulator.access import ALL_METHODS
from reconciler.simulator.errors import Refused
from reconciler.simulator.faults import script_fault
from reconciler.simulator.gate import switches_of
from reconciler.simulator.lookup import by_code
from reconciler.simulator.method import TokenType
from reconciler.simulator.operator import Deed, Result, action
from reconciler.simulator.requests import LAST_YEAR
from reconciler.simulator.store import Column
from reconciler.simulator.switches import make_switches

_PARTIES = {TokenType.CUSTOMER: "customers", TokenType.VENDOR: "vendors"}
_CUSTOMER_TEXTS = frozenset(
    (
        "name",
        "code",
        "accounting_code",
        "sales_person",
        "phone",
        "fax",
        "email_for_invoices",
        "email_for_statements",
        "website",
        "terms",
        "location_codes",
        "credit_limit",
        "bill_address",
        "bill_city",
        "bill_state",
        "bill_zipcode",
        "bill_country",
        "ship_address",
        "ship_city",
        "ship_state",
        "ship_zipcode",
        "ship_country",
        "default_price",
        "price_b_markup",
        "price_sell_fast_markup",
        "customer_group",
    )
)
_SHIP_TO_TEXTS = frozenset(
    (
        "name",
        "code",
        "address",
        "city",
        "state",
        "zipcode",
        "country",
        "phone",
        "fax",
        "carrier_account",
    )
)


@action("settings", "*")
def settings(deed: Deed) -> Result:
    """Set switches by name; the answer is all of them (Komet API §11.2)."""
    changed = asdict(make_switches({**asdict(switches_of(deed.store)), **deed.sent}))
    customer = str(changed["future_sales_customer"])
    if customer and by_code(deed.store, "customers", customer) is None:
        raise Refused(f"there is no customer {customer!r}")
    deed.store.set_setting("switches", json.dumps(changed))
    return changed


@action("token", "value name type customer vendor user methods")
def token(deed: Deed) -> Result:
    """Make a token, or change name and ticked methods (a list; `*` for all) of one that exists (§1.3)."""
    value = deed.params.need_text("value", most=50)
    found = deed.store.row("SELECT * FROM tokens WHERE value = ?", value)
    methods = _methods(deed)
    if found is not None:
        name = deed.params.text("name") or found["name"]
        deed.store.run(
            "UPDATE tokens SET name = ?, methods = ? WHERE value = ?",
            name,
            methods or found["methods"],
            value,
        )
        return {"name": name, "type": found["type"]}
    kind = deed.params.need_text("type")
    if kind not in list(TokenType):
        raise Refused(f"type is one of {', '.join(TokenType)}")
    name = deed.params.text("name") or value
    columns: dict[str, Column] = {
        "value": value,
        "name": name,
        "type": kind,
        "party": _party(deed, TokenType(kind)),
    }
    deed.store.insert("tokens", columns | {"methods": methods or ALL_METHODS})
    return {"name": name, "type": kind}


def _methods(deed: Deed) -> str | None:
    if deed.sent.get("methods") == ALL_METHODS:
        return ALL_METHODS
    listed = deed.params.texts("methods")
    return None if listed is None else " ".join(listed) or "-"


def _party(deed: Deed, kind: TokenType) -> int | None:
    if kind is TokenType.USER:
        username = deed.params.need_text("user")
        user = deed.store.row("SELECT id FROM users WHERE username = ?", username)
        if user is None:
            raise Refused(f"there is no user {username!r}")
        return int(user["id"])
    if kind not in _PARTIES:
        return None
    party = deed.named(_PARTIES[kind], kind.lower())
    if party is None:
        raise Refused(f"a {kind} token says which {kind.lower()} it belongs to")
    return party


@action("revoke-token", "value")
def revoke_token(deed: Deed) -> Result:
    """Take a token away."""
    value = deed.params.need_text("value")
    if deed.store.row("SELECT 1 FROM tokens WHERE value = ?", value) is None:
        raise Refused("there is no such token")
    deed.store.run("DELETE FROM tokens WHERE value = ?", value)
    return {"revoked": True}


@action("edit-customer", "customer active credit_hold " + " ".join(sorted(_CUSTOMER_TEXTS)))
def edit_customer(deed: Deed) -> Result:
    """Change what is given of a customer (code or id), also what the API cannot write."""
    customer_id = deed.named("customers", "customer")
    if customer_id is None:
        raise Refused("customer is required")
    columns: dict[str, Column] = {"updated_on": deed.stamp}
    columns |= {name: deed.params.text(name) for name in sorted(_CUSTOMER_TEXTS & set(deed.sent))}
    columns |= {
        name: int(bool(deed.params.flag(name))) for name in ("active", "credit_hold") if name in deed.sent
    }
    if columns.get("name", "") is None:
        raise Refused("name is required")
    deed.store.update("customers", customer_id, columns)
    return {"id": customer_id}


@action("edit-ship-to", "ship_to carrier " + " ".join(sorted(_SHIP_TO_TEXTS)))
def edit_ship_to(deed: Deed) -> Result:
    """Change what is given of a ship-to (id), its code too."""
    ship_to = deed.store.by_id("ship_tos", deed.params.need_integer("ship_to"))
    if ship_to is None:
        raise Refused("there is no such ship-to")
    columns: dict[str, Column] = {"updated_on": deed.stamp}
    columns |= {name: deed.params.text(name) for name in sorted(_SHIP_TO_TEXTS & set(deed.sent))}
    if columns.get("name", "") is None:
        raise Refused("name is required")
    if "carrier" in deed.sent:
        columns["carrier_id"] = deed.named("carriers", "carrier")
    deed.store.update("ship_tos", ship_to["id"], columns)
    return {"id": ship_to["id"]}


@action("delete-ship-to", "ship_to")
def delete_ship_to(deed: Deed) -> Result:
    """Delete a ship-to (id)."""
    ship_to = deed.store.by_id("ship_tos", deed.params.need_integer("ship_to"))
    if ship_to is None:
        raise Refused("there is no such ship-to")
    deed.store.run("DELETE FROM ship_tos WHERE id = ?", ship_to["id"])
    return {"id": ship_to["id"], "deleted": True}


@action("advance", "seconds minutes hours days")
def advance(deed: Deed) -> Result:
    """Let time pass; the answer is the new time."""
    units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
    counts = {name: deed.params.integer(name) or 0 for name in units}
    seconds = sum(units[name] * count for name, count in counts.items())
    if min(counts.values()) < 0 or deed.clock.now().year + seconds // (365 * 86400) >= LAST_YEAR:
        raise Refused(f"time only passes forwards, and not beyond {LAST_YEAR}")
    deed.clock.advance(seconds)
    return {"now": deed.clock.now().isoformat()}


@action("fault", "*")
def fault(deed: Deed) -> Result:
    """Script a fault; its members are those of `faults` in the seed's schema."""
    return {"id": script_fault(deed.store, deed.sent)}


@action("clear-faults", "")
def clear_faults(deed: Deed) -> Result:
    """Forget every scripted fault."""
    deed.store.run("DELETE FROM faults")
    return {"cleared": True}
