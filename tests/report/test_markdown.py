"""A run as Markdown: what stands on top, what behind a fold, and where it is cut."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.model.change import Action, AttributeChange, Change, Reason
from reconciler.model.event import Outcome
from reconciler.model.project import GuardSettings
from reconciler.model.value import Json
from reconciler.plan.guard import Judged, judge_plan
from reconciler.report.document import plan_document
from reconciler.report.markdown import MOST_UNFOLDED, render_markdown
from reconciler.report.markdown_blocks import LIMIT
from reconciler.report.markdown_text import code, fence, html_code, prose
from reconciler.report.report import Report
from report.plans import full_document, full_plan, numbered, order, plan_of, summary_of

FAULT: dict[str, Any] = {
    "severity": "error",
    "summary": "unknown key 'shipdate'",
    "detail": "",
    "suggestion": "ship_date",
    "address": None,
    "path": [],
    "origin": {"file": "config/orders.yaml", "line": 12, "column": 7},
    "source": "      shipdate: 2027-02-01",
    "also": [],
}


def planned(document: dict[str, Any], **more: Any) -> str:
    """The Markdown of a plan."""
    return render_markdown(Report("plan", "bloomnet-miami", "staging", plan=document, **more))


def test_the_first_line_is_the_marker_and_the_digest_is_at_the_end() -> None:
    """CI finds its comment by the first line; the whole digest, which says which saved plan is meant, is the
    last one."""
    document = full_document()
    lines = planned(document).splitlines()
    assert lines[0] == "<!-- reconciler:bloomnet-miami:staging -->"
    assert lines[1].startswith("### ")
    assert lines[-1] == f"Plan `{document['digest']}`"
    assert render_markdown(Report("plan", "shop", None)).startswith("<!-- reconciler:shop: -->\n")
    assert render_markdown(Report("plan")).startswith("<!-- reconciler:: -->\n")


def test_a_name_cannot_leave_the_marker() -> None:
    """Whatever an environment is called, the marker is one comment."""
    text = render_markdown(Report("plan", "shop", "x --> <b>\n# y"))
    assert text.splitlines()[0] == "<!-- reconciler:shop:x--by -->"


def test_figures_and_guards_come_before_the_changes() -> None:
    """What a person decides by is seen without unfolding anything, the figures in the first line."""
    head = planned(full_document()).partition("####")[0]
    assert head.splitlines()[3] == (
        "**`+` 2 to create** · **`~` 3 to change** · **`∓` 1 to replace** · **`=` 1 to adopt** · "
        "**`-` 1 to delete** · "
        "3,360.00 committed · 850.00 sold · fee 12.75 · 15 calls, 2,750 left"
    )
    assert (
        "> - Guard `max_deletes` refuses: 6 deletes, 5 are allowed. Label `allow:max_deletes` lets it" in head
    )
    assert "> - At a command line it is `--allow max_deletes`." in head
    assert "> [!IMPORTANT]\n> - Guard `confirmed` was allowed: " in head
    assert "4 of 20 boxes are missing" in head
    assert "one by one" not in head


def judged(*changes: Change, **settings: Any) -> dict[str, Any]:
    """The document of a plan of `changes`, as the guards judge it."""
    guards = judge_plan(Judged(changes, {}, {}, date(2027, 1, 4), GuardSettings(**settings)), ())
    return dict(plan_document(plan_of(*changes, guards=guards)))


def priced(name: str, before: str, after: str) -> Change:
    """An order whose price moves."""
    moved = AttributeChange(("items", "main", "price"), before, after)
    return order(name, Action.UPDATE, Reason.CONFIG_CHANGED, "2027-02-03", (moved,))


def test_a_guard_has_one_line_with_the_worst_and_the_rest_behind_a_fold() -> None:
    """Refused three times, it says how often and the farthest beyond its limit; each stands in the fold."""
    text = planned(
        judged(
            *(priced("a", "0.40", "0.60"), priced("b", "0.40", "0.70"), priced("c", "0.40", "0.50")),
            max_price_change=Decimal("0.1"),
        )
    )
    (line,) = re.findall(r"> - Guard `max_price_change`.*", text)
    assert "refuses 3 times, at worst: `items.main.price: 0.40 → 0.70 moves it by 75 %, 10 %" in line
    assert "Label `allow:max_price_change` lets it through." in line
    assert "<details><summary>3 refusals, one by one</summary>" in text
    assert [text.count(f"- `max_price_change` `purchase_orders.{name} ") for name in "abc"] == [1, 1, 1]


def test_a_price_without_a_margin_is_the_worst() -> None:
    """A margin that cannot be told is farther from its limit than any that can."""
    prices = {"a": "0.40", "b": "0", "c": "0.10"}
    wanted: dict[str, list[Json]] = {
        name: [{"name": "main", "price": price, "content": {"cost": "0.30"}}]
        for name, price in prices.items()
    }
    changes = (replace(priced(name, "1", "1"), wanted={"items": items}) for name, items in wanted.items())
    text = planned(judged(*changes, min_margin=Decimal("0.5")))
    assert re.search(r"refuses 3 times, at worst: `items.main: price 0[.0]*, cost 0.30: no margin", text)


def test_a_flag_that_is_too_long_for_a_label_has_another_way() -> None:
    """A label ends at 50 characters; where an address is longer, the plan is started by hand."""
    protected: dict[str, Any] = {"action": Action.DELETE, "policy": {"protected": True}}
    short, long = (
        planned(judged(*(replace(priced(each, "1", "1"), **protected) for each in names)))
        for names in (("a", "b"), ("a", "a-very-long-name-of-an-order"))
    )
    assert "refuses 2 times: `purchase_orders.a is protected and would be deleted` and 1 more." in short
    assert "Label `allow:protected:ADDRESS` lets each through." in short
    assert "Label" not in long
    page = "https://github.example/acme/flowers/actions/workflows/plan.yml"
    linked = planned(
        judged(*(replace(priced("a-very-long-name-of-an-order", "1", "1"), **protected),)), workflow=page
    )
    assert f"start the plan by hand <{page}> and fill in its `allow`." in linked
    assert (
        "`protected:ADDRESS` is too long for a label: start the plan by hand and fill in its `allow`." in long
    )


def test_the_summary_of_a_change_says_what_it_comes_down_to() -> None:
    """Closed, a fold says how much of what, or what moved; its money; a drift; and steps for a person."""
    text = planned(full_document()).replace("&nbsp;", " ")
    summaries = re.findall(r"<summary><code>(.)</code> <code>(.*?)</code><br>(.*)</summary>", text)
    assert [" ".join(each) for each in summaries] == [
        "~ bloomnet phone 305-555-0199 → 305-555-0100 · changed in Komet",
        "~ freedom-60-miami boxes 16 → 20 · ☐ 1",
        "+ valentines-freedom 40 HB RSFRE60 · 20 HB RSMON60 · 3,360.00",
        "~ mothers-day price 0.39 → 0.41",
        "∓ weekly ship date 2027-02-04 → 2027-02-10",
        "- easter 8 HB RSFRE60 · ☐ 1",
        "= standing found in Komet, taken over",
        "+ week-6 10 HB RSFRE60 · sells 850.00",
    ]


def test_changes_stand_kind_by_kind() -> None:
    """Each kind has one heading with its number, in the order of the kinds."""
    assert re.findall("^#### .*", planned(dict(plan_document(numbered(16)))), re.MULTILINE) == [
        *("#### 2 customers", "#### 2 reservations", "#### 10 purchase orders", "#### 2 prebooks"),
    ]


def test_each_change_is_behind_a_fold() -> None:
    """Unfolded it shows the difference; of five changes or fewer each is open already."""
    document = full_document()
    text = planned(document)
    assert text.count("<details>") == len(document["changes"])
    assert text.count("<details") == text.count("</details>")
    assert "- items.monte-60.price 0.39\n+ items.monte-60.price 0.41\n" in text
    assert (
        "+ freedom-60: 40 HB RSFRE60\n+   12 × 25 stems · cost 0.28 · price 0.42\n+   margin 33 %\n" in text
    )
    assert "**would be lost:** line 70012" in text
    few, many = (
        planned(dict(plan_document(numbered(count)))) for count in (MOST_UNFOLDED, MOST_UNFOLDED + 1)
    )
    assert few.count("<details open><summary><code>") == MOST_UNFOLDED
    assert "<details open><summary><code>" not in many


def test_steps_for_a_person_stand_in_one_place() -> None:
    """Above the changes, each once; not as boxes that could be ticked to no effect."""
    head, _, changes = planned(full_document()).partition("####")
    title = "☐ <b>2 steps for a person</b>, in the web UI once this is applied"
    assert f"<details open><summary>{title}</summary>" in head
    assert "- [" not in head
    for step in ("put BLOOM on line 88123", "P057201 > Cancel"):
        assert (head.count(f"- ☐ {step}"), changes.count(step)) == (1, 0)


def test_a_phone_shows_a_difference_without_scrolling() -> None:
    """No line of a diff is longer than 42 characters."""
    blocks = re.findall(r"```diff\n(.*?)```", planned(full_document()), re.DOTALL)
    assert blocks and max(len(line) for block in blocks for line in block.splitlines()) <= 42


@pytest.mark.parametrize("count", [9, 400, 4000])
def test_it_is_cut_between_changes_and_says_where_the_rest_is(count: int) -> None:
    """Below 65,000 bytes, with every fold closed; what is missing is counted by what it does."""
    document = dict(plan_document(numbered(count)))
    text = planned(document, elsewhere=("plan.html",), link="https://git.example/runs/1")
    shown = len(re.findall("<summary><code>", text))
    assert len(text.encode()) <= LIMIT
    assert text.count("</details>") == text.count("<details")
    assert (shown == count) == ("not shown here" not in text)
    if shown < count:
        assert len(text.encode()) > LIMIT - 8_000
        assert f"**{count - shown:,} more changes not shown here:**" in text
        assert "All of it is in `plan.html`. <https://git.example/runs/1>" in text


def test_more_remarks_than_fit_are_counted() -> None:
    """Neither guards nor remarks nor faults can push the comment beyond its limit."""
    document = full_document()
    wide = "🌷" * 300
    document["guards"] = [
        {"name": "max_price_change", "verdict": verdict, "detail": wide, "flag": wide}
        for verdict in ("refused", "allowed")
        for _ in range(300)
    ]
    document["diagnostics"] = [{**FAULT, "summary": wide, "detail": wide}] * 300
    error = {"kind": "ConfigurationError", "message": "", "diagnostics": document["diagnostics"]}
    for text in (
        planned(document),
        render_markdown(Report("plan", error=error)),
        planned(document, error=error),
    ):
        assert len(text.encode()) <= LIMIT
        assert re.search(r"And \d+ more", text)


def test_a_run_without_a_plan_says_why() -> None:
    """Each fault of a configuration with its place, or the error's words."""
    error = {"kind": "ConfigurationError", "message": "x", "diagnostics": [FAULT]}
    text = render_markdown(Report("plan", "shop", error=error))
    assert "### No plan: the configuration is not valid" in text
    assert "- `config/orders.yaml:12` unknown key 'shipdate'. Did you mean `ship_date`?" in text
    failed = render_markdown(
        Report("plan", "shop", error={"kind": "Unreachable", "message": "no connection"})
    )
    assert "### No plan: the run ended with an error" in failed
    assert "> [!CAUTION]\n> no connection" in failed


