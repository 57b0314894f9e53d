"""A Komet account as the port: counts, retries reads, refuses what must not leave."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from reconciler.errors import KometError, Refused, Unreachable, WriteNotAllowed
from reconciler.komet.exchange import Request, Wire
from reconciler.komet.methods import Method, method_named
from reconciler.komet.outcome import Outcome, outcome_of
from reconciler.komet.port import CallCounter
from reconciler.komet.request import SIZE_LIMIT, make_request
from reconciler.komet.retry import wait_after
from reconciler.komet.side_by_side import side_by_side
from reconciler.model.query import Answer, Query, is_list
from reconciler.model.value import Json

_log = logging.getLogger("reconciler.komet")


class Pace(Struct, frozen=True):
    """Time and chance as the border uses them: `clock` in seconds from anywhere, `random` from 0 to 1."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class LiveKomet:
    """The account of `company` behind `wire`.

    `writing` is False while planning: then no writing method leaves. `seconds` bounds one call in all.
    """

    def __init__(
        self,
        wire: Wire,
        company: int,
        counter: CallCounter,
        *,
        writing: bool,
        seconds: float,
        parallel: int,
        pace: Pace,
    ) -> None:
        self.calls_made = 0
        self._wire = wire
        self._company = company
        self._counter = counter
        self._writing = writing
        self._seconds = seconds
        self._parallel = parallel
        self._pace = pace
        self._lock = threading.Lock()

    def ask(self, queries: Sequence[Query]) -> list[Answer]:
        """Read: the answers, in the order of `queries`, at most `parallel` calls at a time.

        Nothing leaves unless all of them may. What fails for the moment is tried again, four times in all.
        """
        requests = [self._reading(query) for query in queries]
        return side_by_side(lambda each: self._answer(*each), requests, self._parallel)

    def call(self, method: str, params: Mapping[str, Json]) -> Answer:
        """Write, once.

        Unreachable: nothing was sent. InDoubt: it was sent, and nobody knows. Refused, AccessDenied and
        QuotaExhausted: Komet said no, and nothing was carried out.
        """
        known = method_named(method)
        if not known.writes:
            raise KometError(method, "this method only reads: it is asked, not called")
        if not self._writing:
            raise WriteNotAllowed(method)
        outcome = self._try(known, self._request(known, params), self._seconds, 1)
        if isinstance(outcome, Answer):
            return outcome
        raise outcome

    def _reading(self, query: Query) -> tuple[Query, Method, Request]:
        method = method_named(query.method)
        if method.writes:
            raise WriteNotAllowed(query.method)
        return query, method, self._request(method, query.params)

    def _answer(self, query: Query, method: Method, request: Request) -> Answer:
        try:
            return self._read(method, request)
        except Refused:
            if not query.may_be_refused:
                raise
            return Answer(query.method, {}, is_refusal=True)

    def _request(self, method: Method, params: Mapping[str, Json]) -> Request:
        """The request, small enough to be taken (A16)."""
        request = make_request(method, params, self._company)
        size = self._wire.size(request)
        if size > SIZE_LIMIT:
            raise KometError(
                method.name, f"the call was not sent: it has {size:,} bytes, and Komet takes {SIZE_LIMIT:,}"
            )
        return request

    def _read(self, method: Method, request: Request) -> Answer:
        """One question; that a host is unreachable is found out within the time of one call."""
        began, seconds, tries = self._pace.clock(), self._seconds, 0
        while True:
            tries += 1
            outcome = self._try(method, request, seconds, tries)
            if isinstance(outcome, Answer):
                return outcome
            wait = wait_after(outcome, tries, self._pace.random)
            if wait is None:
                raise outcome
            seconds = self._seconds
            if isinstance(outcome, Unreachable):
                seconds -= self._pace.clock() - began + wait
            if seconds <= 0:
                raise outcome
            self._pace.sleep(wait)

    def _try(self, method: Method, request: Request, seconds: float, tries: int) -> Outcome:
        """Count the call, let it leave, and tell the log how it ended."""
        self._counter.count(method.name)
        with self._lock:
            self.calls_made += 1
        began = self._pace.clock()
        exchange = self._wire.send(request, seconds)
        outcome = outcome_of(method, self._wire.host, exchange, tries)
        _tell(method, outcome, round((self._pace.clock() - began) * 1000), tries)
        return outcome


def _tell(method: Method, outcome: Outcome, milliseconds: int, tries: int) -> None:
    """One line for a call; the structured form is the record's `call`. Bodies and tokens are in neither."""
    if not _log.isEnabledFor(logging.INFO):
        return
    text = _summary(method, outcome) if isinstance(outcome, Answer) else str(outcome)
    call = {"method": method.name, "result": text, "milliseconds": milliseconds, "try": tries}
    _log.info("%s: %s, %d ms, try %d", method.name, text, milliseconds, tries, extra={"call": call})


def _summary(method: Method, answer: Answer) -> str:
    if method.listing:
        found = (answer.payload.get(key) for key in method.payload)
        return f"{sum(len(rows) for rows in found if is_list(rows))} rows"
    return " ".join(str(answer.payload.get("message", "answered")).split())[:200]
