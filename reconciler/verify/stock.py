"""Whether a reservation of stock on hand is seen, and by elimination why not (Komet API §4.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from reconciler.kinds.reservations.standing import Standing
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation
from reconciler.model.address import Address
from reconciler.verify import causes
from reconciler.verify.acceptance import Acceptance
from reconciler.verify.finding import Answered, Cause, CauseName, Claim, Finding
from reconciler.verify.orders import RHYTHM
from reconciler.verify.shelf import ON_HAND
from reconciler.verify.shop import Shop


class Stock(Struct, frozen=True):
    """All that is known of one reservation but what its customer sees.

    `standing` is None when the stock could not be told apart, `problem` says why. `lines` are all of the
    location. `known` are the lines that were reserved when last seen, `grew` says that more is wanted since
    then. `held` are the held ones, None where nobody asked. `steps`: the open operator steps, each with its
    instruction and since when.
    """

    address: Address
    headline: str
    wanted: WantedReservation
    standing: Standing | None
    lines: Sequence[StockLine]
    known: frozenset[int]
    grew: bool
    held: frozenset[int] | None
    steps: tuple[tuple[str, str], ...]
    accepted: Acceptance
    read_at: datetime
    today: date
    problem: str = ""

    @property
    def reserved(self) -> tuple[StockLine, ...]:
        """The lines that stand reserved by the Company token."""
        return (*self.standing.share.kept, *self.standing.share.release) if self.standing else ()

    @property
    def needed(self) -> int:
        """The fewest boxes that are fine."""
        return self.wanted.boxes - self.wanted.tolerance


def judge_stock(each: Stock, shop: Shop) -> Finding:
    """The three claims of one reservation; what is not visible has its causes."""
    expected = {line.id: line.boxes for line in each.reserved}
    seen = sum(shop.shelf.boxes_of(ON_HAND, expected).values())
    is_seen = seen >= each.needed
    return Finding(
        address=each.address,
        item=None,
        customer=shop.place.customer,
        headline=each.headline,
        wanted=each.wanted.boxes,
        seen=seen,
        accepted=each.accepted.claim,
        stored=_stored(each),
        visible=_visible(each, shop, seen),
        causes=() if is_seen else tuple(_causes(each, shop, seen)),
    )


def _stored(each: Stock) -> Claim:
    if each.standing is None:
        return Claim(Answered.UNKNOWN, f"the stock could not be read: {each.problem}", each.read_at)
    boxes = sum(line.boxes for line in each.reserved)
    ids = ", ".join(str(line.id) for line in each.reserved)
    text = f"{boxes} of {each.wanted.boxes} boxes stand reserved" + (f" in {ids}" if ids else "")
    return Claim(Answered.YES if boxes >= each.needed else Answered.NO, text, each.read_at)


def _visible(each: Stock, shop: Shop, seen: int) -> Claim:
    if shop.shelf.refusal is not None:
        return Claim(Answered.UNKNOWN, f"Komet refused: {shop.shelf.refusal}", shop.shelf.at)
    answered = Answered.YES if seen >= each.needed else Answered.NO
    return Claim(answered, f"{shop.place.customer} sees {seen} of {each.wanted.boxes} boxes", shop.shelf.at)


def _causes(each: Stock, shop: Shop, seen: int) -> Iterator[Cause]:
    if token := shop.token_cause:
        yield token
    elif each.standing is None:
        yield causes.no_access(each.problem)
    elif each.steps:
        yield causes.operator_step(*each.steps)
    elif sum(line.boxes for line in each.reserved) >= each.needed:
        yield _unseen(each, shop, seen)
    else:
        yield from _short(each, each.standing, shop)


def _unseen(each: Stock, shop: Shop, seen: int) -> Cause:
    """The Company token sees it reserved, and the customer's own does not."""
    changed = each.accepted.changed_at
    if changed is not None and each.read_at - changed < RHYTHM:
        return causes.not_synchronised(int((each.read_at - changed).total_seconds() // 60))
    boxes = sum(line.boxes for line in each.reserved)
    words = f"the Company token sees {boxes} boxes reserved for it and this token {seen}"
    return causes.other_token(shop.place.customer, shop.customer_id, words)


def _short(each: Stock, standing: Standing, shop: Shop) -> Iterator[Cause]:
    """Fewer boxes stand reserved than are wanted: what became of the lines that once did."""
    there = {line.id: line for line in each.lines}
    reserved = {line.id for line in each.reserved}
    lost = sorted(each.known - reserved)
    if lost:
        yield from _lost(each, shop, {id: there.get(id) for id in lost})
    elif each.known and not each.grew:
        boxes = sum(line.boxes for line in each.reserved)
        if not standing.share.reserve:
            yield causes.no_stock(_reasons(standing))
        yield causes.sold(f"of {each.wanted.boxes} reserved boxes {boxes} are left, on the same lines")
    elif standing.share.reserve or standing.share.arriving:
        more = standing.share.after - standing.share.before
        yield causes.not_applied(f"{more} boxes that can be reserved are not")
    else:
        yield from _hidden_share(each, shop) or [causes.no_stock(_reasons(standing))]


def _hidden_share(each: Stock, shop: Shop) -> list[Cause]:
    """What hides lines of which nobody knows whose they are, where these would be enough boxes."""
    dark = {line.id: line for line in each.lines if _is_dark(line, each)}
    boxes = sum(line.boxes for line in (*dark.values(), *each.reserved))
    if boxes < each.needed:
        return []
    return [cause for cause in _lost(each, shop, dark) if cause.name not in _OTHERS]


def _reasons(standing: Standing) -> str:
    words = "; ".join(standing.share.reasons) or "there is no open stock of it"
    return f"{standing.share.missing} boxes are missing: {words}"


_OTHERS = frozenset({CauseName.WRONG_CUSTOMER, CauseName.SOLD})


def _is_dark(line: StockLine, each: Stock) -> bool:
    """Whether a line that could serve is neither free nor anybody's that we know of."""
    return each.wanted.is_meant(line) and not line.is_free and line.customer_id is None


def _lost(each: Stock, shop: Shop, lost: Mapping[int, StockLine | None]) -> Iterator[Cause]:
    """One cause for each fate of the lines in `lost` (None: not in stock any more)."""
    gone = [id for id, line in lost.items() if line is None]
    if gone:
        yield causes.sold(f"{_lines(gone)} not in stock any more: sold out or taken away")
    free = [id for id, line in lost.items() if line is not None and line.is_free]
    if free:
        yield causes.wrong_customer(f"nobody is on {_ids(free)}", shop.label, causes.STOCK)
    named = [line for line in lost.values() if line is not None and line.customer_id is not None]
    if named:
        text = f"{_lines([line.id for line in named])} another customer's"
        yield causes.wrong_customer(text, shop.label, causes.STOCK)
    dark = [
        line for line in lost.values() if line is not None and not line.is_free and line.customer_id is None
    ]
    held = [line.id for line in dark if each.held is not None and line.id in each.held]
    if held:
        yield causes.line_held(_lines(held))
    if rest := [line for line in dark if line.id not in held]:
        yield from _hidden(each, shop, rest)


def _hidden(each: Stock, shop: Shop, lines: Sequence[StockLine]) -> Iterator[Cause]:
    """Lines that no list shows: another customer's, or hidden by the shop's settings.

    The open stock is the control group: what the shop shows of it tells what it would show of these.
    """
    ids = _lines([line.id for line in lines])
    other = causes.wrong_customer(f"{ids} another customer's", shop.label, causes.STOCK)
    open_lines = [line for line in each.lines if line.is_free and line.boxes > 0]
    if shop.control is None or not shop.control.is_whole or not open_lines:
        yield other
        yield causes.age_limit(f"{ids} too old or too young for the shop")
        yield causes.hidden_on_hand(f"{ids} hidden, as all stock on hand may be")
        return
    shown = {id for row in shop.control.of(ON_HAND) for id in row.ids}
    if not shown and not shop.shelf.of(ON_HAND):
        yield causes.hidden_on_hand(f"the shop shows nothing on hand, and {len(open_lines)} lines are open")
        return
    limits = _age_limits(open_lines, shown)
    outside = [line for line in lines if _is_outside(line, limits)]
    if outside:
        words = f"{_lines([line.id for line in outside])} of {outside[0].inventory_date}"
        yield causes.age_limit(f"{words}, and the shop shows {limits[2]}")
    if len(outside) < len(lines):
        yield other


def _age_limits(open_lines: Sequence[StockLine], shown: set[int]) -> tuple[str, str, str]:
    """The first and last inventory date that the shop shows where it hides others, "" for no limit."""
    dates = [line.inventory_date for line in open_lines if line.id in shown]
    hidden = [line.inventory_date for line in open_lines if line.id not in shown]
    if not dates:
        return "", "", ""
    first = min(dates) if any(day < min(dates) for day in hidden) else ""
    last = max(dates) if any(day > max(dates) for day in hidden) else ""
    words = [f"nothing older than {first}" if first else "", f"nothing younger than {last}" if last else ""]
    return first, last, " and ".join(word for word in words if word)


def _is_outside(line: StockLine, limits: tuple[str, str, str]) -> bool:
    first, last, _ = limits
    return bool((first and line.inventory_date < first) or (last and line.inventory_date > last))


def _ids(ids: Sequence[int]) -> str:
    return f"line{'s' if len(ids) > 1 else ''} {', '.join(map(str, sorted(ids)))}"


def _lines(ids: Sequence[int]) -> str:
    return f"{_ids(ids)} {'are' if len(ids) > 1 else 'is'}"
