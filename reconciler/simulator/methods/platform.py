"""Methods about the account itself: login, company.list, and a shop user's registration."""

from __future__ import annotations

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Answer, Bare, Call, Done, Listing, method

_COMPANY_ROLE = 1


@method("login", "POST Q", "", text_status=True)
def login(call: Call) -> Answer:
    """The user's token for a username and a password; the same one every time (Komet API §1.3)."""
    username = call.params.need_text("username", most=100)
    password = call.params.need_text("password", most=100)
    found = call.store.row(
        "SELECT t.value FROM users u JOIN tokens t ON t.type = 'User' AND t.party = u.id "
        "WHERE u.username = ? AND u.password = ? ORDER BY t.value",
        username,
        password,
    )
    if found is None:
        raise Refused("Invalid username or password, no authentication token was given.")
    return Done({"apiKey": found["value"]})


@method("company.list", "GET H", "C")
def company_list(call: Call) -> Answer:
    """The company of the token, without an envelope (§2)."""
    return Bare(
        {
            "companyResult": [
                {
                    "companyId": int(call.store.setting("company_id", "0")),
                    "companyName": call.store.setting("company_name", ""),
                    "roleId": _COMPANY_ROLE,
                    "customerId": None,
                    "customerName": None,
                }
            ]
        }
    )


@method("customer.by.user.list", "GET H", "U", account=True)
def customer_by_user_list(call: Call) -> Answer:
    """The customers that the token's user may shop for."""
    user = call.store.by_id("users", call.token.party or 0)
    codes = str(user["customers"]).split() if user is not None else []
    rows = [
        {
            "userId": call.token.party,
            "customerName": row["name"],
            "customerId": row["id"],
            "companyName": call.store.setting("company_name", ""),
            "companyId": int(call.store.setting("company_id", "0")),
        }
        for row in call.store.rows(
            "SELECT * FROM customers WHERE active = 1 ORDER BY name COLLATE NOCASE, id"
        )
        if row["code"] in codes
    ]
    return Listing("customerResult", rows, "Customers")


@method("customer.by.company.list", "GET H", "U", account=True, channel=True)
def customer_by_company_list(call: Call) -> Answer:
    """Ids and names of the company's customers, without an envelope (§1.4)."""
    user = call.store.by_id("users", call.token.party or 0)
    only_own = call.params.flag("showSalespersonCustomers") and user is not None
    rows = call.store.rows("SELECT * FROM customers WHERE active = 1 ORDER BY name COLLATE NOCASE, id")
    return Bare(
        {
            "customerResult": [
                {"customerId": row["id"], "customerName": row["name"]}
                for row in rows
                if not only_own or (user is not None and row["sales_person_id"] == user["sales_person_id"])
            ]
        }
    )


@method("v2/user/e-commerce", "POST H", "CP", account=True, text_status=True)
def user_add(call: Call) -> Answer:
    """A shop user for one to ten customers; an existing login gets the customers added (§1.5)."""
    codes = call.params.texts("customerCodes")
    if not codes or len(codes) > 10:
        raise Refused("customerCodes is required, with at most 10 codes.")
    for code in codes:
        if call.store.row("SELECT 1 FROM customers WHERE code = ? COLLATE NOCASE", code) is None:
            raise Refused(f"Customer not found: {code}.")
    first = call.params.need_text("firstName", most=200)
    last = call.params.need_text("lastName", most=200)
    email = call.params.need_text("email", most=500)
    username = call.params.need_text("login", most=500)
    known = call.store.row("SELECT * FROM users WHERE username = ?", username)
    if known is not None:
        customers = sorted({*str(known["customers"]).split(), *codes})
        call.store.update("users", known["id"], {"customers": " ".join(customers)})
        return Done(message="User was successfully updated.")
    columns = {
        "username": username,
        "name": f"{first} {last}",
        "email": email,
        "customers": " ".join(sorted(codes)),
    }
    call.store.insert("users", columns)
    return Done(message="User was successfully created.")
