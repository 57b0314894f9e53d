"""Diagnostics as text: harmless, and without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.secrecy import may_hold_secret
from reconciler.config.source import SourceFile
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.inert import inert
from reconciler.model.origin import Origin
from reconciler.report.diagnostics import render_diagnostics


@given(st.text())
def test_inert_text_steers_nothing(text: str) -> None:
    """No control, no bidirectional and no zero-width character is left, and nothing is escaped twice."""
    shown = inert(text)
    assert inert(shown) == shown
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202e\u2066\u2069\u2028\ufeff\u061c")
    shown.encode("utf-8")


@pytest.mark.parametrize("text", ["", "Rosé", "玫瑰", "🌹", "a\u0301", "naïve – “quoted”", "Ñandú"])
def test_ordinary_unicode_stays(text: str) -> None:
    """Accents, other scripts and pictures are text."""
    assert inert(text) == text


def test_what_is_escaped_can_be_recognised() -> None:
    """Newlines and tabs by their letters, the rest by number."""
    assert inert("a\n\t\x1b\u202e\ud800\U000e0041") == "a\\n\\t\\x1b\\u202e\\ud800\\U000e0041"


def test_a_diagnostic_shows_place_line_and_caret() -> None:
    """Place and summary, the line with a caret, what was meant, how to go on."""
    diagnostic = Diagnostic(
        Severity.ERROR, "unknown key 'x'", "go on", "y", Origin("config/a.yaml", 12, 7), "      x: 1"
    )
    assert render_diagnostics([diagnostic]) == (
        "config/a.yaml:12:7: error: unknown key 'x'\n"
        "  12 |       x: 1\n"
        "     |       ^\n"
        "  did you mean 'y'?\n"
        "  go on"
    )


def test_a_diagnostic_without_a_file_shows_its_address() -> None:
    """Later stages know no files."""
    diagnostic = Diagnostic(
        Severity.WARNING, "no price", address=Address("purchase_orders", "a"), path=("items", "b", 0)
    )
    assert render_diagnostics([diagnostic]) == "purchase_orders.a.items.b[0]: warning: no price"


def test_the_caret_stands_below_wide_and_escaped_characters() -> None:
    """Columns are those of the terminal, long lines are cut round the place."""
    wide = Diagnostic(Severity.ERROR, "s", origin=Origin("a", 1, 4), source="玫\u200b: x")
    assert render_diagnostics([wide]).splitlines()[2].index("^") == len("  1 | ") + 2 + 6 + 1
    long = Diagnostic(Severity.ERROR, "s", origin=Origin("a", 1, 1001), source="x" * 1000 + "y" + "x" * 1000)
    _, line, caret = render_diagnostics([long]).splitlines()
    assert line[caret.index("^")] == "y"
    assert len(line) < 180


def test_colours_are_only_added() -> None:
    """Without its colours the coloured text is the plain one."""
    import re

    diagnostic = Diagnostic(Severity.ERROR, "s\x1b[2J", "d", "m", Origin("a", 1, 1), "x")
    colored = render_diagnostics([diagnostic], color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render_diagnostics([diagnostic])


@pytest.mark.parametrize(
    ("line", "is_secret"),
    [
        ("token: abc", True),
        ("  'token' : abc", True),
        ("komet: {url: x, token: abc}", True),
        ("authentication_token: abc", True),
        ("api_key: abc", True),
        ("password: abc", True),
        ("state: postgresql://user:hunter2@host/db", True),
        ("state: postgresql://user@host/db?sslmode=require&password=hunter2", True),
        ("token: {env: KOMET_COMPANY_TOKEN}", False),
        ("token: {file: /run/secrets/komet}", False),
        ("  token:", False),
        ("vendor: ROSALEDA", False),
        ("url: https://api.kometsales.com:443/api", False),
    ],
)
def test_lines_that_may_hold_a_secret_are_recognised(line: str, is_secret: bool) -> None:
    """A line with something like a token or a password is never shown."""
    assert may_hold_secret(line) is is_secret


def test_a_secret_on_its_own_line_is_hidden() -> None:
    """A token below its key is hidden like one beside it."""
    source = SourceFile("a", "token: >\n  4f1c9a7e\nvendor: X")
    assert (source.line(1), source.line(2), source.line(3)) == (None, None, "vendor: X")
