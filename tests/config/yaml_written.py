"""YAML as people write it: the same values in every style, with comments and blanks anywhere."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SCALARS = (
    *("RSFRE60", "057116", "NO", "on", "12:30", "0777", "1_000", "2027-02-01", "0.30", "0.3", "1e3", "0x1F"),
    *('"in quotes"', "'it''s'", '"# no comment"', "'a: b'", "null", "~", "true", "Valentine's programme"),
    *('"a \\u2028 b"', "!!str 5", "a#b", "plain words"),
)
COMMENTS = ("# a comment", "#", "# with: colon", "#no blank", "# trailing \\", "# 'quote")


@st.composite
def written(draw: st.DrawFn) -> str:
    """The text of a file that holds a mapping."""
    lines = draw(_mapping(0, 0))
    head = draw(st.sampled_from(["", "", "---\n", "# top\n\n\n---  # begins\n", "\n\n# top\n"]))
    return head + "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n# the end\n", "\n   \n"]))


@st.composite
def _mapping(draw: st.DrawFn, indent: int, depth: int) -> list[str]:
    lines: list[str] = []
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
    for name in names:
        lines += draw(_between(indent))
        lines += draw(_entry(f"{' ' * indent}{name}:", indent, depth))
    return lines + (draw(_between(indent)) if draw(st.booleans()) else [])


@st.composite
def _between(draw: st.DrawFn, indent: int) -> list[str]:
    """Blank lines and comments between entries, where people put them."""
    shift = draw(st.sampled_from([indent, indent, indent + 1, 0]))
    choice = st.sampled_from(["", "   ", *(" " * shift + comment for comment in COMMENTS)])
    return draw(st.lists(choice, max_size=2)) if draw(st.integers(0, 3)) == 0 else []


@st.composite
def _entry(draw: st.DrawFn, lead: str, indent: int, depth: int) -> list[str]:
    """One entry behind `lead`: as a scalar, over lines, in a flow, or a block of its own."""
    step = draw(st.sampled_from([1, 2, 4]))
    kinds = ["scalar", "scalar", "flow", "flow", "text", "plain", "empty"] + ["block", "list"] * (depth < 3)
    kind = draw(st.sampled_from(kinds))
    blanks = " " * draw(st.sampled_from([1, 1, 3]))
    end = draw(st.sampled_from(["", "", "", " # behind", "      # far behind"]))
    if kind == "block":
        return [
            lead + draw(st.sampled_from(["", f" &x{indent}{depth}"])) + end,
            *draw(_mapping(indent + step, depth + 1)),
        ]
    if kind == "list":
        inside = indent + draw(st.sampled_from([0, step])) if lead.strip() != "-" else indent + step
        return [lead + end, *draw(_sequence(inside, depth + 1))]
    if kind == "text":
        style = draw(st.sampled_from(["|", ">", "|-", ">+", "|+", "|2"]))
        margin = " " * (indent + (2 if style == "|2" else step))
        body = draw(
            st.lists(st.sampled_from(["words", "  deeper", "# no comment", ""]), min_size=1, max_size=3)
        )
        return [f"{lead} {style}", f"{margin}first", *(margin + line if line else "" for line in body)]
    if kind == "plain":
        return [f"{lead}{blanks}plain words", f"{' ' * (indent + step)}that go on{end}"]
    if kind == "empty":
        return [lead + end]
    value = draw(st.sampled_from(SCALARS)) if kind == "scalar" else draw(_flow(indent + step))
    return (f"{lead}{blanks}{value}{end}").split("\n")


@st.composite
def _sequence(draw: st.DrawFn, indent: int, depth: int) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(_between(indent))
        kind = draw(st.sampled_from(["scalar", "mapping", "flow"]))
        dash = " " * indent + "-" + " " * draw(st.sampled_from([1, 3]))
        if kind == "scalar":
            lines.append(dash + draw(st.sampled_from(SCALARS)))
        elif kind == "flow":
            lines += (dash + draw(_flow(indent + 2))).split("\n")
        else:
            inner = draw(_mapping(len(dash), depth + 1))
            first = next(place for place, line in enumerate(inner) if line.strip() and line.strip()[0] != "#")
            lines += [dash + inner[first].lstrip(" "), *inner[first + 1 :]]
    return lines


@st.composite
def _flow(draw: st.DrawFn, indent: int) -> str:
    """A flow collection, perhaps over several lines and with comments inside."""
    gap = st.sampled_from(
        ["", " ", "  ", f"\n{' ' * indent}", f" # inside\n{' ' * indent}", f"\n\n{' ' * indent}"]
    )
    scalar = st.sampled_from([each for each in SCALARS if "#" not in each or each[0] in "\"'"])
    pieces: list[Any] = []
    names = draw(st.lists(st.sampled_from("abc"), max_size=3, unique=True))
    is_mapping = draw(st.booleans())
    for place, name in enumerate(names):
        value = draw(scalar) if draw(st.booleans()) else draw(st.sampled_from(["{}", "[1, 2 ]", "{x:  1}"]))
        pieces.append(draw(gap) + (f"{name}: {value}" if is_mapping else value))
        pieces.append(draw(gap) + ("," if place < len(names) - 1 else ""))
    inner = "".join(pieces)
    return f"{{{inner}}}" if is_mapping else f"[{inner}]"
