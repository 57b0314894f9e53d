"""Both sides of a reservation as a reader sees them: boxes, and whose each line is."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.kind import Comparison, Scope, Subject
from reconciler.kinds.reservations.arrivals import boxes_by_reference, unseen_references
from reconciler.kinds.reservations.sharing import age_in_days
from reconciler.kinds.reservations.standing import Standing, standing_for
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation, wanted_reservation
from reconciler.model.change import Reason, ReservedBoxes
from reconciler.model.value import Json

FREE = "free"


def compare_reservations(subject: Subject, scope: Scope) -> Comparison:
    """The boxes that stand reserved and count, and the lines whose customer is to change.

    A shortage that nothing can mend is no difference: it is said, with where the missing boxes are.
    """
    standing = standing_for(subject)
    share = standing.share
    customer = customer_name(subject, standing, scope)
    wanted = wanted_reservation(subject.resolved.attributes) if subject.resolved else None
    doubtful = _doubtful_boxes(subject, wanted, standing, scope)
    again = doubtful if subject.rewrite else 0
    before: dict[str, Json] = {}
    after: dict[str, Json] = {}
    unseen = unseen_references(standing.arrived, scope.project, subject.address, wanted)
    if share.reserve or share.release or share.arriving or again or unseen:
        before["boxes"], after["boxes"] = share.before, share.after + again
        old = {f"line {line.id}": FREE for line in share.reserve}
        new = {f"line {line.id}": customer for line in share.reserve}
        old |= {f"line {line.id}": customer for line in share.release}
        new |= {f"line {line.id}": FREE for line in share.release}
        if share.arriving or again:
            before["arrival"], after["arrival"] = None, f"{share.arriving + again} boxes"
        elif unseen:
            before["arrival"], after["arrival"] = "taken by Komet and not in stock", "in stock"
        before["lines"], after["lines"] = {**old}, {**new}
    is_unknown = bool(doubtful and not subject.rewrite)
    return Comparison(
        before,
        after,
        incomparable=(("arrival",),) if is_unknown else (),
        notes=_notes(wanted, standing, scope),
        warnings=(*_shortage(wanted, standing), *(_doubts(subject, doubtful) if is_unknown else ())),
        reason=_reason(standing) if wanted is not None else None,
        reserved=_reserved_boxes(wanted, standing, scope),
    )


def reservation_headline(subject: Subject, scope: Scope) -> str:
    """Product, pack, location and customer; for one that is gone, whose lines it gives up."""
    standing = standing_for(subject)
    place = scope.catalogue.label("locations", standing.wanted.location_id)
    customer = customer_name(subject, standing, scope)
    if subject.resolved is None:
        return f"{place} · for {customer}"
    wanted = wanted_reservation(subject.resolved.attributes)
    product = scope.catalogue.name_of("products", wanted.product_id)
    share = standing.share
    return (
        f"{product} · {wanted.box_type} · {place} · for {customer} · {share.before} of {wanted.boxes} boxes"
    )


def customer_name(subject: Subject, standing: Standing, scope: Scope) -> str:
    """The customer as the configuration names it, else by its id."""
    if subject.resolved is not None:
        return wanted_reservation(subject.resolved.attributes).customer
    known = scope.ids.address_of("customers", standing.customer_id or 0)
    return known.name if known is not None else f"id {standing.customer_id}"


def line_words(line: StockLine, scope: Scope) -> str:
    """A line as a person finds it on the screen."""
    product = scope.catalogue.name_of("products", line.product_id)
    pack = f"{line.bunches} × {line.stems}"
    vendor = f", {scope.catalogue.name_of('vendors', line.vendor_id)}" if line.vendor_id else ""
    return f"{line.boxes} {line.box_type} {product}, {pack}{vendor}"


def _reason(standing: Standing) -> Reason:
    share = standing.share
    is_surplus = share.release and not (share.reserve or share.arriving)
    return Reason.STOCK_SURPLUS if is_surplus else Reason.STOCK_SHORT


def _shortage(wanted: WantedReservation | None, standing: Standing) -> Iterator[str]:
    share = standing.share
    if wanted is not None and share.missing:
        yield f"{share.missing} of {wanted.boxes} boxes are missing: {'; '.join(share.reasons)}"


def _doubts(subject: Subject, boxes: int) -> Iterator[str]:
    yield (
        f"{boxes} boxes of the arrival are not added: nothing is remembered of this account, and they may "
        f"have been added and sold since; `plan --rewrite {subject.address}` adds them"
    )


def _doubtful_boxes(
    subject: Subject, wanted: WantedReservation | None, standing: Standing, scope: Scope
) -> int:
    """The boxes of the arrival of which nobody knows whether they were added."""
    if wanted is None or not standing.arrived.doubtful:
        return 0
    parts = boxes_by_reference(scope.project, subject.address, wanted)
    return sum(parts.get(reference, 0) for reference in standing.arrived.doubtful)


def _notes(wanted: WantedReservation | None, standing: Standing, scope: Scope) -> tuple[str, ...]:
    """Why lines are released although boxes are wanted."""
    if wanted is None or wanted.max_age is None:
        return ()
    old = [line for line in standing.share.release if age_in_days(line, scope.today) > wanted.max_age]
    return tuple(f"line {line.id} is {age_in_days(line, scope.today)} days old" for line in old)


def _reserved_boxes(
    wanted: WantedReservation | None, standing: Standing, scope: Scope
) -> tuple[ReservedBoxes, ...]:
    if wanted is None:
        return ()
    share = standing.share
    product = scope.catalogue.label("products", wanted.product_id)
    place = scope.catalogue.label("locations", wanted.location_id)
    gain = sum(line.boxes for line in share.reserve) - sum(line.boxes for line in share.release)
    return (ReservedBoxes(f"{product} in {place}", share.reserved, gain, share.arriving, share.total),)
