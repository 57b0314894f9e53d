"""Which lines of an order stay, which go, and what is added."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import Assignment, assign_lines
from reconciler.kinds.orders.order import Content, Item

PRODUCTS = (501, 502, 999)
COSTS = (Decimal("0.28"), Decimal("0.3"))


def content(product: int = 999, bunches: int = 12, cost: Decimal = COSTS[0], mark: str = "") -> Content:
    """A line of half boxes."""
    return Content(product, "HB", "stem", bunches, 25, mark, cost)


def item(name: str, boxes: int, of: Content) -> Item:
    """A wanted item."""
    return Item(name, boxes, Decimal("0.42"), of, "CODE", 9)


contents = st.builds(content, st.sampled_from(PRODUCTS), st.sampled_from([10, 12]), st.sampled_from(COSTS))
items_strategy = st.lists(
    st.tuples(contents, st.integers(1, 12)), max_size=3, unique_by=lambda pair: pair[0].identity
).map(lambda pairs: [item(f"item-{place}", boxes, of) for place, (of, boxes) in enumerate(pairs)])


@st.composite
def lines_strategy(draw: st.DrawFn) -> list[Line[Content]]:
    """Lines as Komet shows them: confirmed boxes never exceed boxes, a cancelled line has none confirmed."""
    lines = []
    for place in range(draw(st.integers(0, 6))):
        boxes = draw(st.integers(1, 8))
        status = draw(st.sampled_from(["Pending", "Pending", "Confirmed", "Shipped", "Cancelled"]))
        confirmed = boxes if status == "Confirmed" else 0
        lines.append(Line(910 + place, boxes, confirmed, status, draw(contents)))
    return lines


formers = st.dictionaries(st.sampled_from(["item-0", "item-1", "item-2"]), contents)


def kept(assignment: Assignment[Content]) -> list[Line[Content]]:
    return [line for each in assignment.items.values() for line in each.kept]


@given(items_strategy, lines_strategy(), formers, st.booleans())
def test_what_is_kept_and_missing_is_what_is_wanted_and_not_lost(
    items: list[Item], lines: list[Line[Content]], former: dict[str, Content], recreate: bool
) -> None:
    """Of every item the boxes kept, missing and lost add up, and no more are lost than the vendor
    cancelled."""
    assignment = assign_lines(items, lines, former, recreate=recreate)
    for each in items:
        served = assignment.items[each.name]
        lost = sum(
            line.boxes
            for line in lines
            if line.is_cancelled and line.content.identity == each.content.identity
        )
        assert 0 <= served.lost <= (0 if recreate else lost)
        assert served.missing == 0 or served.lost == (0 if recreate else lost)
        total = sum(line.boxes for line in served.kept) + served.missing
        assert total == each.boxes - served.lost
        assert served.missing >= 0
        assert all(line.content.serves(each.content) for line in served.kept)


@given(items_strategy, lines_strategy(), formers)
def test_every_live_line_has_exactly_one_fate(
    items: list[Item], lines: list[Line[Content]], former: dict[str, Content]
) -> None:
    """A live line is kept once or removed once; a cancelled one is neither."""
    assignment = assign_lines(items, lines, former)
    fates = sorted([line.id for line in kept(assignment)] + [line.id for line in assignment.removed])
    assert fates == [line.id for line in lines if not line.is_cancelled]


@given(items_strategy, lines_strategy(), formers, st.booleans())
def test_once_it_is_carried_out_nothing_is_left_to_do(
    items: list[Item], lines: list[Line[Content]], former: dict[str, Content], recreate: bool
) -> None:
    """The removed lines taken away and the missing boxes appended, the same question has no answer left."""
    assignment = assign_lines(items, lines, former, recreate=recreate)
    gone = {line.id for line in assignment.removed}
    after = [line for line in lines if line.id not in gone]
    for place, each in enumerate(items):
        if missing := assignment.items[each.name].missing:
            after.append(Line(2000 + place, missing, 0, "Pending", each.content))
    again = assign_lines(items, after, {}, recreate=recreate)
    assert again.removed == ()
    assert all(served.missing == 0 for served in again.items.values())


@given(items_strategy, lines_strategy(), formers, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(
    items: list[Item], lines: list[Line[Content]], former: dict[str, Content], random: Random
) -> None:
    """Komet may list lines in any order: the assignment is the same."""
    turned = list(lines)
    random.shuffle(turned)
    assert assign_lines(items, turned, former) == assign_lines(items, lines, former)


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=7), st.integers(1, 20))
def test_as_many_boxes_as_fit_stay(sizes: list[tuple[int, bool]], wanted: int) -> None:
    """No choice of whole lines keeps more boxes without exceeding what is wanted; of equal choices one with
    most confirmed boxes is taken."""
    lines = [
        Line(place, boxes, boxes if confirmed else 0, "Pending", content())
        for place, (boxes, confirmed) in enumerate(sizes)
    ]
    served = assign_lines([item("only", wanted, content())], lines, {}).items["only"]
    choices = [[line for line in lines if mask >> line.id & 1] for mask in range(1 << len(lines))]
    worths = [(sum(x.boxes for x in chosen), sum(x.confirmed for x in chosen)) for chosen in choices]
    best = max(worth for worth in worths if worth[0] <= wanted)
    assert (sum(x.boxes for x in served.kept), sum(x.confirmed for x in served.kept)) == best


def test_a_shipped_line_is_kept_before_one_that_nobody_confirmed() -> None:
    """A line on an air waybill is worth its boxes, although nobody confirmed them."""
    pending, shipped = Line(1, 5, 0, "Pending", content()), Line(2, 5, 0, "Shipped", content())
    served = assign_lines([item("only", 5, content())], [pending, shipped], {}).items["only"]
    assert served.kept == (shipped,)


def test_a_line_takes_up_the_item_that_it_was() -> None:
    """A line that no item claims is the former self of the item that had its identity when last applied."""
    old, new = content(bunches=10), content(bunches=12)
    line = Line(1, 5, 0, "Pending", old)
    other = item("other", 3, content(product=501))
    served = assign_lines([item("roses", 5, new), other], [line], {"roses": old}).items
    assert served["roses"].shown == (line,) == served["roses"].removed
    assert served["roses"].missing == 5 and served["other"].shown == ()


def test_a_line_that_could_be_two_items_is_an_extra() -> None:
    """Of two items of one product without lines neither is taken for the former self."""
    line = Line(1, 5, 0, "Pending", content(bunches=8))
    items = [item("one", 5, content(bunches=10)), item("two", 5, content(bunches=12))]
    assignment = assign_lines(items, [line], {})
    assert assignment.extra == (line,)
    assert all(served.shown == () for served in assignment.items.values())


def test_nothing_is_good_enough_for_an_outdated_item() -> None:
    """A price inside a mixed box cannot be changed in place: the line that shows nothing of it goes."""
    line = Line(1, 5, 0, "Pending", content())
    served = assign_lines([item("only", 5, content())], [line], {}, outdated=frozenset({"only"})).items[
        "only"
    ]
    assert (served.kept, served.removed, served.missing) == ((), (line,), 5)


def test_an_outgoing_line_counts_for_nothing() -> None:
    """Its successor is proved without it, however alike they look."""
    old, new = Line(1, 5, 5, "Confirmed", content()), Line(2, 5, 0, "Pending", content())
    assignment = assign_lines([item("only", 5, content())], [old, new], {}, outgoing=frozenset({1}))
    assert assignment.items["only"].kept == (new,)
    assert assignment.removed == (old,)


def test_notes_count_only_where_they_are_written() -> None:
    """An item without notes is served by a line with any; one with notes only by the same."""
    noted = replace(content(), notes="Keep upright")
    assert noted.serves(content())
    assert not content().serves(noted)
    assert content().serves(replace(content(), notes=""))


def test_what_was_ordered_again_stays() -> None:
    """A line ordered again for one that the vendor cancelled stays when `recreate` is taken away."""
    lines = [Line(1, 10, 0, "Cancelled", content()), Line(2, 10, 0, "Pending", content())]
    assigned = assign_lines([item("main", 10, content())], lines, {})
    assert assigned.removed == ()
    assert (assigned.items["main"].missing, assigned.items["main"].lost) == (0, 0)
