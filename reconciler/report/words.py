"""A change in the words of a person, the same in every form; every text is inert already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.model.inert import inert
from reconciler.model.value import Json
from reconciler.report.style import amount, counted, shown

REASONS = {
    "not_in_komet": "not in Komet",
    "config_changed": "changed in the configuration",
    "drifted": "changed in Komet",
    "config_changed_and_drifted": "changed in both",
    "not_in_config": "no longer in the configuration",
    "only_via_replacement": "only possible by replacing it",
    "adopted": "found in Komet, taken over",
    "stock_short": "stock is short",
    "stock_surplus": "more than wanted",
    "undone": "taken back",
}
"""Each reason in the words of a person."""

ACTIONS = {
    "create": "create",
    "update": "change",
    "replace": "replace",
    "adopt": "adopt",
    "delete": "delete",
}
"""Each action as what is done, in the order in which actions are counted."""

OUTCOMES = {
    "done": "done",
    "skipped": "already as wanted",
    "stale": "stale",
    "failed": "failed",
    "in_doubt": "in doubt",
    "waiting_for_operator": "waiting for a person",
    "not_started": "not started",
}
"""Each outcome of a change in the words of a person."""

_HEADLINE = frozenset({"vendor", "ship_date", "location", "customer", "status", "code"})

_PREBOOK_HEADLINE = frozenset({"carrier", "ship_to", "customer_po", "number"})
"""What the headline of a prebook says beside that."""

_NOTHING: frozenset[str] = frozenset()

_TOLD_BY_STEPS = frozenset({"lines"})
"""What the instructions for a person say already, line by line."""

Document: TypeAlias = Mapping[str, Any]


class Part(Struct, frozen=True):
    """A whole item or ship-to that comes or goes, in a few words each.

    `lot` says the first of the words more shortly, product before pack: `12 HB RSFRE60`, `12 × 25 stems`.
    """

    name: str
    comes: bool
    words: tuple[str, ...]
    lot: tuple[str, ...] = ()


class Fact(Struct, frozen=True):
    """An attribute of a resource that comes or goes as a whole."""

    name: str
    value: str


class Difference(Struct, frozen=True):
    """An attribute that changes."""

    path: str
    before: str
    after: str


Row: TypeAlias = Part | Fact | Difference


def reason_words(change: Document) -> str:
    """The reason, and where only one attribute changed, which."""
    names = {str(each["path"][-1]) for each in change["attributes"]}
    words = REASONS[change["reason"]]
    if names == {"status"} and change["action"] == "update":
        return "waits for approval"
    if change["action"] == "update" and len(names) == 1 and words.startswith("changed"):
        return f"{inert(names.pop()).replace('_', ' ')} {words}"
    return words


def rows_of(change: Document) -> Iterator[Row]:
    """What changes, without what the headline or the instructions for a person say already."""
    is_whole = change["action"] in ("create", "delete")
    is_for_person = any(step["by"] == "operator" for step in change["steps"])
    hidden = (_HEADLINE if is_whole else _NOTHING) | (_TOLD_BY_STEPS if is_for_person else _NOTHING)
    if is_whole and change["address"].startswith("prebooks."):
        hidden = (hidden - {"status"}) | _PREBOOK_HEADLINE
    for each in change["attributes"]:
        if each["path"][0] not in hidden:
            yield _row(each, is_whole)
    if sale := change.get("sale"):
        yield Fact("sells", sale_words([sale]) + f" · fee {amount(sale['fee'])}")


def place_words(origin: Document | None) -> str:
    """`file:line`, or nothing."""
    return f"{inert(origin['file'])}:{origin['line']}" if origin else ""


def counts_words(document: Document) -> str:
    """How many resources the plan creates, changes and deletes, and what is left for a person."""
    actions = [change["action"] for change in document["changes"]]
    words = [f"{actions.count('create'):,} to create", f"{actions.count('update'):,} to change"]
    words += [f"{actions.count('replace'):,} to replace"] if "replace" in actions else []
    words += [f"{actions.count('adopt'):,} to adopt"] if "adopt" in actions else []
    words += [f"{actions.count('delete'):,} to delete", f"{document['unchanged']:,} unchanged"]
    steps = len(list(person_steps(document)))
    person = f" {counted(steps, 'step')} {'is' if steps == 1 else 'are'} for a person." if steps else ""
    return ", ".join(words) + "." + person


def person_steps(document: Document) -> Iterator[Document]:
    """Every step of the plan that no call can do."""
    return (step for change in document["changes"] for step in change["steps"] if step["by"] == "operator")


def left_alone_words(document: Document) -> str:
    """What exists in Komet and is nobody's business here, by kind."""
    words = [
        counted(count, kind.replace("_", " ").removesuffix("s"))
        for kind, count in document["unmanaged_by_kind"].items()
        if count
    ]
    return inert(" and ".join(words))


def limits_words(document: Document) -> str:
    """By which patterns the plan was limited; nothing if it is whole."""
    words = [f"--target {each}" for each in document["targets"]]
    words += [f"--exclude {each}" for each in document["excludes"]]
    return inert(" ".join(words))


