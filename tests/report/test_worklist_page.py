"""The worklist as a page to print."""

from __future__ import annotations

import re
from typing import Any

from reconciler.report.worklist import render_worklist_page


def step(target: str, screen: str = "Inventory > Inventory Summary", **more: Any) -> dict[str, Any]:
    """One open step."""
    written: dict[str, Any] = {
        "address": "reservations.freedom",
        "number": 1,
        "screen": screen,
        "target": target,
        "instruction": f"put BLOOM on {target}",
        "before": "free",
        "after": "BLOOM",
        "location": None,
        "since": "2027-01-04T14:00:00+00:00",
    }
    return written | more


def page(*steps: dict[str, Any]) -> str:
    """The page of these steps."""
    return render_worklist_page(
        {"project": "shop", "account": "host/1", "at": "printed now", "steps": list(steps), "closed": []}
    )


def targets(text: str) -> list[str]:
    """What to look for, in the page's order."""
    return re.findall(r'class="target">(?:<span.*</span> )?([^<]*)<', text)


def test_one_screen_after_the_other() -> None:
    """And within a screen the same product together, lines counted as numbers."""
    text = page(
        step("line 10: 4 HB Roses"),
        step("P057200", "Purchase Orders"),
        step("line 5: 4 HB Asters"),
        step("line 9: 8 QB Roses"),
    )
    assert targets(text) == ["line 5", "line 9", "line 10", "P057200"]
    assert text.count("<section>") == 2


def test_nothing_is_said_twice() -> None:
    """What the instruction says again is left out above it; what it does not say stays."""
    text = page(step("line 9: 8 QB Roses"), step("line 9: 8 QB Roses", instruction="release the hold"))
    assert targets(text) == ["line 9", "line 9: 8 QB Roses"]


def test_one_location_after_the_other() -> None:
    """Before the product."""
    text = page(step("line 1: 4 HB Asters", location="MIA"), step("line 2: 4 HB Roses", location="LAX"))
    assert text.index("line 2") < text.index("line 1")
    assert ">LAX</span>" in text


def test_what_comes_from_outside_is_text() -> None:
    """Markup is shown and not obeyed, control and bidirectional characters are written out."""
    text = page(step("<script>alert(1)</script>\u202e\x1b", instruction='"><img src=x>'))
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text and "\x1b" not in text
    assert "&lt;script&gt;" in text


def test_it_stands_alone() -> None:
    """No script, nothing loaded from anywhere."""
    text = page(step("line 9: 8 QB Roses"))
    assert not re.search(r"<script|src=|href=|url\(|@import|https?:", text)


def test_nothing_open() -> None:
    """Said in words."""
    assert "Nothing is open" in page()


def test_what_was_closed_is_told_and_has_no_box() -> None:
    """With why; nobody ticks it, and nothing of it is markup."""
    closed = [{"step": {"instruction": "put BLOOM on <b>line 9</b>"}, "why": "line 9 is sold out"}]
    text = render_worklist_page(
        {"project": "shop", "account": "host/1", "at": "printed now", "steps": [], "closed": closed}
    )
    assert "line 9 is sold out" in text and "&lt;b&gt;line 9" in text
    assert "to be ticked" not in text
