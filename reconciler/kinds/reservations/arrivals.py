"""Which parts of an arrival were added already: an arrival is added once, also when it has sold out since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, convert, field

from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import (
    BOXES_A_CALL,
    PREFIX_LENGTH,
    WantedReservation,
    arrival_references,
    reference_prefix,
)
from reconciler.model.address import Address
from reconciler.model.resource import Sought
from reconciler.model.value import Json


class Arrivals(Struct, frozen=True, rename={"added": "arrived"}):
    """What is known of the arrivals of one address, by reference.

    `added` are not to be added again. Of these `unseen` were taken by Komet and have not shown in stock yet,
    each with the line's id where its answer told it; `doubtful` may have been added by somebody who forgot.
    """

    added: tuple[str, ...] = ()
    unseen: Mapping[str, int | None] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()

    @property
    def json(self) -> dict[str, Json]:
        """As it is remembered."""
        return {"arrived": [*self.added], "unseen": {**self.unseen}, "doubtful": [*self.doubtful]}


_NONE = Arrivals()


def read_arrivals(facts: Mapping[str, Json]) -> Arrivals:
    """The arrivals that `Arrivals.json` wrote; none where nothing was written."""
    return convert(facts, Arrivals)


def known_arrivals(
    sought: Sequence[Sought],
    wanted: Mapping[Address, WantedReservation],
    stock: Sequence[StockLine],
    project: str,
) -> dict[Address, Arrivals]:
    """What is known of the arrivals of all that is `sought`, held against what stands in `stock`."""
    is_lost = _is_memory_lost(sought, wanted, stock, project)
    references = _references_by_prefix(stock)
    return {
        each.address: _arrivals_of(each, wanted.get(each.address), stock, references, project, is_lost)
        for each in sought
    }


def _references_by_prefix(stock: Iterable[StockLine]) -> Mapping[str, set[str]]:
    """Our references in `stock`, by how they begin: that says whose they are."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in stock:
        if line.is_marked:
            found[line.reference[:PREFIX_LENGTH]].add(line.reference)
    return found


def _arrivals_of(
    each: Sought,
    wanted: WantedReservation | None,
    stock: Sequence[StockLine],
    references: Mapping[str, set[str]],
    project: str,
    is_lost: bool,
) -> Arrivals:
    """With `is_lost` all memory is gone: then what the configuration asks for may have been added, and sold
    since."""
    known = read_arrivals(each.binding.facts) if each.binding else _NONE
    seen = references.get(reference_prefix(project, each.address), set()) if references else set()
    is_asked = is_lost and wanted is not None and wanted.arrival is not None
    if known == _NONE and not (seen or is_asked):
        return _NONE
    here = [line for line in stock if wanted is None or line.location_id == wanted.location_id]
    asked = boxes_by_reference(project, each.address, wanted) if wanted and is_lost else {}
    doubtful = {*known.doubtful, *asked} - seen
    return Arrivals(
        tuple(sorted({*known.added, *seen, *doubtful})),
        {
            reference: id
            for reference, id in sorted(known.unseen.items())
            if not _is_proved(reference, id, here)
        },
        tuple(sorted(doubtful)),
    )


def _is_memory_lost(
    sought: Sequence[Sought],
    wanted: Mapping[Address, WantedReservation],
    stock: Iterable[StockLine],
    project: str,
) -> bool:
    """Whether nothing is remembered of any reservation although one was carried out before: a line carries
    our reference, or stands reserved as one of `wanted` would have it."""
    if any(each.binding is not None for each in sought):
        return False
    prefixes = {reference_prefix(project, each.address) for each in sought}
    wishes: dict[int, list[WantedReservation]] = defaultdict(list)
    for wish in wanted.values():
        wishes[wish.product_id].append(wish)
    return any(
        line.reference[:PREFIX_LENGTH] in prefixes
        or (line.customer_id is not None and any(wish.is_meant(line) for wish in wishes[line.product_id]))
        for line in stock
    )


def boxes_by_reference(project: str, address: Address, wanted: WantedReservation) -> dict[str, int]:
    """The boxes of each call that the arrival takes."""
    if wanted.arrival is None:
        return {}
    references = arrival_references(project, address, wanted.arrival)
    left = wanted.arrival.boxes
    return {
        reference: min(left - place * BOXES_A_CALL, BOXES_A_CALL)
        for place, reference in enumerate(references)
    }


def unseen_references(
    arrivals: Arrivals, project: str, address: Address, wanted: WantedReservation | None
) -> tuple[str, ...]:
    """What Komet took of the arrival that is wanted now and does not show in stock: of a former one nobody
    asks any more."""
    asked = boxes_by_reference(project, address, wanted) if wanted is not None else {}
    return tuple(reference for reference in arrivals.unseen if reference in asked)


def _is_proved(reference: str, id: int | None, here: Sequence[StockLine]) -> bool:
    """Whether a line was added where it belongs: by its reference, by its id, and where Komet told no id and
    shows no references at all (A10), by the lack of any other sign."""
    if any(reference == line.reference or id == line.id for line in here):
        return True
    return id is None and not any(line.reference for line in here)