def test_an_apply_shows_how_each_change_ended() -> None:
    """The plan with its outcome, and the calls that were made."""
    plan = full_plan(guards=())
    summary = summary_of(plan, Outcome.DONE, Outcome.FAILED, Outcome.WAITING)
    text = render_markdown(Report("apply", "shop", plan=plan_document(plan), summary=summary))
    assert "### Partly applied" in text
    assert "**3 failed**" in text.splitlines()[3]
    assert "<summary><b>failed</b> · <code>+</code> <code>valentines-freedom</code>" in text
    assert "- Komet refused: no such product" in text
    assert "9 of 12 calls, 2,741 left" in text.splitlines()[3]


@pytest.mark.parametrize(
    "text",
    [
        "Roses Freedom 60cm",
        "P057200 > Edit: carrier KLA → ATC",
        "4 of 20 boxes are missing: 12 boxes",
        "purchase",
        "320.00",
        "1.5 boxes",
        "`drift` asks every customer, and `plan` none",
    ],
)
def test_harmless_words_stay_words(text: str) -> None:
    """What no dialect of Markdown reads anything into is prose."""
    assert prose(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("@everyone", "a @b", "#12", "GH-12", "x/y#1", "http://x.example", "www.x.example", "a@b.co"),
        *("x.example/y", "<b>", "&amp;", "[a](b)", "![a](b)", "*a*", "_a_", "a_ b", "~~a~~", "`a`", "a|b"),
        *("a `b` <c>", "`a`b@c`d`", "1. `a`", "a `b", "_`a`_"),
        *("$x$", ":rose:", "\\*", "1. a", "- a", "# a", "> a", "= a", " a", "a ", "deadbeef1", "\u202ea"),
    ],
)
def test_what_could_mean_something_is_code(text: str) -> None:
    """Anything else is a code span, in which nothing is obeyed."""
    shown = prose(text)
    assert shown.startswith("`") and shown.endswith("`")
    assert "\u202e" not in shown


@pytest.mark.parametrize("text", ["`", "``", "a`b", "`a``b`", "```", " a", "a ", ""])
def test_backticks_cannot_close_what_holds_them(text: str) -> None:
    """A code span and a fence are always longer than any run inside."""
    span = code(text)
    ticks = re.match("`+", span)
    assert ticks is not None and span.endswith(ticks[0])
    assert not re.search(f"(?<!`){ticks[0]}(?!`)", span[len(ticks[0]) : -len(ticks[0])])
    block = fence([text], "diff").splitlines()
    assert block[0].removesuffix("diff") == block[-1]
    assert not block[1].strip().startswith(block[-1])


def test_html_is_escaped_where_it_would_count() -> None:
    """In a summary line Markdown has no power and HTML would have."""
    assert html_code('<b>&"@x') == "<code>&lt;b&gt;&amp;&quot;@x</code>"
