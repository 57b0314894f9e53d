"""One prebook with everything known of it brought together: what is to stay, to go and to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import Assignment, assign_lines
from reconciler.kinds.prebooks.drawing import drawn_numbers
from reconciler.kinds.prebooks.header import (
    SHIP_NAMES,
    HeaderChange,
    header_changes,
    marked_comments,
    own_marker,
    ship_names,
    ship_to_sent,
)
from reconciler.kinds.prebooks.prebook import (
    LivePrebook,
    PrebookContent,
    PrebookItem,
    Purchase,
    WantedPrebook,
    live_prebook,
    purchases_in,
    wanted_prebook,
)
from reconciler.kinds.prebooks.record import (
    DRAWN,
    PURCHASES,
    SHIP_TO,
    UNSEEN,
    Record,
    hidden_of_header,
    hidden_of_item,
    record_of,
    value_before,
)
from reconciler.model.resource import Marker
from reconciler.model.value import Json, Path

PrebookLine = Line[PrebookContent]


class Hidden(Struct, frozen=True):
    """One attribute that Komet does not show, before and after."""

    path: Path
    before: Json
    after: Json

    @property
    def differs(self) -> bool:
        """Whether it is to be written."""
        return self.before != self.after


class Picture(Struct, frozen=True):
    """`header` and `hidden` are what can be compared, `incomparable` the paths of what cannot.

    `drawn` says from which order each item is to draw, `ship_to` which ship-to a call is to name, `names`
    what that one is called. `by_hand` holds the prices of lines that only a person can change: before, after.
    `purchases` are known where lines are to go, by line.
    """

    wanted: WantedPrebook | None
    live: LivePrebook | None
    vanished: LivePrebook | None
    retired: tuple[LivePrebook, ...]
    record: Record | None
    header: tuple[HeaderChange, ...]
    hidden: tuple[Hidden, ...]
    incomparable: tuple[Path, ...]
    assignment: Assignment[PrebookContent]
    drawn: Mapping[str, Json]
    ship_to: Json
    names: frozenset[str]
    marker: Marker
    found: Marker | None
    is_marked: bool
    by_hand: Mapping[int, tuple[Decimal | None, Decimal | None]]
    purchases: Mapping[int, Purchase]

    @property
    def arriving(self) -> tuple[tuple[PrebookItem, int], ...]:
        """The items of which boxes are to be appended, and how many."""
        lines = self.assignment.items
        items = self.wanted.items if self.wanted else ()
        return tuple((item, lines[item.name].missing) for item in items if lines[item.name].missing)

    @property
    def is_replaced(self) -> bool:
        """Whether it takes a new prebook: the header says so, or nobody could tell where a line would go."""
        if self.live is None or self.wanted is None:
            return False
        is_other = any(each.replaces for each in self.header)
        is_written_anew = any(each.differs and len(each.path) == 1 for each in self.hidden)
        return is_other or is_written_anew or self.is_ambiguous

    @property
    def is_ambiguous(self) -> bool:
        """Whether lines are to be appended and nobody can tell where Komet would put them: several prebooks
        have this header, or it has a ship-to that no call can name (`useExisting`, §7.2)."""
        return bool(self.arriving) and self.live is not None and bool(self.live.rivals or self.hides_ship_to)

    @property
    def hides_ship_to(self) -> bool:
        """Whether the live prebook goes elsewhere than a call could say: it shows a ship-to whose id nobody
        knows, or none although one is wanted."""
        return self.live is not None and bool(self.live.ship_name) != (self.ship_to is not None)

    @property
    def going(self) -> tuple[PrebookLine, ...]:
        """The lines of the live prebook that go, by id."""
        if self.live is None:
            return ()
        return self.live.lines if self.wanted is None or self.is_replaced else self.assignment.removed

    @property
    def fixed(self) -> tuple[PrebookLine, ...]:
        """The lines that were to go and cannot: bought with an order past Pending Approval (§5.7)."""
        going = [*self.going, *(line for order in self.retired for line in order.lines)]
        return tuple(line for line in going if line.id in self.purchases and self.purchases[line.id].is_fixed)


def picture_of(subject: Subject, scope: Scope) -> Picture:
    """The picture of `subject`. Pure; the catalogue in `scope` only words the header."""
    match = subject.match
    wanted = wanted_prebook(subject.resolved.attributes) if subject.resolved else None
    live = live_prebook(match.live.attributes) if match.live else None
    record = record_of(subject)
    drawn, ship_to = _found_out(subject, wanted, live, scope)
    names = ship_names(wanted, record.attributes if record else None, scope) if wanted else frozenset()
    if subject.resolved and isinstance(planned := subject.resolved.attributes.get(SHIP_NAMES), list):
        names |= {str(name) for name in planned}
    hidden, incomparable = _hidden(subject, wanted, live, record, drawn)
    purchases = _purchases(subject, live)
    by_hand = _by_hand(wanted, live, purchases)
    marker = own_marker(subject, scope)
    return Picture(
        wanted=wanted,
        live=live,
        vanished=live_prebook(match.cancelled.attributes) if match.cancelled else None,
        retired=tuple(live_prebook(order.attributes) for order in match.retired),
        record=record,
        header=header_changes(wanted, live, names, scope) if wanted and live else (),
        hidden=hidden if live else (),
        incomparable=incomparable if live else (),
        assignment=_assignment(subject, wanted, live, record, hidden, by_hand),
        drawn=drawn,
        ship_to=ship_to,
        names=names,
        marker=marker,
        found=match.live.marker if match.live else None,
        is_marked=match.live is not None and not _lacks_marker(wanted, live, match.live.marker, marker),
        by_hand=by_hand,
        purchases=purchases,
    )


def _lacks_marker(
    wanted: WantedPrebook | None, live: LivePrebook | None, found: Marker | None, marker: Marker
) -> bool:
    """Whether the prebook does not carry our marker, and there is room for it.

    What the configuration knows by its number needs none: it gets one with the next call that writes its
    header.
    """
    if wanted is None or live is None or found == marker:
        return False
    if found is None and wanted.number == live.number:
        return False
    return marked_comments(wanted, live, marker) != live.comments


def _found_out(
    subject: Subject, wanted: WantedPrebook | None, live: LivePrebook | None, scope: Scope
) -> tuple[Mapping[str, Json], Json]:
    """From which orders the items draw, and the ship-to; an apply goes by what its plan has found out."""
    if wanted is None or subject.resolved is None:
        return {}, None
    planned = subject.resolved.attributes.get(DRAWN)
    if isinstance(planned, Mapping):
        return planned, subject.resolved.attributes.get(SHIP_TO)
    return drawn_numbers(wanted, scope.ids), ship_to_sent(wanted, live, scope)


def _purchases(subject: Subject, live: LivePrebook | None) -> dict[int, Purchase]:
    """What is known of purchases now, and what the plan knew that is carried out."""
    planned = purchases_in(subject.resolved.attributes.get(PURCHASES)) if subject.resolved else ()
    orders = [live] if live else []
    orders += [live_prebook(order.attributes) for order in subject.match.retired]
    found = [purchase for order in orders for purchase in order.purchases]
    return {purchase.line_id: purchase for purchase in (*planned, *found)}


def _hidden(
    subject: Subject,
    wanted: WantedPrebook | None,
    live: LivePrebook | None,
    record: Record | None,
    drawn: Mapping[str, Json],
) -> tuple[tuple[Hidden, ...], tuple[Path, ...]]:
    """What is written and not shown, compared with the record; and the paths of what cannot be compared."""
    if wanted is None:
        return (), ()
    found: list[Hidden] = []
    incomparable: list[Path] = []
    values: list[tuple[Path, Json]] = [((name,), value) for name, value in hidden_of_header(wanted).items()]
    for item in wanted.items:
        values += [(("items", item.name, name), value) for name, value in hidden_of_item(item, drawn).items()]
    for path, value in values:
        known, before = (True, UNSEEN) if subject.rewrite else _recorded(record, wanted, live, path, value)
        if known:
            found.append(Hidden(path, before, value))
        else:
            incomparable.append(path)
    return tuple(found), tuple(incomparable)


def _recorded(
    record: Record | None, wanted: WantedPrebook, live: LivePrebook | None, path: Path, value: Json
) -> tuple[bool, Json]:
    """Whether the value at `path` is known from the record, and what it was."""
    if record is None:
        return False, None
    if len(path) == 1:
        former = hidden_of_header(record.wanted).get(str(path[0]))
        return value_before(value, former, path not in record.unknown)
    item = next(each for each in wanted.items if each.name == path[1])
    record = record.of(_lines_of(item.content, live))
    was = record.item_like(item)
    if was is None:
        return False, None
    former = hidden_of_item(was, record.drawn).get(str(path[2]))
    return value_before(value, former, ("items", was.name, str(path[2])) not in record.unknown)


def _lines_of(content: PrebookContent, live: LivePrebook | None) -> list[PrebookLine]:
    return [line for line in (live.lines if live else ()) if line.content.identity == content.identity]


def _outgoing(live: LivePrebook | None, record: Record | None) -> frozenset[int]:
    """The lines that an apply was about to delete when it died, where what replaces them stands already."""
    if record is None or live is None:
        return frozenset()
    return frozenset(
        line.id
        for line in live.lines
        if line.id in record.outgoing and record.of(_lines_of(line.content, live)) is record
    )


def _assignment(
    subject: Subject,
    wanted: WantedPrebook | None,
    live: LivePrebook | None,
    record: Record | None,
    hidden: Iterable[Hidden],
    by_hand: Mapping[int, tuple[Decimal | None, Decimal | None]],
) -> Assignment[PrebookContent]:
    """The lines told apart; a line whose price waits for a person counts as having it."""
    lines = [
        replace(line, content=replace(line.content, price=by_hand[line.id][1]))
        if line.id in by_hand
        else line
        for line in (live.lines if live else ())
    ]
    outdated = {str(each.path[1]) for each in hidden if each.differs and len(each.path) > 1}
    return assign_lines(
        wanted.items if wanted else (),
        lines,
        {item.name: item.content for item in record.wanted.items} if record else {},
        outdated=frozenset(outdated),
        outgoing=subject.outgoing | _outgoing(live, record),
    )


def _by_hand(
    wanted: WantedPrebook | None, live: LivePrebook | None, purchases: Mapping[int, Purchase]
) -> dict[int, tuple[Decimal | None, Decimal | None]]:
    """The lines that are bought and of which only the price is wrong: a person can edit that (§7.1)."""
    if wanted is None or live is None:
        return {}
    return {
        line.id: (line.content.price, item.content.price)
        for line in live.lines
        if line.id in purchases and purchases[line.id].is_fixed
        for item in wanted.items
        if line.content.serves_but_for_price(item.content) and not line.content.serves(item.content)
    }
