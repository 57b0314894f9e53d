"""A run as Markdown: what stands on top, what behind a fold, and where it is cut."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reconciler.model.event import Outcome
from reconciler.report.document import plan_document
from reconciler.report.markdown import LIMIT, render_markdown
from reconciler.report.markdown_text import code, fence, html_code, prose
from reconciler.report.report import Report
from report.plans import full_document, full_plan, numbered, summary_of

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


def test_the_first_line_is_the_marker_and_the_digest_is_on_top() -> None:
    """CI finds its comment by the first line; the digest says which saved plan is meant."""
    document = full_document()
    lines = planned(document).splitlines()
    assert lines[0] == "<!-- reconciler:bloomnet-miami:staging -->"
    assert lines[1].startswith("### ")
    assert document["digest"] in lines[3]
    assert render_markdown(Report("plan", "shop", None)).startswith("<!-- reconciler:shop: -->\n")
    assert render_markdown(Report("plan")).startswith("<!-- reconciler:: -->\n")


def test_a_name_cannot_leave_the_marker() -> None:
    """Whatever an environment is called, the marker is one comment."""
    text = render_markdown(Report("plan", "shop", "x --> <b>\n# y"))
    assert text.splitlines()[0] == "<!-- reconciler:shop:x--by -->"


def test_figures_and_guards_come_before_the_changes() -> None:
    """What a person decides by is seen without unfolding anything."""
    head = planned(full_document()).partition("<details>")[0]
    for row in (
        "| `+` create | 2 |",
        "| `-` delete | 1 |",
        "| for a person | 2 steps |",
        "| committed | 3,360.00 |",
        "| sold | 850.00 |",
        "| fee | 12.75 |",
        "| calls to apply | 12 |",
        "| unchanged | 42 |",
    ):
        assert row in head
    assert (
        "> [!CAUTION]\n> Guard `max_deletes` refuses: 6 deletes, 5 are allowed. `--allow max_deletes`" in head
    )
    assert "> [!IMPORTANT]\n> Guard `confirmed` was allowed" in head
    assert "4 of 20 boxes are missing" in head


def test_each_change_is_behind_a_fold() -> None:
    """Its summary line says what and why; unfolded it shows the difference and what a person does."""
    document = full_document()
    text = planned(document)
    assert text.count("<details>") == text.count("</details>") == len(document["changes"])
    assert "<summary><code>~</code> <code>purchase_orders.mothers-day</code> · price changed in the " in text
    assert "- items.monte-60.price 0.39\n+ items.monte-60.price 0.41\n" in text
    assert "- [ ] in the web UI: put BLOOM on line 88123" in text
    assert "**would be lost:** line 70012" in text


def test_a_phone_shows_a_difference_without_scrolling() -> None:
    """No line of a diff is longer than 46 characters."""
    blocks = re.findall(r"```diff\n(.*?)```", planned(full_document()), re.DOTALL)
    assert blocks and max(len(line) for block in blocks for line in block.splitlines()) <= 46


@pytest.mark.parametrize("count", [9, 400, 4000])
def test_it_is_cut_between_changes_and_says_where_the_rest_is(count: int) -> None:
    """Below 65,000 bytes, with every fold closed; what is missing is counted by what it does."""
    document = dict(plan_document(numbered(count)))
    text = planned(document, elsewhere=("plan.html",), link="https://git.example/runs/1")
    shown = text.count("<details>")
    assert len(text.encode()) <= LIMIT
    assert text.count("</details>") == shown
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
    assert "| **failed** | **3** |" in text
    assert "<summary><b>failed</b> · <code>+</code> <code>purchase_orders.valentines-freedom</code>" in text
    assert "- Komet refused: no such product" in text
    assert "| calls made | 9 of 12 planned |" in text


@pytest.mark.parametrize(
    "text",
    [
        "Roses Freedom 60cm",
        "P057200 > Edit: carrier KLA → ATC",
        "4 of 20 boxes are missing: 12 boxes",
        "purchase",
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
