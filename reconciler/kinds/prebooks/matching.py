"""Which live prebook stands for which address, and what else has its header."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec.structs import replace

from reconciler.kinds.kind import Match, Matches, Scope, Subject
from reconciler.kinds.orders.line import CANCELLED
from reconciler.kinds.orders.matching import OrderTraits, match_orders
from reconciler.kinds.prebooks.answer import NAME
from reconciler.kinds.prebooks.calls import added_lines
from reconciler.kinds.prebooks.picture import picture_of
from reconciler.kinds.prebooks.prebook import (
    LivePrebook,
    PrebookContent,
    WantedPrebook,
    live_prebook,
    prebook_json,
    wanted_prebook,
)
from reconciler.kinds.prebooks.rivals import Headers, live_header, wanted_header
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import Binding, LiveResource, ResolvedResource, Sought
from reconciler.model.value import Json, canonical_bytes


def match_prebooks(sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope) -> Matches:
    """By binding, by marker, by `number`; an unmarked equal prebook is adopted.

    One that was bound and is nowhere any more was cancelled or deleted by a person: reads show neither.
    """
    matches = match_orders(TRAITS, sought, live, scope)
    if not matches.wanted:
        return matches
    sought = [*sought, *(scope.calm.wake(each) for each in matches.wanted if each in scope.calm.agreements)]
    headers = _headers(sought, live, matches, scope)
    bindings = {each.address: each.binding for each in sought}
    wanted = {
        address: _seen(match, address, bindings.get(address), headers, live)
        for address, match in matches.wanted.items()
    }
    faults = (
        *matches.diagnostics,
        *_oversized(sought, wanted, headers, scope),
        *_unpriced(sought, wanted, scope),
    )
    return replace(matches, wanted=wanted, diagnostics=faults)


def _headers(
    sought: Sequence[Sought], live: Sequence[LiveResource], matches: Matches, scope: Scope
) -> Headers:
    """The headers of what is not agreed on, and of what has date and customer of one of these: nobody asks
    for the others, which are not looked into."""
    wanted = {
        each.address: wanted_prebook(each.resolved.attributes) for each in sought if each.resolved is not None
    }
    standing = [
        live_prebook(order.attributes)
        for match in (*matches.wanted.values(), *matches.orphans.values())
        for order in (match.live, *match.retired)
        if order is not None
    ]
    buyers: dict[str, set[int | None]] = defaultdict(set)
    for each in wanted.values():
        customer = scope.ids.by_address.get(Address("customers", each.customer))
        buyers[each.ship_date] |= set() if customer is None else {customer}
    for stands in standing:
        buyers[stands.ship_date].add(stands.customer_id)
    quiet = set()
    for address, order in matches.agreed.items():
        if _is_among(buyers, scope.calm.agreements[address], scope):
            resolved = scope.calm.wake(address).resolved
            assert resolved is not None
            wanted[address] = wanted_prebook(resolved.attributes)
        else:
            quiet.add(order.id)
    headers = Headers()
    headers.add(live_header(live_prebook(each.attributes)) for each in live if each.id not in quiet)
    headers.add(wanted_header(address, each, scope) for address, each in wanted.items())
    return headers


def _is_among(buyers: Mapping[str, Set[int | None]], agreed: Agreement, scope: Scope) -> bool:
    """Whether a prebook that is agreed on has the date and the customer of one that is not. It does show its
    customer, since what does not is never agreed on; one of the others that shows none could be anybody's."""
    here = buyers.get(agreed.ship_date, frozenset())
    own = {scope.ids.by_address.get(each) for each in agreed.depends_on if each.kind == "customers"}
    return None in here or not own.isdisjoint(here)


def _seen(
    match: Match, address: Address, binding: Binding | None, headers: Headers, live: Sequence[LiveResource]
) -> Match:
    """`match` with what has the same header; or with the ghost of a prebook that vanished. One that shows no
    customer has to be looked into by every plan: it could have the header of any other."""
    if match.live is None:
        return match if binding is None or not binding.id else Match(cancelled=_ghost(binding))
    prebook = live_prebook(match.live.attributes)
    rivals = headers.rivals(live_header(prebook), str(address))
    attributes: dict[str, Json] = dict(match.live.attributes) | {"rivals": [*rivals]}
    shown = match.live.shown if prebook.customer_id is not None else ""
    return replace(match, live=replace(match.live, attributes=attributes, shown=shown))


