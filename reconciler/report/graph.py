"""What depends on what, as a drawing in text: Mermaid for Markdown, dot for Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model.address import KINDS, Address
from reconciler.model.inert import inert
from reconciler.model.node import Node
from reconciler.model.value import Json


def graph_document(dependencies: Mapping[Address, Iterable[Address]]) -> dict[str, Json]:
    """The graph as JSON: every resource, and every edge from what must be there first to what needs it.

    The same configuration gives the same document.
    """
    resources = sorted(
        {*dependencies, *(each for needs in dependencies.values() for each in needs)}, key=_rank
    )
    pairs = {(needed, needing) for needing, needs in dependencies.items() for needed in needs}
    edges = sorted(pairs, key=lambda pair: (_rank(pair[0]), _rank(pair[1])))
    return {
        "resources": [str(address) for address in resources],
        "edges": [{"from": str(needed), "to": str(needing)} for needed, needing in edges],
    }


def render_mermaid(document: Mapping[str, Json]) -> str:
    """The graph as a Mermaid flowchart; names stand in quotes and mean nothing to it."""
    ids = {name: f"r{place}" for place, name in enumerate(Node(document).texts("resources"))}
    lines = ["flowchart LR"]
    for kind in _kinds(ids):
        lines.append(f"  subgraph {kind}")
        lines += [f'    {id}["{_mermaid(name)}"]' for name, id in ids.items() if _kind(name) == kind]
        lines.append("  end")
    for edge in Node(document).nodes("edges"):
        lines.append(f"  {ids[edge.text('from')]} --> {ids[edge.text('to')]}")
    return "\n".join(lines) + "\n"


def render_dot(document: Mapping[str, Json]) -> str:
    """The graph as Graphviz reads it."""
    names = Node(document).texts("resources")
    lines = ["digraph configuration {", "  rankdir=LR;", "  node [shape=box];"]
    for kind in _kinds(names):
        lines.append(f"  subgraph cluster_{kind} {{")
        lines.append(f"    label={_quoted(kind.replace('_', ' '))};")
        lines += [
            f"    {_quoted(name)} [label={_quoted(name.partition('.')[2])}];"
            for name in names
            if _kind(name) == kind
        ]
        lines.append("  }")
    for edge in Node(document).nodes("edges"):
        lines.append(f"  {_quoted(edge.text('from'))} -> {_quoted(edge.text('to'))};")
    return "\n".join([*lines, "}"]) + "\n"


def _rank(address: Address) -> tuple[int, str]:
    return KINDS.index(address.kind), address.name


def _kind(name: str) -> str:
    return name.partition(".")[0]


def _kinds(names: Iterable[str]) -> list[str]:
    """The kinds of `names`, in the order in which they are created."""
    return list(dict.fromkeys(map(_kind, names)))


def _mermaid(name: str) -> str:
    """The name of a resource as text between quotes: what Mermaid or HTML would read gets its code."""
    text = inert(name.partition(".")[2])
    return "".join(each if each.isalnum() or each in "-_. " else f"#{ord(each)};" for each in text)


def _quoted(text: str) -> str:
    escaped = inert(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
