"""The pages tell the truth: whoever follows one to the letter sees what it shows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import assert_never

import pytest

from docs.following import Clicked, Reader, Saved, Step, Typed, Unclear, is_as_shown, steps_of, with_output
from reconciler.simulator import desk

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEMPLATES = Path(desk.__file__).parent / "templates"
OTHERS = ("komet-api.md", "ci.md", "apply-and-recovery.md", "performance.md")
"""Pages that tests of their own follow, or that tell nobody to do anything."""

PAGES = sorted(
    str(path.relative_to(DOCS))
    for path in DOCS.rglob("*.md")
    if str(path.relative_to(DOCS)) not in OTHERS and any(True for _ in steps_of(path.read_text("utf-8")))
)


@pytest.mark.parametrize("name", [*PAGES, "../README.md"])
def test_a_reader_sees_what_the_page_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Every file is saved and every command typed, in order and in an empty folder: each prints what the page
    shows. `--update-golden` writes what it prints into the page."""
    page = (DOCS / name).read_text(encoding="utf-8")
    update = request.config.getoption("--update-golden")
    reader = Reader(tmp_path, monkeypatch)
    others: list[tuple[Typed, str]] = []
    try:
        for step in steps_of(page):
            other = follow(reader, step)
            if other is not None:
                others.append(other)
                assert update or other[1] == other[0].shown, f"$ {other[0].command}"
    finally:
        if update and others:
            (DOCS / name).write_text(with_output(page, others), encoding="utf-8")


def follow(reader: Reader, step: Step) -> tuple[Typed, str] | None:
    """Does what a page says; a command and what it printed, where that is not what the page shows."""
    match step:
        case Saved():
            reader.save(step)
        case Clicked():
            reader.click(step)
        case Typed():
            actual = reader.type(step.command)
            return None if is_as_shown(step.shown, actual) else (step, actual)
        case Unclear():
            raise AssertionError(f"which file is this?\n{step.text}")
        case _:
            assert_never(step)
    return None


def clicks_of(name: str) -> list[Clicked]:
    """What a page tells to click."""
    page = (DOCS / name).read_text(encoding="utf-8")
    return [step for step in steps_of(page) if isinstance(step, Clicked)]


def test_the_tutorial_and_every_how_to_are_followed() -> None:
    """No page that tells its reader to do something is left out."""
    doing = {"tutorial.md", *(str(path.relative_to(DOCS)) for path in (DOCS / "how-to").glob("*.md"))}
    assert doing <= set(PAGES)


CLICKS = {name: clicks for name in PAGES if (clicks := clicks_of(name))}


def test_some_pages_tell_to_click() -> None:
    """Or the next promise would be about nothing."""
    assert {"tutorial.md", "how-to/reserve-stock.md", "how-to/not-visible.md"} <= set(CLICKS)


@pytest.mark.parametrize("name", CLICKS)
def test_a_reader_sees_every_click(name: str) -> None:
    """Right before it the page tells what to click in the desk, with every number and code, in the desk's
    words; and before the first one it tells how the desk is opened."""
    page = (DOCS / name).read_text(encoding="utf-8")
    assert "reconciler simulator desk" in page.partition("<!-- desk:")[0]
    for click in CLICKS[name]:
        told = " ".join(click.told.split())
        assert "n the desk" in told, told
        assert [value for value in click.values.values() if value not in told] == [], told
        assert [word for word in re.findall(r"\*([^*]+)\*", told) if word not in desk_words()] == [], told


@cache
def desk_words() -> str:
    """What stands on the desk: its tabs, and the texts of its pages as they are written."""
    pages = (path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.glob("*.html")))
    return "\n".join((*(title for title, _ in desk.PAGES.values()), *pages))


@pytest.mark.parametrize(
    ("shown", "actual", "is_same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b d\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_an_output_is_compared_to_the_letter(shown: str, actual: str, is_same: bool) -> None:
    """Only `…` stands for something else."""
    assert is_as_shown(shown, actual) is is_same
