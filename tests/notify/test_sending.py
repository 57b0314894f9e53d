"""A parcel on its way to a webhook: again where that may help, never for longer than it may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from notify.hook import KEY, Answer, Hook, open_hook
from reconciler.model.secret import Secret
from reconciler.notify.parcel import Answered, Delivery, NoAnswer, Parcel, Reply
from reconciler.notify.sending import FIRST_WAIT, TRIES, Clock, send, send_all, wait_after
from reconciler.notify.web import post


@pytest.fixture
def hook() -> Iterator[Hook]:
    with open_hook() as opened:
        yield opened


@dataclass
class Time:
    """Time that passes while somebody waits, and only then."""

    at: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Lets them pass."""
        self.waits.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        """As a clock; chance always gives the most."""
        return Clock(lambda: self.at, self.wait, lambda: 1.0)


def parcel(hook: Hook, *, timeout: float = 10.0) -> Parcel:
    headers = {"Authorization": Secret("Bearer not-to-be-seen"), "X-Team": Secret("flowers")}
    return Parcel("chat", Secret(hook.url), b'{"a": 1}', headers, timeout)


def test_it_arrives_as_json_with_its_headers(hook: Hook) -> None:
    """At the very path, once."""
    assert send(parcel(hook), post, Time().clock) == Delivery("chat", 1)
    (got,) = hook.got
    assert (got.path, got.json) == (KEY, {"a": 1})
    assert got.headers["Content-Type"] == "application/json"
    assert (got.headers["Authorization"], got.headers["X-Team"]) == ("Bearer not-to-be-seen", "flowers")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(hook: Hook, status: int) -> None:
    """An answer that may be another one next time."""
    hook.answers = [Answer(status)]
    passing = Time()
    assert send(parcel(hook), post, passing.clock) == Delivery("chat", 2)
    assert passing.waits == [FIRST_WAIT]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_final(hook: Hook, status: int) -> None:
    """The same would be refused again."""
    hook.answers = [Answer(status)] * 2
    assert send(parcel(hook), post, Time().clock) == Delivery("chat", 1, f"it answered HTTP {status}")


def test_it_is_tried_a_few_times_only(hook: Hook) -> None:
    """Each time later."""
    hook.answers = [Answer(500)] * 9
    passing = Time()
    assert send(parcel(hook), post, passing.clock) == Delivery("chat", TRIES, "it answered HTTP 500")
    assert passing.waits == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]


def test_retry_after_is_honoured(hook: Hook) -> None:
    """As seconds, or as a date that counts from the answer's own."""
    dates = {"Retry-After": "Mon, 04 Jan 2027 14:00:03 GMT", "Date": "Mon, 04 Jan 2027 14:00:00 GMT"}
    hook.answers = [Answer(429, {"Retry-After": "2"})]
    passing = Time()
    assert send(parcel(hook), post, passing.clock).tries == 2
    assert passing.waits == [2.0]
    assert wait_after(Answered(429, 3.0), 1, lambda: 0.0) == 3.0
    hook.answers = [Answer(503, dates)]
    assert send(parcel(hook), post, passing.clock).failure is None


def test_nobody_waits_longer_than_the_timeout(hook: Hook) -> None:
    """Who asks for an hour is not tried again."""
    hook.answers = [Answer(429, {"Retry-After": "3600"})]
    passing = Time()
    delivery = send(parcel(hook), post, passing.clock)
    assert delivery.failure == "it answered HTTP 429; no time is left to try again"
    assert passing.waits == [] and len(hook.got) == 1


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    """It would carry the message, and its headers, to somebody else."""
    hook.answers = [Answer(302, {"Location": f"{hook.url}/elsewhere"})]
    delivery = send(parcel(hook), post, Time().clock)
    assert delivery.failure == "it redirects (HTTP 302), and no redirect is followed"
    assert len(hook.got) == 1


def test_a_huge_answer_is_not_read(hook: Hook) -> None:
    """That it was taken is known before its body comes; whoever sends that is left alone with it."""
    hook.answers = [Answer(200, size=2_000_000_000)]
    assert send(parcel(hook), post, Time().clock) == Delivery("chat", 1)
    assert hook.released.wait(10)


def test_what_hangs_ends_with_its_time_and_holds_up_nobody(hook: Hook) -> None:
    """Two are sent side by side: one that hangs is given up, the other has arrived meanwhile."""
    system = Clock(time.monotonic, time.sleep, lambda: 0.0)
    with open_hook() as other:
        hook.answers = [Answer(hangs=True)] * 9
        hanging = parcel(hook, timeout=0.3)
        first, second = send_all([hanging, replace(parcel(other), name="other")], post, system)
    assert first.failure is not None and first.failure.startswith("no answer within 0.")
    assert second == Delivery("other", 1)


def test_who_never_ends_is_left_behind() -> None:
    """Also what has no time limit of its own, such as a name server: the wait for it ends."""
    released = threading.Event()

    def stuck(parcel: Parcel, seconds: float) -> Reply:
        released.wait(10)
        return Answered(200)

    system = Clock(time.monotonic, time.sleep, lambda: 0.0)
    url = Secret("https://example.com/key")
    (delivery,) = send_all([Parcel("chat", url, b"{}", timeout=0.1)], stuck, system)
    released.set()
    assert delivery == Delivery("chat", 1, "no answer within 0.1 s")


def test_nobody_there_is_said_without_the_address(hook: Hook) -> None:
    """In the system's own words; nothing of the URL is in them."""
    gone = replace(parcel(hook), url=Secret(f"http://127.0.0.1:1{KEY}"))
    delivery = send(gone, post, Time().clock)
    assert delivery == Delivery("chat", TRIES, "no connection: connection refused")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/key", "unprotected"),
        ("ftp://hooks.example.com/key", "no address"),
        ("https://", "no address"),
        ("https://[::1/key", "no address"),
        ("https://hooks.example.com:port/key", "no address"),
        ("https://user:pass@hooks.example.com/key", "a user or a password"),
        ("key", "no address"),
    ],
)
def test_where_nothing_may_be_sent(url: str, words: str) -> None:
    """It is not even tried, and the address is not told."""

    def nobody(parcel: Parcel, seconds: float) -> Reply:
        raise AssertionError("nothing may leave")

    delivery = send(Parcel("chat", Secret(url), b"{}"), nobody, Time().clock)
    assert delivery.tries == 0
    assert delivery.failure is not None and words in delivery.failure
    assert "hooks" not in delivery.failure and "key" not in delivery.failure


def test_http_may_be_allowed() -> None:
    """Within a cluster, for a destination that says so."""
    sent: list[Parcel] = []

    def taken(parcel: Parcel, seconds: float) -> Reply:
        sent.append(parcel)
        return Answered(204)

    relay = Parcel("relay", Secret("http://relay.monitoring/hook"), b"{}", allow_http=True)
    assert send(relay, taken, Time().clock) == Delivery("relay", 1)
    assert sent == [relay]


def test_a_fault_of_ours_ends_no_run() -> None:
    """And tells its kind alone, since its words may hold the address."""

    def broken(parcel: Parcel, seconds: float) -> Reply:
        raise RuntimeError(parcel.url.reveal())

    system = Clock(time.monotonic, time.sleep, lambda: 0.0)
    (delivery,) = send_all([Parcel("chat", Secret("https://example.com/key"), b"{}")], broken, system)
    assert delivery.failure == "a fault of reconciler: RuntimeError"


def test_what_cannot_be_helped_is_not_tried_again() -> None:
    """As an address that nobody can understand."""
    assert wait_after(NoAnswer("why", again=False), 1, lambda: 1.0) is None
