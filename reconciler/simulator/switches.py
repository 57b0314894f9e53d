"""The switches for everything the documents leave open, each with the assumption's answer as its default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from reconciler.simulator.errors import Refused


def _one_of(*choices: str) -> Any:
    """A field that takes one of `choices`; the first is the default."""
    return field(default=choices[0], metadata={"choices": choices})


@dataclass(frozen=True, slots=True)
class Switches:
    """How this Komet behaves where the reference is silent (Komet API §11.2)."""

    po_initial_status: str = _one_of("PA", "A", "CF")
    """Status of an order made by API, the setting "Purchase Order Workflow" (A2)."""
    po_line_unknown_fields: str = _one_of("ignore", "refuse")
    """What a line field outside the vocabulary of A1 does."""
    po_create_customer: str = _one_of("accepted", "ignored")
    """Whether purchase.order.create takes a customer (A1)."""
    po_list_status_form: str = _one_of("words", "codes")
    """`Pending Approval` or `PA` in purchase.order.list (§5.3)."""
    po_emptied: str = _one_of("keep", "vanish")
    """What becomes of an order whose last line is deleted (A26)."""
    po_confirm_from_pa: str = _one_of("allow", "refuse")
    """Whether a line of an order in Pending Approval can be confirmed (A24)."""
    mandatory_po_carrier: str = _one_of("off", "on")
    """The setting "Mandatory Carriers on the POs" (§5.2)."""
    temporary_awb: str = _one_of("off", "on")
    """Temporary AWBs for every vendor; a vendor's own flag turns it on for that one (§5.2)."""
    customer_token_foreign_customer: str = _one_of("refuse", "empty", "allow")
    """A Customer token that asks for another customer (A37)."""
    delete_rules: str = _one_of("ui", "free")
    """Whether API deletes obey the rules of the web UI (A36)."""
    unknown_product_code: str = _one_of("park", "refuse")
    """An unknown product code waits for Object Mapping, or fails its line (A30)."""
    skip_unmapped: str = _one_of("silent", "error")
    """A line whose product is not mapped is left out silently, or fails (A23)."""
    partial_success: str = _one_of("keep", "refuse")
    """Whether good lines stay when another line fails (A23)."""
    comments_roundtrip: str = _one_of("trimmed", "exact", "cut")
    """How comments are stored: trimmed, as sent, or cut at 200 characters (A11)."""
    status_type: str = _one_of("by_method", "number", "text", "random")
    """Type of the envelope's `status` (§1.4)."""
    empty_list_status: str = _one_of("1", "0")
    """`status` of an empty list (A13)."""
    empty_list_message: str = _one_of("plain", "ok_appended")
    """`Orders not found.` or `Orders not found.OK` (§1.4)."""
    empty_fields: str = _one_of("absent", "null", "empty")
    """How an empty optional field looks (§1.7)."""
    ids_as_text: str = _one_of("on", "off")
    """Whether some answers carry ids as text (§1.7)."""
    commas_in_amounts: str = _one_of("on", "off")
    """Thousands commas in amounts that are text (§1.7)."""
    shuffle_members: str = _one_of("on", "off")
    """Whether the order of JSON members varies from call to call (§1.4)."""
    error_form: str = _one_of("status", "http_4xx")
    """A business failure is HTTP 200 with status 0, or HTTP 400 with the same body (A8)."""
    quota_form: str = _one_of("429", "403", "200")
    """How over-quota is answered (A8)."""
    like_mode: str = _one_of("contains", "prefix", "sql")
    """What a LIKE filter means (A14)."""
    multi_location: str = _one_of("off", "on")
    """Whether the company is in multi-location mode (§1.8)."""
    price_zero_visible: str = _one_of("off", "on")
    """Whether a future line without a selling price is shown (A25)."""
    future_visible_from: str = _one_of("ship_date", "always")
    """Whether future boxes are shown for dates before their ship date (A4)."""
    inventory_update_customer: str = _one_of("ignored", "refused", "honoured", "pretended")
    """What `customerId` of inventory.update does; honoured or pretended, it may come alone (A7)."""
    inventory_add_encoding: str = _one_of("both", "query", "body")
    """Where inventory.add takes its parameters (§4.2)."""
    inventory_add_destination: str = _one_of("inventory", "staging")
    """Where inventory.add puts the boxes, unless `confirmInventory` is sent (§4.2)."""
    inventory_add_returns_id: str = _one_of("on", "off")
    """Whether inventory.add answers with the new line's id (A10)."""
    inventory_list_reference: str = _one_of("on", "off")
    """Whether inventory.list shows a line's reference (A10)."""
    inventory_reserved_type: str = _one_of("M", "P", "S", "L")
    """The type that inventory.list gives an open-market line once it is reserved (§4.1)."""
    negative_quantity: str = _one_of("refuse", "allow")
    """Whether inventory.update may take boxes away (A19)."""
    ids_shared_across_lists: str = _one_of("on", "off")
    """Whether an on-hand line has the same id in every list (A18)."""
    reserved_in_openmarket: str = _one_of("hidden", "shown")
    """Whether inventory.openmarket.list shows reserved lines (A6)."""
    transactional_access: str = _one_of("granted", "missing_ignored", "missing_refused")
    """Transactional API Access; without it `reservedInventory` is ignored or refused (A20)."""
    sell_reserved_to_other: str = _one_of("refuse", "allow")
    """Whether a reserved line can be sold to another customer (A35)."""
    shop_without_location: str = _one_of("all", "first", "refuse")
    """What ecommerce/inventory.list shows of several locations when none is named (A39)."""
    ecommerce_grouping: str = _one_of("off", "on")
    """Whether ecommerce/inventory.list joins equal lines to one row (A5)."""
    vendor_visible: str = _one_of("yes", "no")
    """Whether customers see vendor names; a customer's own shop setting wins (§6.4)."""
    received_customer: str = _one_of("kept", "cleared")
    """Whether boxes of a reserved order stay reserved when they arrive (§6.1)."""
    future_po_boxes: str = _one_of("confirmed", "ordered")
    """Which boxes of a future order a prebook may draw on by its number (§6.1, A28)."""
    use_existing_unmatched: str = _one_of("create", "refuse")
    """What useExisting without a match does: a new prebook, or a refusal (A23)."""
    prebook_unknown_status: str = _one_of("refuse", "accept")
    """A prebook status that the company has not defined (A29)."""
    prebook_past_date: str = _one_of("refuse", "allow")
    """Whether a truck date in the past is refused (A8)."""
    prebook_blocked_customer: str = _one_of("refuse", "allow")
    """Whether prebooks of an inactive customer, or one on credit hold, are refused (A8)."""
    po_list_by_prebook: str = _one_of("alone", "with_date")
    """Whether purchase.order.list takes a prebook's number alone, without a date or a number (A41)."""
    prebook_cancelled: str = _one_of("hidden", "shown")
    """Whether the lists show cancelled prebooks unless asked for that status (§7.5)."""
    prebook_list_rows: str = _one_of("headers", "bare")
    """Whether rows of prebook.list have the header fields of prebook.details.list (A32)."""
    prebook_list_customer_token: str = _one_of("refuse", "allow")
    """Whether prebook.list takes a Customer token: two pages differ (§1.3)."""
    prebook_ship_via_form: str = _one_of("words", "ids")
    """`Warehouse` or 0 in the lists of prebooks (§7.5)."""
    vendor_changes_price: str = _one_of("off", "on")
    """"Allow changing sales price" for every vendor; a vendor's own flag turns it on for that one (§7.2)."""
    vendor_changes_cost: str = _one_of("off", "on")
    """"Allow changing cost" for every vendor; a vendor's own flag turns it on for that one (§7.2)."""
    truck_days_after: int = 0
    """Days that Future Sales boxes are offered after their ship date, 0 for no end (§6.1)."""
    vendor_lead_days: int = 2
    """Days from the vendor's ship date of a prebook's items to its truck date (§7.5)."""
    page_base: int = 1
    """The number of the first page (A17)."""
    page_rows: int = 30
    """Rows of a page of ecommerce/inventory.list (§1.6)."""
    quota_users: int = 3
    """Paid users: the daily quota is a thousand calls for each (§1.5)."""
    quota_reset: str = "00:00"
    """UTC time of day at which the quota starts again (A9)."""
    size_limit: int = 65536
    """Bytes of body and query that a request may have (A16)."""
    future_sales_customer: str = ""
    """Code of the Future Sales customer, empty for none (§6.1)."""
    random_seed: int = 1
    """What the random choices above are drawn from."""

    def searching_parts(self) -> Switches:
        """The same, with filters that find parts of a word, as the web UI does."""
        return replace(self, like_mode="contains")


