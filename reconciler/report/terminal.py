"""The plan as text that an engineer reads at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reconciler.model.inert import inert
from reconciler.model.value import Json
from reconciler.report.style import COLORS, SYMBOLS, Paint, amount, counted, shown

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
}
"""Each reason in the words of a person."""

_INDENT = "      "
_HEADLINE = frozenset({"vendor", "ship_date", "location", "customer", "status", "code"})

_TOLD_BY_STEPS = frozenset({"lines"})
"""What the instructions for a person say already, line by line."""

Document = Mapping[str, Any]


def render_plan(document: Document, *, color: bool = False, show_calls: bool = False) -> str:
    """The plan of `document` (`plan_document`): what changes and why, then what it costs."""
    paint = Paint(color)
    lines = [_title(document, paint), ""]
    widths = _widths(document)
    for change in document["changes"]:
        lines += [*_change(change, widths, paint, show_calls), ""]
    lines += [*_warnings(document, paint), *_guards(document, paint), *_footer(document, paint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _title(document: Document, paint: Paint) -> str:
    environment = f" · {inert(document['environment'])}" if document["environment"] else ""
    read = counted(document["calls"]["read"], "call")
    verb = "read" if document["calls"]["read"] else "were needed to read"
    project = paint(inert(document["project"]), "bold")
    return f"{project}{environment} · account {document['company']} · {read} {verb} the live state"


def _widths(document: Document) -> tuple[int, int]:
    """The columns of addresses and reasons; a very long address does not push the others away."""
    addresses = [len(change["address"]) for change in document["changes"]]
    reasons = [len(_reason(change)) for change in document["changes"]]
    return min(max(addresses, default=0), 60), max(reasons, default=0)


def _change(change: Document, widths: tuple[int, int], paint: Paint, show_calls: bool) -> Iterator[str]:
    action = change["action"]
    symbol = paint(SYMBOLS[action], COLORS[action], "bold")
    address = inert(change["address"])
    origin = f"{inert(change['origin']['file'])}:{change['origin']['line']}" if change["origin"] else ""
    gap = " " * (widths[0] - len(address))
    yield f"{symbol} {paint(address, 'bold')}{gap}   {_reason(change):<{widths[1]}}   {paint(origin, 'dim')}"
    yield f"{_INDENT}{inert(change['headline'])}"
    yield from _attributes(change, paint)
    for text in change["endangered"]:
        yield f"{_INDENT}{paint('!', 'red')} {inert(text)}"
    for step in change["steps"]:
        if step["by"] == "operator":
            yield f"{_INDENT}☐ in the web UI: {inert(step['instruction'])}"
    for note in change["notes"]:
        yield f"{_INDENT}{paint(f'({inert(note)})', 'dim')}"
    if show_calls:
        yield from _calls(change, paint)


def _reason(change: Document) -> str:
    """The reason, and where only one attribute changed, which."""
    names = {str(each["path"][-1]) for each in change["attributes"]}
    words = REASONS[change["reason"]]
    if names == {"status"}:
        return "waits for approval"
    if change["action"] == "update" and len(names) == 1 and words.startswith("changed"):
        return f"{names.pop().replace('_', ' ')} {words}"
    return words


def _attributes(change: Document, paint: Paint) -> Iterator[str]:
    is_whole = change["action"] in ("create", "delete")
    is_for_person = any(step["by"] == "operator" for step in change["steps"])
    hidden = _HEADLINE if is_whole else _TOLD_BY_STEPS if is_for_person else frozenset()
    rows = [each for each in change["attributes"] if each["path"][0] not in hidden]
    names = [str(each["path"][1]) for each in rows if _is_part(each)]
    width = max((len(name) for name in names), default=0)
    for each in rows:
        before, after = each["before"], each["after"]
        path = ".".join(inert(str(part)) for part in each["path"])
        if _is_part(each):
            side, sign, tint = (after, "+", "green") if before is None else (before, "-", "red")
            name = inert(str(each["path"][1]))
            yield f"{_INDENT}{paint(sign, tint)} {name:<{width}}   {_part(side)}"
        elif is_whole:
            yield f"{_INDENT}{path.replace('_', ' ')} {shown(after if before is None else before, path)}"
        else:
            last = str(each["path"][-1])
            yield f"{_INDENT}{path}   {shown(before, last)} {paint('→', 'dim')} {shown(after, last)}"


def _is_part(attribute: Document) -> bool:
    """Whether a whole item or ship-to comes or goes."""
    sides = (attribute["before"], attribute["after"])
    return len(attribute["path"]) == 2 and None in sides and any(isinstance(side, dict) for side in sides)


def _part(side: Json) -> str:
    """An item in the words of the trade; anything else attribute by attribute."""
    if not isinstance(side, dict) or "box_type" not in side:
        return shown(side)
    words = [
        f"{side['boxes']} {inert(str(side['box_type']))} × {side['bunches']} bunches × {side['stems']} stems "
        f"of {inert(str(side['product']))}",
        f"cost {shown(side['cost'], 'cost')}",
    ]
    if side.get("price") is not None:
        words.append(f"price {amount(str(side['price']))}")
        words.append(f"margin {_margin(side)}")
    words += [
        f"{name.replace('_', ' ')} {shown(side[name])}" for name in ("mark_code", "notes") if side.get(name)
    ]
    if side.get("confirmed_boxes") is not None:
        words.append(f"{side['confirmed_boxes']} confirmed by us")
    breakdown = side.get("breakdown")
    if isinstance(breakdown, list):
        parts = [
            f"{each['bunches']} {shown(each['product'])}" for each in breakdown if isinstance(each, dict)
        ]
        words.append("mixed of " + " + ".join(parts))
    return " · ".join(words)


def _margin(side: Mapping[str, Json]) -> str:
    price, cost = Decimal(str(side["price"])), Decimal(str(side["cost"] or 0))
    return f"{(price - cost) / price * 100:.0f} %" if price else "none"


def _calls(change: Document, paint: Paint) -> Iterator[str]:
    for step in change["steps"]:
        if step["by"] == "api":
            held = " (once the new lines were read back)" if step["after_check"] else ""
            text = f"{step['number']}. {step['method']}: {inert(step['does'])}{held}"
            yield f"{_INDENT}{paint(text, 'dim')}"


def _warnings(document: Document, paint: Paint) -> Iterator[str]:
    for each in document["diagnostics"]:
        origin = each["origin"]
        place = f"{inert(origin['file'])}:{origin['line']}: " if origin else ""
        address = f"{each['address']}: " if each["address"] else ""
        yield f"{paint('!', 'yellow', 'bold')} {place}{inert(address)}{inert(each['summary'])}"
    if document["diagnostics"]:
        yield ""


def _guards(document: Document, paint: Paint) -> Iterator[str]:
    spoken = [guard for guard in document["guards"] if guard["verdict"] != "passed"]
    for guard in spoken:
        name, detail = paint(guard["name"], "bold"), inert(guard["detail"])
        if guard["verdict"] == "refused":
            yield f"{paint('✗', 'red', 'bold')} guard {name} refuses: {detail}"
            yield f"    --allow {inert(guard['flag'])} lets it through"
        else:
            yield f"{paint('!', 'yellow', 'bold')} guard {name} was allowed: {detail}"
    if spoken:
        yield ""


def _footer(document: Document, paint: Paint) -> Iterator[str]:
    changes = document["changes"]
    if changes:
        yield f"{paint('Plan:', 'bold')} {_counts(document)}"
    else:
        same = counted(document["unchanged"], "resource")
        yield f"{paint('No changes.', 'bold', 'green')} Komet is as the configuration wants it: {same}."
    if others := _unmanaged(document):
        yield f"Left alone: {others} that nobody manages here."
    calls = document["calls"]
    left = calls["daily_limit"] - calls["used_today"] - calls["read"]
    yield (
        f"Calls: {calls['apply']:,} to apply, {calls['verify']:,} to check. {left:,} left today, "
        f"{calls['reserve']:,} of them kept for others."
    )
    if changes:
        money = document["money"]
        commitment = (
            f"{amount(money['commitment'])} committed"
            if Decimal(money["commitment"])
            else "Nothing committed"
        )
        fee = f"Fee {amount(money['fee'])}" if Decimal(money["fee"]) else "No fee"
        yield f"Money: {commitment}. {fee}."


def _counts(document: Document) -> str:
    actions = [change["action"] for change in document["changes"]]
    words = [f"{actions.count('create'):,} to create", f"{actions.count('update'):,} to change"]
    words += [f"{actions.count('replace'):,} to replace"] if "replace" in actions else []
    words += [f"{actions.count('adopt'):,} to adopt"] if "adopt" in actions else []
    words += [f"{actions.count('delete'):,} to delete", f"{document['unchanged']:,} unchanged"]
    steps = sum(step["by"] == "operator" for change in document["changes"] for step in change["steps"])
    person = f" {counted(steps, 'step')} {'is' if steps == 1 else 'are'} for a person." if steps else ""
    return ", ".join(words) + "." + person


def _unmanaged(document: Document) -> str:
    words = [
        counted(count, kind.replace("_", " ").removesuffix("s"))
        for kind, count in document["unmanaged_by_kind"].items()
        if count
    ]
    return " and ".join(words)
