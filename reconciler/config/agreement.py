"""Whether files that are sound by themselves agree with each other."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from reconciler.config.circles import find_circles
from reconciler.config.sheet import Facts


def agree(files: Sequence[Facts], names: Mapping[str, Container[str]]) -> bool:
    """Whether no rule between resources is broken; `names` are those of all resources, by kind.

    It may doubt what is sound, and never passes what `rules` and `references` find a fault in.
    """
    claims = [claim for each in files for claim in each.claims]
    standing = {name for each in files for name in each.standing}
    return (
        len(set(claims)) == len(claims)
        and standing.isdisjoint(name for each in files for name in each.reserving)
        and all(_are_there(each.needs, names) for each in files)
        and not find_circles(_kinds(files))
        and _are_reached(files)
    )


def _are_there(needs: Mapping[str, Mapping[str, Sequence[str]]], names: Mapping[str, Container[str]]) -> bool:
    """Whether whatever is referred to is written somewhere."""
    wanted = ((kind, name) for targets in needs.values() for kind, found in targets.items() for name in found)
    return all(name in names.get(kind, ()) for kind, name in wanted)


def _kinds(files: Sequence[Facts]) -> Mapping[str, set[str]]:
    """Which kinds refer to which: without a circle there, resources cannot make one."""
    edges: dict[str, set[str]] = {}
    for each in files:
        for kind, targets in each.needs.items():
            edges.setdefault(kind, set()).update(targets)
    return edges


def _are_reached(files: Sequence[Facts]) -> bool:
    """Whether each ship-to of a prebook is one that its customer has."""
    ship_tos = {customer: {*names} for each in files for customer, names in each.ship_tos.items()}
    shipping = ((customer, name) for each in files for customer, name in each.shipping)
    return all(customer not in ship_tos or name in ship_tos[customer] for customer, name in shipping)
