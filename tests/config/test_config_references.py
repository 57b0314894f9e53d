"""References between resources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reconciler.config.circles import find_circles
from reconciler.config.references import references
from reconciler.config.schemas import schema
from reconciler.model.address import KINDS, Address


def addresses(text: str) -> list[Address]:
    """One address for each letter."""
    return [Address("prebooks", letter) for letter in text]


def test_references_are_found_by_the_schema() -> None:
    """`x-references` marks them; lists of Komet's own are none of ours."""
    order = {"customer": "bloomnet", "carrier": "KLA", "items": {"a": {"product": "RSFRE60"}}}
    assert list(references("purchase_orders", order)) == [(("customer",), Address("customers", "bloomnet"))]
    assert list(references("customers", {"komet": {"code": "B"}})) == []


def test_circles_are_found() -> None:
    """Each circle once, beginning with its first address; chains and diamonds are none."""
    a, b, c, d = addresses("abcd")
    assert find_circles({b: [c], c: [a], a: [b, d]}) == [(a, b, c)]
    assert find_circles({a: [a]}) == [(a,)]
    assert find_circles({a: [b, c], b: [d], c: [d]}) == []
    assert find_circles({a: [b], b: [a], c: [d], d: [c]}) == [(a, b), (c, d)]


def test_no_kind_refers_to_itself_by_way_of_others() -> None:
    """So that files which agree are never doubted: only a circle of kinds lets resources make one."""
    edges = {kind: set(targets(schema(kind))) for kind in KINDS}
    assert edges["prebooks"] == {"customers", "purchase_orders"}
    assert find_circles(edges) == []


def targets(part: object) -> Iterator[str]:
    """The kinds that a schema refers to."""
    if isinstance(part, dict):
        target = part.get("x-references")
        if isinstance(target, str) and not target.startswith("list:"):
            yield target
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for inner in inside:
        yield from targets(inner)


def test_long_chains_need_no_deep_stack() -> None:
    """A chain of a hundred thousand is walked without recursion."""
    chain = [Address("prebooks", f"{number:06}") for number in range(100_000)]
    assert find_circles({here: [after] for here, after in pairwise(chain)}) == []