def calls_left(document: Document) -> int:
    """The calls of the account's day that are left after this plan, those kept for others included."""
    calls = document["calls"]
    return int(calls["daily_limit"] - calls["used_today"] - calls["read"])


def sale_words(sales: Sequence[Document]) -> str:
    """What changes sell to customers, together: its price, and cost and margin where all of that is known."""
    return " ".join(sale_parts(sales))


def sale_parts(sales: Sequence[Document]) -> tuple[str, str]:
    """The price of `sale_words`, and the rest of it."""
    price = sum((Decimal(each["price"]) for each in sales), Decimal(0))
    if any(each["cost"] is None for each in sales):
        return f"{price:,.2f}", "at a cost that is not known whole"
    cost = sum((Decimal(each["cost"]) for each in sales), Decimal(0))
    margin = f"{(price - cost) / price * 100:.0f} %" if price else "none"
    return f"{price:,.2f}", f"at a cost of {cost:,.2f} · margin {margin}"


def sales_of(document: Document) -> list[Document]:
    """What each change sells, as far as it sells anything."""
    return [change["sale"] for change in document["changes"] if change.get("sale")]


def money_words(document: Document) -> str:
    """What the plan commits and sells, and what Komet takes for it, as two or three sentences."""
    money = document["money"]
    has_commitment, has_fee = Decimal(money["commitment"]), Decimal(money["fee"])
    commitment = f"{amount(money['commitment'])} committed" if has_commitment else "Nothing committed"
    sales = sales_of(document)
    sold = f" Sells {sale_words(sales)}." if sales else ""
    return f"{commitment}.{sold} {'Fee ' + amount(money['fee']) if has_fee else 'No fee'}."


def _row(each: Document, is_whole: bool) -> Row:
    before, after, path = each["before"], each["after"], each["path"]
    if _is_part(each):
        side = after if before is None else before
        return Part(inert(str(path[1])), before is None, tuple(_part(side)), _lot(side))
    name = ".".join(inert(str(part)) for part in path)
    if path[0] == "lines":
        name = inert(str(path[-1]))
    if is_whole and path[0] == "lines":
        return Fact(name, f"for {shown(before or after)}")
    if is_whole:
        return Fact(name.replace("_", " "), shown(after if before is None else before, name))
    last = str(path[-1])
    return Difference(name, shown(before, last), shown(after, last))


def _is_part(attribute: Document) -> bool:
    """Whether a whole item or ship-to comes or goes."""
    sides = (attribute["before"], attribute["after"])
    return len(attribute["path"]) == 2 and None in sides and any(isinstance(side, dict) for side in sides)


def _part(side: Json) -> Iterator[str]:
    """An item in the words of the trade; anything else attribute by attribute."""
    if not isinstance(side, dict) or "product" not in side:
        yield shown(side)
        return
    yield _amount_of(side)
    if side.get("cost") is not None:
        yield f"cost {shown(side['cost'], 'cost')}"
    if side.get("price") is not None:
        yield f"price {amount(str(side['price']))}"
        if side.get("cost") is not None:
            yield f"margin {_margin(side)}"
    for name in ("vendor", "from_po", "mark_code", "notes", "order_source"):
        if side.get(name):
            yield f"{_ITEM_WORDS.get(name, name)} {shown(side[name])}"
    if side.get("confirmed_boxes") is not None:
        yield f"{shown(side['confirmed_boxes'])} confirmed by us"
    breakdown = side.get("breakdown")
    if isinstance(breakdown, list):
        parts = [each for each in breakdown if isinstance(each, dict)]
        yield "mixed of " + " + ".join(f"{shown(each['bunches'])} {shown(each['product'])}" for each in parts)


_ITEM_WORDS = {"mark_code": "mark code", "order_source": "source", "from_po": "from"}


def _amount_of(side: Mapping[str, Json]) -> str:
    """How much of which product: boxes with their pack, or units."""
    if "units" in side:
        unit = "stems" if side["unit"] == "stem" else "bunches"
        return f"{shown(side['units'])} {unit} of {shown(side['product'])}"
    stems = f" × {shown(side['stems'])} stems" if side["stems"] else ""
    pack = f"{shown(side['bunches'])} bunches{stems} of {shown(side['product'])}"
    return f"{shown(side['boxes'])} {shown(side['box_type'])} × {pack}"


def _lot(side: Json) -> tuple[str, ...]:
    """How much of which product, then its pack; of what is no item nothing."""
    if not isinstance(side, dict) or "product" not in side:
        return ()
    if "units" in side:
        unit = "stems" if side["unit"] == "stem" else "bunches"
        return (f"{shown(side['units'])} {unit} {shown(side['product'])}",)
    boxes = f"{shown(side['boxes'])} {shown(side['box_type'])} {shown(side['product'])}"
    stems = f" × {shown(side['stems'])} stems" if side["stems"] else " bunches"
    return boxes, f"{shown(side['bunches'])}{stems}"


def _margin(side: Mapping[str, Json]) -> str:
    price, cost = Decimal(str(side["price"])), Decimal(str(side["cost"] or 0))
    return f"{(price - cost) / price * 100:.0f} %" if price else "none"
