"""A run as one page that stands alone: no script, nothing loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, assert_never

from msgspec import Struct

from reconciler.model.address import KINDS
from reconciler.report.calendar import quietened, weeks_of
from reconciler.report.diagnostics import Excerpt, excerpt
from reconciler.report.gist import gist_of
from reconciler.report.page import TEMPLATES, render_page
from reconciler.report.report import Document, Report, outcomes_of, verdict_of
from reconciler.report.rulings import rulings_of
from reconciler.report.stock import shelves_of
from reconciler.report.style import SYMBOLS, amount
from reconciler.report.words import (
    ACTIONS,
    OUTCOMES,
    Difference,
    Fact,
    Part,
    Row,
    calls_left,
    left_alone_words,
    limits_words,
    person_steps,
    place_words,
    reason_words,
    rows_of,
    sale_parts,
    sales_of,
)

MOST_UNFOLDED = 12
"""Changes that are shown open; of more each is opened by whom it interests."""

_KIND_WORDS = {kind: kind.replace("_", " ") for kind in KINDS}
_TINTS = {
    "done": "create",
    "failed": "delete",
    "in_doubt": "delete",
    "stale": "delete",
    "not_started": "update",
}


class Tile(Struct, frozen=True):
    """One figure of the summary, and the place on the page that it `leads_to`."""

    label: str
    figure: str
    note: str = ""
    tint: str = ""
    leads_to: str = ""


class Switch(Struct, frozen=True):
    """One box of the filter, and how many changes it stands for."""

    id: str
    label: str
    count: int


def render_html(report: Report, *, show_calls: bool = False) -> str:
    """`report` as an HTML document. Its policy forbids scripts, forms and whatever would be loaded."""
    from markupsafe import Markup

    style = (TEMPLATES / "plan.css").read_text(encoding="utf-8")
    return render_page(
        "plan.html",
        style=Markup(style),
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
        report=report,
        verdict=verdict_of(report),
        faults=[_remark(each) for each in _faults(report)],
        plan=_plan_view(report, show_calls) if report.plan is not None else None,
    )


def _faults(report: Report) -> list[Document]:
    return list(report.error.get("diagnostics") or []) if report.error else []


def _plan_view(report: Report, show_calls: bool) -> dict[str, Any]:
    """What the template shows of a plan, every word of it chosen."""
    plan = report.plan or {}
    changes = plan["changes"]
    outcomes = outcomes_of(report)
    return {
        "company": plan["company"],
        "digest": plan["digest"],
        "made_at": _moment(plan["made_at"]),
        "expires_at": _moment(plan["expires_at"]),
        "tiles": [*_tiles(report, plan)],
        "calls": _calls(report, plan),
        "refused": [*rulings_of(plan, "refused")],
        "allowed": [*rulings_of(plan, "allowed")],
        "passed": sum(guard["verdict"] == "passed" for guard in plan["guards"]),
        "remarks": [_remark(each) for each in plan["diagnostics"]],
        "weeks": quietened(weeks_of(plan)),
        "shelves": shelves_of(plan),
        "has_steps": any(map(_instructions, changes)),
        "switches": [*_switches(changes, outcomes)],
        "changes": [_change(change, outcomes.get(change["address"]), show_calls) for change in changes],
        "unfolded": len(changes) <= MOST_UNFOLDED,
        "unchanged": plan["unchanged"],
        "left_alone": left_alone_words(plan),
        "limits": limits_words(plan),
        "closed": (report.summary or plan).get("closed", ()),
    }


def _tiles(report: Report, plan: Document) -> Iterator[Tile]:
    for name, count in report.summary["counts"].items() if report.summary else ():
        if count:
            yield Tile(OUTCOMES[name], f"{count:,}", tint=_TINTS.get(name, ""), leads_to="changes")
    actions = Counter(change["action"] for change in plan["changes"])
    for name, word in ACTIONS.items():
        if actions[name] or name in ("create", "update", "delete"):
            is_any = bool(actions[name])
            yield Tile(
                f"to {word}", f"{actions[name]:,}", "", name if is_any else "", "changes" if is_any else ""
            )
    yield Tile("unchanged", f"{plan['unchanged']:,}")
    if steps := len(list(person_steps(plan))):
        first = next(place for place, change in enumerate(plan["changes"], 1) if _instructions(change))
        yield Tile("for a person", f"{steps:,}", "in Komet's web UI", "person", f"change-{first}")
    money = plan["money"]
    if Decimal(money["commitment"]):
        yield Tile("committed", amount(money["commitment"]), "boxes × pack × cost", "money", "changes")
    if sales := sales_of(plan):
        yield Tile("sold", *sale_parts(sales), "money", "changes")
    if Decimal(money["fee"]):
        yield Tile("fee", amount(money["fee"]), "taken by Komet", "money")


def _calls(report: Report, plan: Document) -> dict[str, Any]:
    """The account's day of calls: used, needed by this plan, kept for others, all as parts of the limit."""
    calls, summary = plan["calls"], report.summary
    used = calls["daily_limit"] - (summary["left_today"] if summary else calls_left(plan))
    needed = 0 if summary else calls["apply"] + calls["verify"]
    free = max(calls["daily_limit"] - used - needed - calls["reserve"], 0)
    return {
        "used": used,
        "needed": needed,
        "reserve": calls["reserve"],
        "free": free,
        "limit": calls["daily_limit"],
        "made": summary["calls"] if summary else None,
        "planned": summary["predicted_calls"] if summary else None,
        "read": calls["read"],
        "apply": calls["apply"],
        "verify": calls["verify"],
    }


