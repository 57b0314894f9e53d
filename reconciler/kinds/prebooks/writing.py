"""Prebooks as a configuration writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.kinds.prebooks.accepting import accept_prebook
from reconciler.kinds.prebooks.answer import parse_prebook
from reconciler.kinds.prebooks.describing import describe_prebook
from reconciler.kinds.prebooks.prebook import live_prebook
from reconciler.kinds.prebooks.reading import DETAILS, HEADERS, SIX_MONTHS
from reconciler.kinds.row import Row, row_of
from reconciler.kinds.writing import Accepted, Described, Drifted, Indescribable, Mention, Quest
from reconciler.model.query import Query
from reconciler.model.resource import LiveResource
from reconciler.model.value import Value


class PrebooksWriting:
    """How prebooks are written: by what prebook.details.list shows (Komet API §7.5)."""

    hidden = ("status", "ecommerce", "created_by", "cost", "notes", "order_source", "from_po")

    def calls(self, quest: Quest, scope: Scope) -> int:
        """A list of headers for each six months, and a truck date each."""
        return len(list(_spans(quest.dates))) + len(quest.dates)

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """The headers first, since they span dates: then only those dates on which something is sought."""
        answers = yield [
            Query(HEADERS, {"dateFrom": first, "dateTo": last}) for first, last in _spans(quest.dates)
        ]
        rows = [row for answer in answers for row in row_of(answer).rows("prebooks")]
        dates = _truck_dates(rows, quest)
        answers = (yield [Query(DETAILS, {"date": day}) for day in dates]) if dates else ()
        return tuple(parse_prebook(row) for answer in answers for row in row_of(answer).rows("prebooks"))

    def mentions(self, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """The customers who buy, and whether the goods go to a ship-to of theirs."""
        prebooks = [live_prebook(each.attributes) for each in live]
        return [
            Mention(each.customer_id, bool(each.ship_name))
            for each in prebooks
            if each.customer_id is not None
        ]

    def describe(
        self, live: Sequence[LiveResource], quest: Quest, scope: Scope
    ) -> Sequence[Described | Indescribable]:
        """Prebooks of the customers, each with its number; of a cancelled one nothing is shown."""
        ordered = sorted(live, key=lambda each: (str(each.attributes["ship_date"]), str(each.number)))
        return [
            describe_prebook(each, quest.names.get(each.id), scope)
            for each in ordered
            if each.id not in quest.managed and each.attributes["customer_id"] in {None, *quest.customers}
        ]

    def accept(
        self, subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
    ) -> Accepted:
        """Header and lines as a person left them in Komet."""
        return accept_prebook(subject, written, drifted, scope)


def _spans(dates: Sequence[str]) -> Iterator[tuple[str, str]]:
    """First and last days that together hold `dates`, each as long as one list may span (Komet API §1.5)."""
    if not dates:
        return
    first, last = date.fromisoformat(dates[0]), date.fromisoformat(dates[-1])
    while first <= last:
        end = min(last, first + SIX_MONTHS)
        yield first.isoformat(), end.isoformat()
        first = end + timedelta(days=1)


def _truck_dates(rows: Sequence[Row], quest: Quest) -> list[str]:
    """The dates of `quest` on which its customers have prebooks.

    That headers show a date and a customer is not documented (A32): without the one every date is read,
    without the other every date that has a prebook.
    """
    sought = [row for row in rows if _may_be_meant(row, quest)]
    days = {row.date("truckDate") for row in sought}
    return list(quest.dates) if "" in days else sorted(days.intersection(quest.dates))


def _may_be_meant(row: Row, quest: Quest) -> bool:
    id, code = row.integer("customerId"), row.text("customerCode").lower()
    if not (quest.customers or quest.codes) or id is None:
        return True
    return id in quest.customers or code in quest.codes or not code
