"""The reference of guards, as Markdown, from the guards themselves and the keys that set their limits."""

from __future__ import annotations

from collections.abc import Iterator

from prose import heading
from schema_reading import load_schema

from reconciler.model.project import GuardSettings
from reconciler.plan.guard import BY_ADDRESS, GUARDS

REFUSES = {
    "confirmed": "removing or replacing lines that the farm has confirmed or shipped",
    "empty": "deleting the last resources of a kind that had more than one",
    "freeze": "any change on days that are frozen",
    "lost_file": "removing what stood in a file in which nothing stands any more",
    "max_changes": "too many changes in one plan",
    "max_commitment": "adding too much to purchase orders: boxes × pack × cost, beyond what goes of the "
    "same order",
    "max_delete_share": "deleting too large a share of a kind (from ten managed resources on)",
    "max_deletes": "too many deletes in one plan",
    "max_price_change": "a price that moves too far",
    "max_reserved_share": "keeping too much of a product's boxes at one location",
    "min_margin": "an item that is sold below its margin: (price − cost) / price",
    "oversold": "a prebook that draws more boxes of a purchase order than it has left",
    "past_date": "a new order whose ship date has passed",
    "protected": "deleting or replacing what is protected, also when its file is gone",
}
"""What each guard refuses, in words that follow `refuses`."""


def guards_page() -> str:
    """Every guard: what it refuses, its limit, and the one flag that lets it through."""
    limits = load_schema("project")["$defs"]["guards"]["properties"]
    lines = [
        "# Guards\n",
        "Guards judge every plan, and once more when a saved plan is applied. A plan that one of them "
        "refuses is shown and saved, ends with [exit code 4](exit-codes.md#code-4), and cannot be applied. "
        "There is no flag that switches all of them off: each is let through by its own name, and what was "
        "let through is written in the plan and in history.\n",
        "What to do about a refusal: [Read a refused guard](../how-to/refused-guard.md).\n",
    ]
    for name in sorted(GUARDS):
        lines += _entry(name, has_limit=name in limits)
    return "\n".join(lines)


def _entry(name: str, *, has_limit: bool) -> Iterator[str]:
    yield heading(2, f"`{name}`", name)
    yield f"Refuses {REFUSES[name]}.\n"
    if has_limit:
        default = getattr(GuardSettings(), name)
        shown = "none" if default is None or default == () else f"`{default}`"
        yield f"- Limit: [`guards.{name}`](project.md#guards-{name}) · when it is not written: {shown}"
    yield f"- Let through by `--allow {name}{':ADDRESS' if name in BY_ADDRESS else ''}`\n"