def _switches(changes: list[Document], outcomes: dict[str, Document]) -> Iterator[tuple[str, list[Switch]]]:
    """The groups of the filter, each with what occurs; a group of one would filter nothing."""
    actions = Counter(change["action"] for change in changes)
    kinds = Counter(_kind(change) for change in changes)
    ended = Counter(
        outcomes[change["address"]]["outcome"] for change in changes if change["address"] in outcomes
    )
    for title, words, counts in (
        ("What", ACTIONS, actions),
        ("Kind", _KIND_WORDS, kinds),
        ("Outcome", OUTCOMES, ended),
    ):
        found = [Switch(f"show-{name}", word, counts[name]) for name, word in words.items() if counts[name]]
        if len(found) > 1:
            yield title, found


def _instructions(change: Document) -> list[str]:
    """What a person has to do for a change."""
    return [step["instruction"] for step in change["steps"] if step["by"] == "operator"]


def _kind(change: Document) -> str:
    return str(change["address"]).partition(".")[0]


def _change(change: Document, outcome: Document | None, show_calls: bool) -> dict[str, Any]:
    kind = _kind(change)
    return {
        "action": change["action"],
        "symbol": SYMBOLS[change["action"]],
        "verb": ACTIONS[change["action"]],
        "kind": kind if kind in KINDS else "",
        "kind_words": _KIND_WORDS.get(kind, "").removesuffix("s"),
        "name": change["address"].partition(".")[2],
        "address": change["address"],
        "reason": reason_words(change),
        "gist": gist_of(change),
        "headline": change["headline"],
        "place": place_words(change["origin"]),
        "rows": [_row(row) for row in rows_of(change)],
        "endangered": change["endangered"],
        "person": _instructions(change),
        "calls": [step for step in change["steps"] if step["by"] == "api"] if show_calls else [],
        "notes": change["notes"],
        "outcome": outcome["outcome"] if outcome else "",
        "outcome_words": OUTCOMES[outcome["outcome"]] if outcome else "",
        "message": outcome["message"] if outcome else "",
    }


def _row(row: Row) -> dict[str, Any]:
    """A row as the template tells it apart: by `sort`."""
    match row:
        case Part(name, comes, words):
            return {"sort": "comes" if comes else "goes", "name": name, "words": words}
        case Fact(name, value):
            return {"sort": "fact", "name": name, "value": value}
        case Difference(path, before, after):
            return {"sort": "difference", "name": path, "before": before, "after": after}
        case _ as never:
            assert_never(never)


def _remark(each: Document) -> dict[str, Any]:
    origin, source = each["origin"], each["source"]
    shown: Excerpt | None = None
    if origin is not None and source is not None:
        shown = excerpt(origin["line"], origin["column"], source)
    return {
        "severity": "error" if each["severity"] == "error" else "warning",
        "place": place_words(origin) or str(each["address"] or ""),
        "summary": each["summary"],
        "suggestion": each["suggestion"],
        "detail": each["detail"],
        "excerpt": shown,
    }


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
