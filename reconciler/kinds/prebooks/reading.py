"""The reading of prebooks: by truck date, and what was moved away by one list over all dates."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import UnexpectedAnswer
from reconciler.kinds.kind import Match, Matches, Reading, Scope, Subject
from reconciler.kinds.orders.binding import successor_day
from reconciler.kinds.orders.line import CANCELLED
from reconciler.kinds.orders.marker import split_marker
from reconciler.kinds.orders.matching import is_settled, rows_of, ship_date
from reconciler.kinds.prebooks.answer import NAME, parse_prebook
from reconciler.kinds.prebooks.picture import picture_of
from reconciler.kinds.prebooks.prebook import Purchase, live_prebook, prebook_json
from reconciler.kinds.purchase_orders.answer import status_words
from reconciler.kinds.recalling import recall
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource, Sought
from reconciler.model.value import Json

DETAILS = "prebook.details.list"
HEADERS = "prebook.list"
ORDERS = "purchase.order.list"
SIX_MONTHS = timedelta(days=180)
"""What one call of prebook.list may span, a few days less (Komet API §1.5)."""

FORMER_DATES = "former_dates"
"""Under which a binding says on which other dates predecessors stand."""

Matching = Callable[[Sequence[Sought], Sequence[LiveResource], Scope], Matches]


def read_prebooks(sought: Sequence[Sought], scope: Scope, match: Matching) -> Reading:
    """Every truck date once; what is not where it is known to be, and what nobody remembers, is looked for by
    one list of headers: a prebook is never made while one of ours stands on another day (A22).

    A successor is looked for where it is wanted. No prebook is read by its number: a date costs the same and
    shows what else has the same header. The purchase orders of lines are asked for where lines are to go, and
    there alone (§5.7).
    """
    wanted = [each for each in sought if not is_settled(each, scope.today)]
    found: dict[int, LiveResource] = {}
    dates = truck_dates(wanted) | {each.ship_date for each in scope.calm.agreements.values()}
    yield from _read_dates(dates, found, scope)
    if missing := _missing(_doubtful(wanted, found, scope), found, scope):
        elsewhere = yield from _read_dates_of(missing, scope)
        yield from _read_dates(elsewhere - dates, found, scope)
    unread = {
        day for each in _doubtful(wanted, found, scope) for day in _search_dates(each, found, scope)
    } - dates
    yield from _read_dates(unread, found, scope)
    live = tuple(found[id] for id in sorted(found))
    bought = yield from _read_purchases(wanted, live, scope, match)
    return tuple(bought.get(each.id, each) for each in live)


def _doubtful(wanted: Sequence[Sought], found: Mapping[int, LiveResource], scope: Scope) -> Sequence[Sought]:
    """What is `wanted`, and of the rest what does not show what it showed when both sides agreed."""
    return [*wanted, *scope.calm.woken(rows_of(found))]


def expected_prebook_calls(sought: Sequence[Sought], scope: Scope) -> int:
    """The calls of `read_prebooks` when every prebook stands where it is known to be."""
    wanted = [each for each in sought if not is_settled(each, scope.today)]
    purchases = sum(1 + len(each.binding.retired) for each in wanted if each.binding and each.removes)
    return len(truck_dates(wanted)) + purchases


def truck_dates(sought: Iterable[Sought]) -> set[str]:
    """The dates on which they are known to be, and on which they are wanted where nobody knows them."""
    dates: set[str] = set()
    for each in sought:
        known = each.binding.facts.get("ship_date") if each.binding else None
        former = each.binding.facts.get(FORMER_DATES) if each.binding else None
        dates |= {str(day) for day in former} if isinstance(former, list) else set()
        dates |= {day for day in (known, successor_day(each.binding)) if isinstance(day, str) and day}
        if each.resolved is not None and (each.search or not known):
            dates.add(ship_date(each.resolved))
    return dates


def _read_dates(dates: Iterable[str], found: dict[int, LiveResource], scope: Scope) -> Reading:
    queries = [Query(DETAILS, {"date": day}) for day in sorted(dates)]
    if queries:
        answers = yield queries
        for answer in answers:
            for prebook in recall(NAME, row_of(answer), "prebooks", scope, parse_prebook):
                found[prebook.id] = prebook
    return ()


def _search_dates(each: Sought, found: Mapping[int, LiveResource], scope: Scope) -> list[str]:
    """The date on which a marked successor may stand of which nobody knows: no prebook is made before its
    date was read (A22)."""
    if each.resolved is None or each.binding is None:
        return []
    live = found.get(each.binding.id)
    if live is not None:
        picture = picture_of(Subject(each.address, each.resolved, Match(live), each.applied), scope)
        if not any(change.replaces for change in picture.header):
            return []
    return [ship_date(each.resolved)]


class Missing(Struct, frozen=True):
    """What is looked for on all dates: `numbers` that are bound or named, and the `names` in markers of what
    nobody remembers."""

    numbers: frozenset[str]
    names: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.names)


def _missing(sought: Iterable[Sought], found: Mapping[int, LiveResource], scope: Scope) -> Missing:
    """What does not stand where it is known to be or wanted. What an apply deletes is to be found nowhere,
    and what it creates was looked for by its plan."""
    there = {each.number for each in found.values()}
    marked = {
        each.marker.name for each in found.values() if each.marker and each.marker.project == scope.project
    }
    numbers: set[str] = set()
    names: set[str] = set()
    for each in sought:
        if each.removes is not None and (each.resolved is None or each.binding is None):
            continue
        bound = each.binding.number if each.binding and each.binding.id not in found else None
        named = None if each.is_agreed or not each.resolved else each.resolved.attributes.get("number")
        numbers |= {number for number in (bound, named) if isinstance(number, str) and number not in there}
        own = _marker_names(each.address, scope)
        if each.binding is None and named not in there and not own & marked:
            names |= own
    return Missing(frozenset(numbers), frozenset(names))


def _marker_names(address: Address, scope: Scope) -> set[str]:
    """The names under which a marker may speak of `address`."""
    former = {Address.parse(old).name for old, new in scope.moved.items() if new == address}
    return {address.name, *former}


def _read_dates_of(missing: Missing, scope: Scope) -> Generator[Sequence[Query], Sequence[Answer], set[str]]:
    """The truck dates from today on at which what is missing stands; none for what is gone.

    Raises `UnexpectedAnswer` where prebook.list shows no date, which is not documented (A32).
    """
    today = date.fromisoformat(scope.today)
    span: dict[str, Json] = {"dateFrom": scope.today, "dateTo": (today + SIX_MONTHS).isoformat()}
    (answer,) = yield [Query(HEADERS, span)]
    dates: set[str] = set()
    for row in row_of(answer).rows("prebooks"):
        _, marker = split_marker(row.text("comments"))
        is_ours = marker is not None and marker.project == scope.project and marker.name in missing.names
        if is_ours or row.text("number") in missing.numbers:
            day = row.date("truckDate")
            if not day:
                raise UnexpectedAnswer(HEADERS, f"{row.where}truckDate", "a date", None)
            dates.add(day)
    return dates


def _read_purchases(
    sought: Sequence[Sought], live: Sequence[LiveResource], scope: Scope, match: Matching
) -> Generator[Sequence[Query], Sequence[Answer], dict[int, LiveResource]]:
    """The prebooks of which lines are to go, with the purchase orders that these lines were bought with."""
    asking = [each for each in sought if each.removes is not False]
    if not asking and not scope.calm.agreements:
        return {}
    matches = match(sought, live, scope)
    asking += [scope.calm.wake(each) for each in matches.wanted if each in scope.calm.agreements]
    if any(each.removes is None for each in asking):
        strays = matches.orphans.keys() - {each.address for each in sought}  # known by their markers alone
        asking += [Sought(address, None, None, removes=None) for address in sorted(strays)]
    by_id = {each.id: each for each in live}
    asked: list[LiveResource] = []
    for each in asking:
        found = matches.wanted.get(each.address) or matches.orphans.get(each.address) or Match()
        if found.live is not None and (each.removes or _is_losing_lines(each, found, scope)):
            asked += [by_id[found.live.id], *(by_id[order.id] for order in found.retired)]
    queries = [Query(ORDERS, {"prebook": order.number}, may_be_refused=True) for order in asked]
    answers = (yield queries) if queries else ()
    return {order.id: _with_purchases(order, answer) for order, answer in zip(asked, answers, strict=True)}


def _is_losing_lines(each: Sought, found: Match, scope: Scope) -> bool:
    picture = picture_of(Subject(each.address, each.resolved, found, each.applied), scope)
    return bool(picture.going or any(order.lines for order in picture.retired))


def _with_purchases(order: LiveResource, answer: Answer) -> LiveResource:
    """`order` with the purchases of its lines; a cancelled order or line is none.

    That a prebook's number alone finds its orders is nowhere written (A41).
    """
    prebook = live_prebook(order.attributes)
    if answer.is_refusal:
        return replace(order, attributes=prebook_json(replace(prebook, hides_purchases=True)), shown="")
    lines = {line.id for line in prebook.lines}
    purchases = sorted(
        (line_id, row.text("number"), status_words(row.text("status")))
        for row in row_of(answer).rows("purchaseOrders")
        for detail in row.rows("details")
        if (line_id := detail.integer("prebookItemId")) in lines
        and CANCELLED not in (status_words(row.text("status")), detail.text("lineItemStatus"))
    )
    bought = replace(prebook, purchases=tuple(Purchase(*each) for each in purchases))
    return replace(order, attributes=prebook_json(bought), shown="")
