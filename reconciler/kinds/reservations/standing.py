"""How a reservation stands, as the one live resource that planning compares and apply checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.kinds.kind import Subject
from reconciler.kinds.reservations.arrivals import Arrivals, read_arrivals
from reconciler.kinds.reservations.sharing import Share
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.model.node import Node
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Standing:
    """One reservation today: its share of the stock, whose it is and where, and which arrivals were added.

    `wanted` is its definition: what it held is told by it once the configuration is gone.
    """

    location_id: int
    customer_id: int | None
    share: Share
    arrived: Arrivals = field(default_factory=Arrivals)
    wanted: Mapping[str, Json] = field(default_factory=dict)


def standing_resource(standing: Standing) -> LiveResource:
    """`standing` as a live resource; nothing in Komet stands for it but its lines."""
    share = standing.share
    lines: list[Json] = [*sorted(line.id for line in (*share.kept, *share.release))]
    reasons: list[Json] = [*share.reasons]
    attributes: dict[str, Json] = {
        "location_id": standing.location_id,
        "customer_id": standing.customer_id,
        "lines": lines,
        "wanted": dict(standing.wanted),
        **standing.arrived.json,
        "kept": _rows(share.kept),
        "reserve": _rows(share.reserve),
        "release": _rows(share.release),
        "arriving": share.arriving,
        "missing": share.missing,
        "reasons": reasons,
        "reserved": share.reserved,
        "total": share.total,
    }
    return LiveResource("reservations", 0, None, None, attributes)


def standing_for(subject: Subject) -> Standing:
    """How the subject stands. What is added again on request takes the place of lines that would be kept."""
    assert subject.match.live is not None
    standing = standing_of(subject.match.live.attributes)
    if not (subject.rewrite and standing.arrived.doubtful):
        return standing
    return replace(standing, share=replace(standing.share, reserve=()))


def standing_of(attributes: Mapping[str, Json]) -> Standing:
    """The standing that `standing_resource` wrote."""
    node = Node(attributes)
    share = Share(
        kept=_lines(node, "kept"),
        reserve=_lines(node, "reserve"),
        release=_lines(node, "release"),
        arriving=node.whole("arriving"),
        missing=node.whole("missing"),
        reasons=node.texts("reasons"),
        reserved=node.whole("reserved"),
        total=node.whole("total"),
    )
    return Standing(
        node.whole("location_id"),
        node.maybe_whole("customer_id"),
        share,
        read_arrivals(attributes),
        node.node("wanted").members,
    )


def _rows(lines: Sequence[StockLine]) -> list[Json]:
    return [line.json for line in lines]


def _lines(node: Node, name: str) -> tuple[StockLine, ...]:
    return tuple(stock_line(each.members) for each in node.nodes(name))
