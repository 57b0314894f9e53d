"""Whatever stands in a document is text in every form of it: no markup, no link, no mention."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import fromstring

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.model.event import Outcome
from reconciler.model.inert import inert
from reconciler.report.html import render_html
from reconciler.report.junit import render_junit
from reconciler.report.markdown import render_markdown
from reconciler.report.report import Report
from reconciler.report.sarif import render_sarif
from reconciler.report.text import render_text
from report.plans import full_document, full_plan, summary_of

FORMS = frozenset(
    {
        *("action", "reason", "verdict", "by", "outcome", "severity", "kind", "ending"),
        *("ship_date", "made_at", "expires_at", "since", "run", "digest", "config_digest"),
        *("commitment", "fee", "cost", "price"),
    }
)
"""Members whose values come from a closed set or have a form of their own."""

FRAGMENTS = (
    *("<script>alert(1)</script>", "<img src=x onerror=y>", "</code>", "</summary>", "</details>"),
    *("-->", "<!--", '" onmouseover="x', "' style='x", "&lt;b&gt;", "&#64;team", "]]>", "</style>"),
    *("</title>", "{{ x }}", "{% x %}", "@everyone", "#12", "GH-1", "owner/repo#7", "a@evil.example"),
    *("http://evil.example", "www.evil.example", "[a](http://b.example)", "![a](b)", "[x]", "[ ]"),
    *("<http://c.example>", "[a]: http://d.example", "`", "``", "```", "~~~", "|", "\\", "*", "_"),
    *("#", ">", "-", "1.", "=", "$", ":rose:", "\n", "\r\n", "\t", " ", "\u202e", "\u2066", "\u200b"),
    *("\x1b[31m", "\x00", "\x85", "\u2028", "\ufeff", "\U000e0041", "\ufffe", "🌷"),
)

texts = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=6)),
    min_size=1,
    max_size=5,
).map(lambda parts: "".join(parts) or "x")


def spoken(given: Iterator[str]) -> Report:
    """An apply with everything on it, whose texts are those that are given, in turn."""
    plan = full_plan()
    summary = summary_of(plan, Outcome.FAILED, Outcome.WAITING, Outcome.DONE, error="it broke")
    fault = {**full_document()["diagnostics"][0], "suggestion": "x", "detail": "y", "also": []}
    error = {"kind": "x", "message": "m", "diagnostics": [fault]}
    names = {"project": "p", "environment": "e"}
    filled = _filled({"plan": full_document(), "summary": summary, "error": error, "names": names}, "", given)
    named = filled.pop("names")
    return Report("apply", named["project"], named["environment"], **filled)


def _filled(value: Any, name: str, given: Iterator[str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, key, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, name, given) for inner in value]
    if not isinstance(value, str) or name in FORMS or re.fullmatch(r"[\d.]+|\d{4}-\d\d-\d\d", value):
        return value
    if name in ("address", "stock"):  # by which one part of the document refers to another
        return f"{value}<b>@all"
    if name == "path" and value in ("items", "ship_date", "vendor", "lines", "number"):
        return value
    return next(given)


HARMLESS = spoken(itertools.repeat("x"))


class Tags(HTMLParser):
    """Every tag with its attributes, every comment, and the text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Any]] = []
        self.comments: list[str] = []
        self.prose: list[str] = []
        self._code = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", None))
        self._code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.prose.append(data)


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=12))
def test_nothing_on_the_page_comes_from_a_text(given: list[str]) -> None:
    """The page has to the letter the elements and attributes that it has with harmless texts."""
    page = render_html(spoken(itertools.cycle(given)), show_calls=True)
    found, expected = Tags(page), Tags(render_html(HARMLESS, show_calls=True))
    assert found.tags == expected.tags
    assert found.comments == []
    assert all(inert(line) == line for line in page.split("\n"))


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=12))
def test_nothing_in_the_comment_comes_from_a_text(given: list[str]) -> None:
    """GitHub-flavoured Markdown, which links more than GitHub does here, finds the blocks that it finds with
    harmless texts, no link, no image, no HTML but ours, and outside of code nothing that mentions anybody."""
    tokens = markdown(render_markdown(spoken(itertools.cycle(given)), show_calls=True))
    expected = markdown(render_markdown(HARMLESS, show_calls=True))
    assert [token.type for token in tokens] == [token.type for token in expected]
    inline = [inner for token in tokens for inner in token.children or ()]
    assert {inner.type for inner in inline} <= {
        *("text", "code_inline", "softbreak", "hardbreak", "strong_open", "strong_close"),
    }
    raw = Tags("".join(token.content for token in tokens if token.type == "html_block"))
    ours = Tags("".join(token.content for token in expected if token.type == "html_block"))
    assert without_code(raw) == without_code(ours)
    said = " ".join([*(inner.content for inner in inline if inner.type == "text"), *raw.prose])
    assert not re.search(r"@|\bGH-\d|#\d|://|www\.|:\w+:|\$", said), said


def without_code(tags: Tags) -> list[tuple[str, Any]]:
    """The tags but for code, in which the name of an attribute stands as soon as it is no plain word."""
    return [tag for tag in tags.tags if tag not in (("code", []), ("/code", None))]


def markdown(text: str) -> list[Token]:
    """The tokens of a text; a line of it never holds what steers a terminal."""
    assert all(inert(line) == line for line in text.split("\n"))
    return MarkdownIt("gfm-like", {"html": True}).parse(text)


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=12))
def test_the_other_forms_hold_any_text(given: list[str]) -> None:
    """JUnit stays XML, SARIF has no link, and no text reaches a terminal with anything that steers it."""
    report = spoken(itertools.cycle(given))
    suite = fromstring(render_junit(report))
    assert len(list(suite.iter())) == len(list(fromstring(render_junit(HARMLESS)).iter()))
    assert "](" not in render_sarif(report)
    told = "\n".join([render_text(report, show_calls=True), render_junit(report)])
    assert all(inert(line) == line for line in told.split("\n"))
