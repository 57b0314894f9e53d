"""A port that asks Komet only for what it has not heard lately."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from reconciler.kinds.catalogue import LISTS
from reconciler.komet.port import KometPort
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json
from reconciler.watch.answers import CHANGES, CUSTOMERS, HEARD, SHOP, Answers, Key, changes_queries, key_of

_DAILY = frozenset(each.query.method for each in LISTS.values())


class Remembering:
    """The account behind `port` for one look, with what the looks before it have read.

    Nothing is asked twice in a look. What others rest on comes first: an answer may show that what is
    remembered is out of date.
    """

    def __init__(self, port: KometPort, known: Answers, now: Callable[[], datetime], today: date) -> None:
        self.known = known
        self._port = port
        self._now = now
        self._today = today
        self._asked: set[Key] = set()
        self._used: dict[Key, Query] = {}

    @property
    def calls_made(self) -> int:
        """Every call that left."""
        return self._port.calls_made

    def ask(self, queries: Sequence[Query]) -> list[Answer]:
        """The answers, in the order of `queries`: from Komet, or as they were remembered."""
        self._used |= {key_of(each): each for each in queries}
        self._hear(queries)
        while due := self._due(queries):
            first = [each for each in due if each.method in (SHOP, CUSTOMERS)] or due
            self._put(first)
        return [self.known.by_query[key_of(each)].answer for each in queries]

    def call(self, method: str, params: Mapping[str, Json]) -> Answer:
        """Write, once; what was read before says nothing any more."""
        self.known = Answers()
        return self._port.call(method, params)

    @property
    def kept(self) -> Answers:
        """What the next look may rest on."""
        return self.known.only(self._used.keys())

    @property
    def limits(self) -> tuple[timedelta, ...]:
        """How old the answer to each question of this look may become, whoever answered it; without the
        reference lists, which are read once a day."""
        used = [each for each in self._used.values() if each.method not in _DAILY]
        heard = {each.method for each in used} & set(HEARD) - self.known.deaf
        limits = [self.known.limit(each, self._today) for each in used]
        return tuple(sorted([*limits, *(CHANGES for _ in heard)]))

    def _hear(self, queries: Sequence[Query]) -> None:
        at = self._now()
        asking = changes_queries(self.known, queries, at, self._today)
        for answer in self._port.ask(asking) if asking else ():
            self.known = self.known.with_changes(answer, at)

    def _due(self, queries: Sequence[Query]) -> list[Query]:
        """Each question once, and not those that were asked in this look."""
        now = self._now()
        once = {key: each for each in queries if (key := key_of(each)) not in self._asked}
        return [each for each in once.values() if self.known.is_due(each, now, self._today)]

    def _put(self, queries: Sequence[Query]) -> None:
        at = self._now()
        for query, answer in zip(queries, self._port.ask(queries), strict=True):
            self._asked.add(key_of(query))
            self.known = self.known.with_answer(query, answer, at, self._asked)
