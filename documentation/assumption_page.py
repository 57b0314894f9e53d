"""The assumption register as its users need it, as Markdown, from the API reference."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from key_pages import API
from prose import heading, prose

from reconciler.simulator.switches import choices_of

SWITCHES = {
    "A1": ("po_line_unknown_fields", "po_create_customer"),
    "A2": ("po_initial_status",),
    "A4": ("future_visible_from",),
    "A6": ("reserved_in_openmarket",),
    "A7": ("inventory_update_customer",),
    "A8": ("error_form", "quota_form"),
    "A9": ("quota_reset",),
    "A10": ("inventory_add_returns_id", "inventory_list_reference"),
    "A11": ("comments_roundtrip",),
    "A13": ("empty_list_status", "empty_list_message"),
    "A14": ("like_mode",),
    "A16": ("size_limit",),
    "A17": ("page_base", "page_rows"),
    "A18": ("ids_shared_across_lists",),
    "A19": ("negative_quantity",),
    "A20": ("transactional_access",),
    "A23": ("partial_success",),
    "A24": ("po_confirm_from_pa",),
    "A25": ("price_zero_visible",),
    "A26": ("po_emptied",),
    "A30": ("unknown_product_code",),
    "A35": ("sell_reserved_to_other",),
    "A36": ("delete_rules",),
    "A37": ("customer_token_foreign_customer",),
    "A39": ("shop_without_location",),
    "A41": ("po_list_by_prebook",),
}
"""The switches of the simulated account that turn an assumption around (docs/komet-api.md, 11.2)."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row of the register, in its own words."""

    number: str
    statement: str
    reason: str
    otherwise: str
    probe: str


def assumptions() -> tuple[Assumption, ...]:
    """Every assumption, in the order of their numbers."""
    rows = re.findall(r"^\| (A\d+) \| (.+) \|$", API.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(Assumption(number, *cells.split(" | ")) for number, cells in rows)


def assumptions_page() -> str:
    """What is assumed, what breaks if it is wrong, and how to find out."""
    lines = [
        "# Assumptions\n",
        "Komet's documentation leaves gaps. What is built upon without proof has a number here, and the code "
        "that rests on it names it. Nothing on this page is documented by Komet.\n",
        "Before you rely on `reconciler` with a live account, hold the register against it. Nothing is "
        "written, and the answer to each is *confirmed*, *contradicted*, or that nothing in the account can "
        "tell:\n",
        "```text\n$ reconciler doctor --probe\n```\n",
        "Where a switch of the simulated account is named, you can see beforehand what happens if the "
        "assumption does not hold: write `switches: {NAME: VALUE}` in its seed file. The "
        "first value is the one that is assumed.\n",
        *(line for each in assumptions() for line in _entry(each)),
    ]
    return "\n".join(lines)


def _entry(each: Assumption) -> Iterator[str]:
    yield heading(2, each.number, each.number.lower())
    yield f"{_sentence(each.statement)}.\n"
    yield f"- If it is wrong: {_sentence(each.otherwise)}"
    yield f"- Why we believe it: {_sentence(each.reason)}"
    yield f"- How to find out: {_sentence(each.probe)}"
    if each.number in SWITCHES:
        yield f"- In the simulator: {', '.join(map(_switch, SWITCHES[each.number]))}"
    yield ""


def _switch(name: str) -> str:
    values = choices_of(name)
    return f"`{name}: {' | '.join(values)}`" if values else f"`{name}`"


def _sentence(text: str) -> str:
    """A cell of the register as running text; only a word begins with a capital, and no name of Komet's."""
    words = prose(text)
    first = words.split()[0]
    return words[0].upper() + words[1:] if first.isalpha() and first.islower() else words
