"""The case book, as Markdown: situations that the tests hold to the letter, each with its plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "tests" / "cases"
ABOUT = (
    ("prebook", "Prebooks"),
    ("ship_to", "Customers and ship-tos"),
    ("stock", "Stock on hand"),
    ("arrival", "Stock on hand"),
    ("reservation", "Stock on hand"),
    ("order", "Purchase orders"),
    ("line", "Purchase orders"),
)
"""Which heading a case stands under, by the first word that is found in its sentence."""
REST = "Everything else"


def cases_page() -> str:
    """Every case under its heading, by its sentence."""
    groups: dict[str, list[Path]] = {title: [] for title in (*dict(ABOUT).values(), REST)}
    for folder in sorted(CASES.iterdir()):
        if (folder / "plan.txt").is_file():
            groups[_group(folder.name)].append(folder)
    lines = [
        "# Case book\n",
        "What the plan says when. Each of these situations is a test: an account, a configuration, and the "
        "plan to the letter. Look here, or search, for the one that you are in.\n",
    ]
    for title, folders in groups.items():
        lines += [f"## {title}\n", *(line for folder in folders for line in _case(folder))]
    return "\n".join(lines)


def sentence(name: str) -> str:
    """The name of a case's folder as a sentence."""
    words = name.replace("_", " ")
    return words[0].upper() + words[1:]


def _group(name: str) -> str:
    return next((title for word, title in ABOUT if word in name), REST)


def _case(folder: Path) -> Iterator[str]:
    text = (folder / "plan.txt").read_text(encoding="utf-8").rstrip("\n")
    yield f"### {sentence(folder.name)}\n"
    yield f"```text\n{text}\n```\n"
