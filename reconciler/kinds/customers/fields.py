"""The attributes of a customer: how each is written, and where, if anywhere, it can be read."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from reconciler.kinds.row import Row
from reconciler.model.value import Json, decimal_text


class Field(Struct, frozen=True):
    """One attribute (Komet API §3.2). `add` and `update` say which calls take it under the name `param`.

    `details` marks what customer.details.get shows; `name` and `active` come with the list, and what is
    neither can only be compared with what was last applied.
    """

    param: str
    form: str = "text"
    add: bool = True
    update: bool = True
    details: bool = False
    listed: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether any answer shows it."""
        return self.details or self.listed

    def read(self, row: Row) -> Json:
        """The canonical value in an answer; None when it is empty."""
        if self.form == "amount":
            amount = row.decimal(self.param)
            return None if amount is None else decimal_text(amount)
        if self.form == "emails":
            return emails(row.text(self.param))
        return row.text(self.param) or None

    def sent(self, value: Json) -> Json:
        """The canonical `value` as a call takes it; empty text clears."""
        if self.form == "emails":
            return ";".join(str(each) for each in value) if isinstance(value, list) else ""
        if self.form == "codes":
            return ":".join(str(each) for each in value) if isinstance(value, list) else ""
        if self.form == "flag":
            return 1 if value else 0
        return "" if value is None else value


FIELDS: Mapping[str, Field] = {
    "name": Field("name", listed=True),
    "active": Field("active", form="flag", add=False, listed=True),
    "phone": Field("phone", details=True),
    "fax": Field("fax", details=True),
    "email_for_invoices": Field("emailForInvoices", form="emails", details=True),
    "email_for_statements": Field("emailForStatements", form="emails", details=True),
    "website": Field("website"),
    "terms": Field("terms"),
    "credit_hold": Field("creditHold", form="flag"),
    "credit_limit": Field("creditLimit", form="amount", update=False, details=True),
    "locations": Field("locationCodes", form="codes"),
}
"""The managed attributes of a customer, in the order in which they are shown."""

SHIP_TO_FIELDS: Mapping[str, str] = {
    "name": "name",
    "address": "address",
    "city": "city",
    "state": "state",
    "zipcode": "zipcode",
    "country": "country",
    "phone": "phone",
    "fax": "fax",
    "carrier_account": "carrierAccount",
}
"""The text attributes of a ship-to and their names in calls and answers (Komet API §3.3)."""


class WantedCustomer(Struct, frozen=True):
    """A customer as the configuration wants it; `fields` and `ship_tos` hold only what is written."""

    id: int | None
    code: str | None
    create: bool
    fields: Mapping[str, Json]
    ship_tos: Mapping[str, Mapping[str, Json]]


def wanted_customer(attributes: Mapping[str, Json]) -> WantedCustomer:
    """The customer in a resource's canonical attributes."""
    id, code = attributes.get("id"), attributes.get("code")
    fields, ship_tos = attributes.get("fields"), attributes.get("ship_tos")
    return WantedCustomer(
        id=id if isinstance(id, int) else None,
        code=str(code) if code is not None else None,
        create=attributes.get("create") is True,
        fields=fields if isinstance(fields, dict) else {},
        ship_tos={
            name: each
            for name, each in (ship_tos if isinstance(ship_tos, dict) else {}).items()
            if isinstance(each, dict)
        },
    )


def emails(text: str) -> Json:
    """The addresses in a list that Komet keeps as one text, sorted; None when there is none."""
    found = sorted({part.strip() for part in text.replace(",", ";").split(";") if part.strip()})
    return list(found) if found else None
