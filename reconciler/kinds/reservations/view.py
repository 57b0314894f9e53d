"""Both sides of a reservation as a reader sees them: boxes, and whose each line is."""

from __future__ import annotations

from reconciler.kinds.kind import Comparison, Scope, Subject
from reconciler.kinds.reservations.sharing import age_in_days
from reconciler.kinds.reservations.standing import Standing, standing_of
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation, wanted_reservation
from reconciler.model.change import Reason, ReservedBoxes
from reconciler.model.value import Json

FREE = "free"


def compare_reservations(subject: Subject, scope: Scope) -> Comparison:
    """The boxes that stand reserved and count, and the lines whose customer is to change.

    A shortage that nothing can mend is no difference: it is said, with where the missing boxes are.
    """
    assert subject.match.live is not None
    standing = standing_of(subject.match.live.attributes)
    share = standing.share
    customer = customer_name(subject, standing, scope)
    before: dict[str, Json] = {}
    after: dict[str, Json] = {}
    if share.reserve or share.release or share.arriving:
        before["boxes"], after["boxes"] = share.before, share.after
        old = {f"line {line.id}": FREE for line in share.reserve}
        new = {f"line {line.id}": customer for line in share.reserve}
        old |= {f"line {line.id}": customer for line in share.release}
        new |= {f"line {line.id}": FREE for line in share.release}
        if share.arriving:
            before["arrival"], after["arrival"] = None, f"{share.arriving} boxes"
        before["lines"], after["lines"] = {**old}, {**new}
    wanted = wanted_reservation(subject.resolved.attributes) if subject.resolved else None
    warning = _shortage(wanted, standing) if wanted is not None and share.missing else ""
    return Comparison(
        before,
        after,
        notes=_notes(wanted, standing, scope),
        warnings=(warning,) if warning else (),
        reason=_reason(standing) if wanted is not None else None,
        reserved=_reserved_boxes(wanted, standing, scope),
    )


def reservation_headline(subject: Subject, scope: Scope) -> str:
    """Product, pack, location and customer; for one that is gone, whose lines it gives up."""
    assert subject.match.live is not None
    standing = standing_of(subject.match.live.attributes)
    place = scope.catalogue.label("locations", standing.location_id)
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
    return Reason.STOCK_SHORT if standing.share.reserve or standing.share.arriving else Reason.STOCK_SURPLUS


def _shortage(wanted: WantedReservation, standing: Standing) -> str:
    share = standing.share
    return f"{share.missing} of {wanted.boxes} boxes are missing: {'; '.join(share.reasons)}"


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
    place = scope.catalogue.label("locations", standing.location_id)
    gain = sum(line.boxes for line in share.reserve) - sum(line.boxes for line in share.release)
    return (ReservedBoxes(f"{product} in {place}", share.reserved, gain, share.arriving, share.total),)
