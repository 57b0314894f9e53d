"""Bringing together what is known of one reservation or order, before anybody looks into a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from reconciler.kinds.kind import Match, Subject
from reconciler.kinds.orders.order import Item, LiveOrder, WantedOrder, wanted_order
from reconciler.kinds.purchase_orders.picture import Picture, header_labels, picture_of
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.reservations.standing import standing_of
from reconciler.kinds.reservations.stock import stock_line
from reconciler.kinds.reservations.wanted import WantedReservation, wanted_reservation
from reconciler.model.resource import Applied, Binding, ResolvedResource
from reconciler.model.step import OpenStep, OperatorStep
from reconciler.verify.acceptance import Acceptance
from reconciler.verify.account import Account
from reconciler.verify.finding import Answered, Claim
from reconciler.verify.orders import OrderItem
from reconciler.verify.stock import Stock

NOT_SENT = Acceptance(Claim(Answered.NO, "nothing was sent for it yet"))


def order_items(
    resolved: ResolvedResource,
    applied: Applied | None,
    account: Account,
    acceptance: Acceptance | None,
    steps: Sequence[OpenStep],
) -> list[OrderItem]:
    """Every item of one order, by name."""
    match = account.matches["purchase_orders"].wanted.get(resolved.address, Match())
    subject = Subject(resolved.address, resolved, match, applied)
    picture = picture_of(subject, account.scope)
    wanted = wanted_order(resolved.attributes)
    here = header_labels(picture.live, account.scope)["location"] if picture.live else ""
    there = header_labels(wanted, account.scope)["location"]
    open_now = _still_open(subject, account, steps)
    accepted = acceptance or (_found() if picture.live else NOT_SENT)
    cancelled = picture.cancelled
    return [
        OrderItem(
            address=resolved.address,
            headline=_headline(wanted, item, picture.live, account),
            wanted=wanted,
            item=item,
            order=picture.live,
            lines=picture.assignment.items[item.name].shown,
            lost=picture.assignment.items[item.name].lost,
            priced=_priced(item, applied, match),
            others=_others(picture, item),
            steps=open_now,
            accepted=accepted,
            labels=(here, there),
            read_at=account.read_at,
            today=date.fromisoformat(account.scope.today),
            cancelled=f"{cancelled.number} was cancelled in Komet" if cancelled else None,
        )
        for item in wanted.items
    ]


def stock_of(
    resolved: ResolvedResource,
    applied: Applied | None,
    binding: Binding | None,
    account: Account,
    acceptance: Acceptance | None,
    steps: Sequence[OpenStep],
) -> Stock:
    """One reservation."""
    match = account.matches["reservations"].wanted[resolved.address]
    subject = Subject(resolved.address, resolved, match, applied)
    wanted = wanted_reservation(resolved.attributes)
    open_now = _still_open(subject, account, steps) if account.error is None else {}
    assert match.live is not None
    standing = standing_of(match.live.attributes) if account.error is None else None
    is_known = standing is not None and bool(standing.share.kept)
    held = (account.held or {}).get(wanted.location_id)
    return Stock(
        address=resolved.address,
        headline=_stock_headline(subject, wanted, account),
        wanted=wanted,
        standing=standing,
        lines=[
            line
            for each in account.stock
            if (line := stock_line(each.attributes)).location_id == wanted.location_id
        ],
        known=_known_lines(binding, steps, open_now),
        grew=applied is None or wanted_reservation(applied.attributes).boxes < wanted.boxes,
        held=held,
        steps=tuple(words for key, words in open_now.items() if key.startswith("reserve ")),
        accepted=_person(steps, open_now) or acceptance or (_found() if is_known else NOT_SENT),
        read_at=account.read_at,
        today=date.fromisoformat(account.scope.today),
        problem=str(account.error or ""),
    )


def _still_open(subject: Subject, account: Account, steps: Sequence[OpenStep]) -> dict[str, tuple[str, str]]:
    """The steps of the worklist that Komet still needs, by key: what was done since is not open any more."""
    needed = {
        step.key
        for step in REGISTRY[subject.address.kind].lower(subject, account.scope)
        if isinstance(step, OperatorStep)
    }
    return {
        each.step.key: (each.step.instruction, f"{each.since:%Y-%m-%d %H:%M} UTC")
        for each in steps
        if each.step.key in needed
    }


def _known_lines(
    binding: Binding | None, steps: Sequence[OpenStep], open_now: Mapping[str, object]
) -> frozenset[int]:
    """The lines that were reserved when last recorded, and those that a person has been told to reserve."""
    bound = binding.facts.get("lines") if binding else None
    lines = {id for id in (bound if isinstance(bound, list) else []) if isinstance(id, int)}
    for each in steps:
        word, _, target = each.step.key.partition(" ")
        if word == "reserve" and each.step.key not in open_now and target.isdigit():
            lines.add(int(target))
    return frozenset(lines)


def _person(steps: Sequence[OpenStep], open_now: Mapping[str, object]) -> Acceptance | None:
    """What a person was asked to do: open, or done as far as reading shows."""
    if not steps:
        return None
    count = len(open_now)
    if count:
        return Acceptance(Claim(Answered.NO, f"{count} of {len(steps)} steps for a person are open"))
    return Acceptance(Claim(Answered.YES, "the steps for a person are not needed any more"))


def _found() -> Acceptance:
    return Acceptance(Claim(Answered.YES, "nothing was needed: it was found as wanted"))


def _priced(item: Item, applied: Applied | None, match: Match) -> bool | None:
    """Whether the item has a selling price as far as anybody recorded it (A25)."""
    if applied is None:
        is_ours = match.live is not None and match.live.marker is not None
        return False if item.price is None and is_ours else None
    former = {each.content.identity: each for each in wanted_order(applied.attributes).items}
    was = former.get(item.content.identity)
    paths = applied.attributes.get("unknown")
    unknown = [path[1] for path in paths if isinstance(path, list)] if isinstance(paths, list) else []
    if was is None or was.name in unknown:
        return None
    if was.price is None:
        return False if match.live is not None and match.live.marker is not None else None
    return was.price > 0


def _others(picture: Picture, item: Item) -> tuple[int, ...]:
    mine = {line.id for line in picture.assignment.items[item.name].shown}
    lines = picture.live.live_lines if picture.live else ()
    return tuple(line.id for line in lines if line.id not in mine and line.confirmed)


def _headline(wanted: WantedOrder, item: Item, order: LiveOrder | None, account: Account) -> str:
    labels = header_labels(order or wanted, account.scope)
    content = item.content
    product = account.scope.catalogue.label("products", content.product_id)
    words = [
        order.number if order else "",
        labels["vendor"],
        f"ships {labels['ship_date']}",
        labels["location"],
        f"{item.boxes} {content.box_type} {product}, {content.bunches} × {content.stems}",
    ]
    return " · ".join(word for word in words if word)


def _stock_headline(subject: Subject, wanted: WantedReservation, account: Account) -> str:
    lists = account.scope.catalogue
    product, place = lists.label("products", wanted.product_id), lists.label("locations", wanted.location_id)
    pack = f", {wanted.bunches} × {wanted.stems}" if wanted.bunches and wanted.stems else ""
    return f"on hand · {place} · {wanted.boxes} {wanted.box_type} {product}{pack}"
