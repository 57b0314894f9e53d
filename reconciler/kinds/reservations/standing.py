"""How a reservation stands, as the one live resource that planning compares and apply checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.kinds.canonical import Canonical, value_of
from reconciler.kinds.kind import Subject
from reconciler.kinds.reservations.arrivals import Arrivals
from reconciler.kinds.reservations.sharing import Share
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json


class Standing(Struct, frozen=True):
    """One reservation today: what it is, for whom, its share of the stock, and which arrivals were added.

    What it held is told by its definition once the configuration is gone.
    """

    wanted: WantedReservation
    customer_id: int | None
    share: Share
    arrived: Arrivals = field(default_factory=Arrivals)

    @property
    def facts(self) -> dict[str, Json]:
        """Where it stands and which lines it holds, so that they can be given up when it is gone."""
        held = (*self.share.kept, *self.share.release)
        lines: list[Json] = [*sorted(line.id for line in held)]
        return {
            "location_id": self.wanted.location_id,
            "customer_id": self.customer_id,
            "lines": lines,
            "wanted": self.wanted.json,
            **self.arrived.json,
        }

    @property
    def json(self) -> dict[str, Json]:
        """The standing as canonical JSON."""
        share = self.share
        return {
            **self.facts,
            "kept": _rows(share.kept),
            "reserve": _rows(share.reserve),
            "release": _rows(share.release),
            "arriving": share.arriving,
            "missing": share.missing,
            "reasons": [*share.reasons],
            "reserved": share.reserved,
            "total": share.total,
        }


def standing_resource(standing: Standing) -> LiveResource:
    """`standing` as a live resource; nothing in Komet stands for it but its lines."""
    return LiveResource("reservations", 0, None, None, Canonical(standing))


def standing_for(subject: Subject) -> Standing:
    """How the subject stands. What is added again on request takes the place of lines that would be kept."""
    assert subject.match.live is not None
    standing = standing_of(subject.match.live.attributes)
    if not (subject.rewrite and standing.arrived.doubtful):
        return standing
    return replace(standing, share=replace(standing.share, reserve=()))


def standing_of(attributes: Mapping[str, Json]) -> Standing:
    """The standing of which `standing_resource` made `attributes`."""
    return value_of(attributes, Standing)


def _rows(lines: Sequence[StockLine]) -> list[Json]:
    return [line.json for line in lines]