def choices_of(name: str) -> tuple[str, ...]:
    """The values that switch `name` takes; empty for a number or a text."""
    (found,) = (each for each in fields(Switches) if each.name == name)
    return tuple(found.metadata.get("choices", ()))


def make_switches(settings: Mapping[str, object]) -> Switches:
    """Switches with `settings` over the defaults; an unknown name or value is refused by name."""
    defaults = Switches()
    known = {each.name for each in fields(Switches)}
    for name in settings:
        if name not in known:
            raise Refused(f"there is no switch {name!r}; there are {', '.join(sorted(known))}")
    values = {name: _coerced(name, value, getattr(defaults, name)) for name, value in settings.items()}
    return Switches(**values)


def _coerced(name: str, value: object, default: object) -> Any:
    if isinstance(value, bool):
        value = "on" if value else "off"
    if isinstance(default, int):
        return _whole(name, value)
    text = str(value)
    choices = choices_of(name)
    if choices and text not in choices:
        raise Refused(f"{name} is one of {', '.join(choices)}, not {text!r}")
    if name == "quota_reset" and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise Refused(f"quota_reset is a time of day such as 00:00, not {text!r}")
    return text


def _whole(name: str, value: object) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", str(value)):
        raise Refused(f"{name} is a whole number, not {value!r}")
    return int(str(value))