def _ghost(binding: Binding) -> LiveResource:
    """What is left of a prebook that is not there any more."""
    nothing = LivePrebook(
        id=binding.id,
        number=binding.number or "",
        ship_date=str(binding.facts.get("ship_date", "")),
        customer_id=None,
        location_id=None,
        location_code="",
        carrier_id=None,
        customer_po="",
        ship_via="",
        ship_name="",
        comments="",
        lines=(),
        status=CANCELLED,
    )
    return LiveResource(NAME, binding.id, binding.number, None, prebook_json(nothing))


def _oversized(
    sought: Sequence[Sought], matches: Mapping[Address, Match], headers: Headers, scope: Scope
) -> Iterator[Diagnostic]:
    """New prebooks that need several calls while Komet could not tell which prebook the later ones mean."""
    for each in sought:
        if each.resolved is None or each.address not in matches or matches[each.address].live is not None:
            continue
        wanted = wanted_prebook(each.resolved.attributes)
        calls = len(added_lines([(item, item.count) for item in wanted.items], {}))
        rivals = headers.rivals(wanted_header(each.address, wanted, scope)) if calls > 1 else ()
        if rivals:
            yield Diagnostic(
                Severity.ERROR,
                f"{len(wanted.items)} items take {calls} calls, and {', '.join(rivals)} has the same header: "
                "Komet could put the later ones there",
                detail="write a customer_po that no other prebook of that day has",
                address=each.address,
                path=("items",),
            )


def _unpriced(
    sought: Sequence[Sought], matches: Mapping[Address, Match], scope: Scope
) -> Iterator[Diagnostic]:
    """Assorted boxes that are to be added, and nobody has said what is in them costs (Komet API §7.2)."""
    for each in sought:
        if each.resolved is None or each.address not in matches:
            continue
        items = wanted_prebook(each.resolved.attributes).items
        lacking = [item for item in items if any(part.cost is None for part in item.content.breakdown)]
        if not lacking:
            continue
        picture = picture_of(Subject(each.address, each.resolved, matches[each.address], each.applied), scope)
        arriving = items if picture.is_replaced else [item for item, _ in picture.arriving]
        for item in lacking:
            if item in arriving:
                yield Diagnostic(
                    Severity.ERROR,
                    f"{item.name} is to be added, and the cost of what is in its boxes is not written",
                    detail="Komet asks for the cost of each product of an assorted box: write it",
                    address=each.address,
                    path=("items", item.name, "breakdown"),
                )


def _is_as_wanted(wanted: ResolvedResource, live: LiveResource, scope: Scope) -> bool:
    """Whether a live prebook has the wanted header and lines, as far as Komet shows them."""
    picture = picture_of(Subject(wanted.address, wanted, Match(live)), scope)
    has_lines = not picture.arriving and not picture.assignment.removed
    return has_lines and not any(each.replaces for each in picture.header)


def _key_of_wanted(resolved: ResolvedResource, scope: Scope) -> bytes:
    wanted = wanted_prebook(resolved.attributes)
    customer = scope.ids.by_address.get(Address("customers", wanted.customer))
    place = [wanted.carrier_id, wanted.location_id, (wanted.ship_to_title or "").casefold()]
    lines = [(item.content, item.count) for item in wanted.items]
    return _key(wanted, customer, place, lines)


def _key_of_live(resource: LiveResource, scope: Scope) -> bytes | None:
    """None for what shows no customer: it must not be adopted."""
    live = live_prebook(resource.attributes)
    if live.customer_id is None:
        return None
    place = [live.carrier_id, live.location_id, live.ship_name.casefold()]
    return _key(live, live.customer_id, place, [(line.content, line.boxes) for line in live.lines])


def _key(
    order: WantedPrebook | LivePrebook,
    customer: int | None,
    place: Sequence[Json],
    lines: Sequence[tuple[PrebookContent, int]],
) -> bytes:
    """Equal for equal prebooks; equal lines count together, as an item may stand on several lines."""
    counts: Counter[str] = Counter()
    for content, count in lines:
        counts[repr((content.identity, content.price, content.mixture))] += count
    shown: list[Json] = [[content, count] for content, count in sorted(counts.items())]
    return canonical_bytes([order.ship_date, order.customer_po or "", customer, *place, *shown])


TRAITS = OrderTraits(NAME, "prebook", _is_as_wanted, _key_of_wanted, _key_of_live)
