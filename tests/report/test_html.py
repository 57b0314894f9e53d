"""A run as one page that stands alone."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

from reconciler.model.address import KINDS
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.event import Outcome
from reconciler.model.plan import GuardVerdict, Verdict
from reconciler.report.document import plan_document
from reconciler.report.html import MOST_UNFOLDED, render_html
from reconciler.report.page import TEMPLATES
from reconciler.report.report import Report
from reconciler.report.words import ACTIONS, OUTCOMES
from report.plans import full_document, full_plan, numbered, plan_of, summary_of


def page(**more: object) -> str:
    """The page of the plan with everything on it."""
    return render_html(Report("plan", "bloomnet-miami", "staging", plan=full_document(**more)))


def test_it_stands_alone() -> None:
    """No script, no inline style, nothing loaded; links lead to places on the page."""
    text = page()
    assert not re.search(r"<script|\bsrc=|url\(|@import|https?:|\bstyle=|\bon[a-z]+=", text)
    assert set(re.findall(r'href="(.)', text)) == {"#"}
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))


def test_the_policy_allows_its_own_style_and_nothing_else() -> None:
    """The digest in the policy is that of the style between the tags, before which it stands."""
    text = page()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in text
    assert text.index(policy) < text.index("<style>")


def test_everything_that_can_be_filtered_has_its_rule() -> None:
    """For each action, kind and outcome there is a rule that hides it."""
    style = (TEMPLATES / "plan.css").read_text(encoding="utf-8")
    for attribute, names in (("action", ACTIONS), ("kind", KINDS), ("outcome", OUTCOMES)):
        for name in names:
            assert f'body:has(#show-{name}:not(:checked)) .change[data-{attribute}="{name}"]' in style


def test_only_what_occurs_can_be_filtered() -> None:
    """A box for a sort of which there is none, or only one, would filter nothing."""
    assert set(re.findall(r'id="show-(\w+)"', page())) == {*ACTIONS, *KINDS}
    alone = render_html(Report("plan", plan=plan_document(plan_of(*full_plan().changes[1:2]))))
    assert "show-" not in alone.partition("<body>")[2]


def test_every_change_is_there() -> None:
    """With its difference, its instructions, what it endangers, and where it is written."""
    text = page()
    assert text.count('<details class="change') == len(full_plan().changes)
    for words in (
        "<del>0.39</del>",
        "<ins>0.41</ins>",
        "put BLOOM on line 88123",
        "config/orders.yaml:3",
        "line 70012: 40 HB RSFRE60 is confirmed",
        "20 HB × 12 bunches × 25 stems of RSMON60",
    ):
        assert words in text
    assert "<code>purchase.order.create</code>" not in text
    assert "<code>purchase.order.create</code>" in render_html(
        Report("plan", plan=full_document()), show_calls=True
    )


def test_a_card_that_is_closed_says_what_it_comes_down_to() -> None:
    """What and how much, or what moved, stands in its summary."""
    summaries = re.findall(r"<summary>.*?</summary>", page(), re.DOTALL)
    gists = [re.findall(r'<span class="word">(.*?)</span>', each) for each in summaries]
    assert ["40 HB RSFRE60", "20 HB RSMON60", "3,360.00"] in gists
    assert ["price 0.39 → 0.41"] in gists
    assert ["ship date <time>2027-02-04</time> → <time>2027-02-10</time>"] in gists


def test_a_guard_that_spoke_often_stands_there_once() -> None:
    """With how often, each of its words behind a fold, and the way through at both places."""
    guards = tuple(
        GuardVerdict(
            "protected", Verdict.REFUSED, f"purchase_orders.{name} is protected", f"protected:{name}"
        )
        for name in ("may-2027-05-01", "june")
    )
    text = page(guards=guards)
    assert text.count('<code class="place">protected</code>') == 1
    assert "2 times: purchase_orders.may-<time>2027-05-01</time> is protected and 1 more" in text
    assert "<li>purchase_orders.june is protected</li>" in text
    assert "<code>--allow protected:ADDRESS</code> lets each through" in text
    assert "the label <code>allow:protected:ADDRESS</code>" in text


def test_what_stands_in_backticks_is_code() -> None:
    """In remarks and notes, and nothing but code comes of it."""
    remark = Diagnostic(
        Severity.WARNING, "`number: <P1>` binds it", detail="`drift` asks again, on 2027-02-01"
    )
    text = page(diagnostics=(remark,))
    assert "<p><code>number: &lt;P1&gt;</code> binds it</p>" in text
    assert '<p class="soft"><code>drift</code> asks again, on <time>2027-02-01</time></p>' in text


def test_many_changes_are_folded() -> None:
    """A few are shown open, many are not."""
    few, many = (
        render_html(Report("plan", plan=plan_document(numbered(count))))
        for count in (MOST_UNFOLDED, MOST_UNFOLDED + 1)
    )
    assert few.count(" open>") == MOST_UNFOLDED
    assert many.count(" open>") == 0


def test_an_apply_shows_how_each_change_ended() -> None:
    """The outcome stands beside the change and can be filtered by."""
    plan = full_plan(guards=())
    summary = summary_of(plan, Outcome.DONE, Outcome.FAILED, error="Komet went away")
    text = render_html(Report("apply", "shop", plan=plan_document(plan), summary=summary))
    assert "<h1>Partly applied</h1>" in text
    assert "It ended early: Komet went away" in text
    assert text.count(' data-outcome="failed"') == 4
    assert 'id="show-failed"' in text and "9 made, 12 planned" in text


def test_a_run_without_a_plan_says_why() -> None:
    """The faults with their lines and a caret, or the message."""
    fault = {
        **full_document()["diagnostics"][0],
        "severity": "error",
        "suggestion": "ship_date",
        "source": "      shipdate: 2027-02-01",
        "origin": {"file": "config/orders.yaml", "line": 12, "column": 7},
    }
    error = {"kind": "ConfigurationError", "message": "", "diagnostics": [fault]}
    text = render_html(Report("plan", "shop", error=error))
    assert "<h1>No plan: the configuration is not valid</h1>" in text
    assert "config/orders.yaml:12" in text and "Did you mean <code>ship_date</code>?" in text
    line, below = "12 │ </span>      shipdate: 2027-02-01\n", '   │ </span>      <b class="caret">^</b>'
    assert f'{line}<span class="gutter">{below}' in text
    failed = render_html(Report("plan", error={"kind": "Unreachable", "message": "no connection\nat all"}))
    assert "<p>no connection</p><p>at all</p>" in failed


def test_nothing_to_do_is_said() -> None:
    """An empty plan has no filters, and says that all is well."""
    text = render_html(Report("plan", plan=plan_document(plan_of())))
    assert "<h1>Plan: no changes</h1>" in text
    assert "Komet is as the configuration wants it: 42 resources." in text
    assert "<form" not in text


def test_what_a_decision_needs_comes_first() -> None:
    """Refusals, figures, remarks, changes; then calendar and stock, and in the footer which plan it is."""
    text = page()
    titles = ("guards-trouble", "summary", "remarks", "changes", "calendar", "stock")
    assert re.findall(r'<h2 id="([\w-]+)"', text) == [*titles[:1], "guards-careful", *titles[1:]]
    assert str(full_document()["digest"]) in text.partition("<footer")[2]


def test_a_figure_leads_to_what_it_counts() -> None:
    """A tile is a link: to the changes, or to the first that waits for a person; one that says 0 is none."""
    leading = dict(re.findall(r'<dt>([^<]*?)(?: <small>[^<]*</small>)?</dt><dd><a href="#([\w-]+)">', page()))
    assert leading["to create"] == leading["committed"] == "changes"
    assert leading["for a person"] == "change-5"
    assert "unchanged" not in leading and "fee" not in leading


def test_what_no_change_touches_is_folded() -> None:
    """Weeks and products that stay as they are wait behind a fold."""
    text = page()
    folded = re.findall(r'<details class="quiet"><summary>(.*?)</summary>', text, re.DOTALL)
    assert folded == [
        "1 week stays as it is <span>26 Apr – 2 May · 240 boxes</span>",
        "2 products stay as they are",
    ]
    assert (
        text.index("RSFRE60 in MIA</th>") < text.index("2 products stay") < text.index("SPRAY50 in LAX</th>")
    )


def test_nothing_is_filtered_by_steps_that_nobody_has() -> None:
    """`Only: for a person` is offered where some change has a step."""
    assert 'id="only-person"' in page()
    alone = render_html(Report("plan", plan=plan_document(plan_of(*full_plan().changes[1:2]))))
    assert 'id="only-person"' not in alone and "<form" not in alone
