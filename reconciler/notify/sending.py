"""Sending parcels side by side, each again where that may help, all within their time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from reconciler.notify.parcel import Answered, Delivery, NoAnswer, Parcel, Reply, refusal_of

TRIES = 4
"""Times that a parcel is sent at most."""

FIRST_WAIT = 0.5
"""Seconds before the second try, at most; each wait may be twice as long as the one before."""

Post = Callable[[Parcel, float], Reply]
"""Sends a parcel once, for at most so many seconds."""


class Clock(Struct, frozen=True):
    """Time that only goes on, waiting in it (both in seconds), and chance, 0 to 1."""

    now: Callable[[], float]
    wait: Callable[[float], None]
    random: Callable[[], float]


def send_all(parcels: Sequence[Parcel], post: Post, clock: Clock) -> tuple[Delivery, ...]:
    """How each parcel fared, in their order. It is over once the longest timeout is, whatever hangs."""
    carriers = [_Carrier(each, post, clock) for each in parcels]
    ends = [clock.now() + each.timeout for each in parcels]
    for each in carriers:
        each.start()
    for each, end in zip(carriers, ends, strict=True):
        each.join(max(end - clock.now(), 0.0))
    return tuple(each.delivery for each in carriers)


def send(parcel: Parcel, post: Post, clock: Clock) -> Delivery:
    """Sends it until it is taken, no further try can help, or its time is over."""
    if (why := refusal_of(parcel.url, parcel.allow_http)) is not None:
        return Delivery(parcel.name, 0, why)
    end = clock.now() + parcel.timeout
    tries = 0
    while True:
        tries += 1
        reply = post(parcel, max(end - clock.now(), 0.001))
        failure = failure_of(reply)
        wait = wait_after(reply, tries, clock.random) if failure is not None else None
        if failure is None or wait is None:
            return Delivery(parcel.name, tries, failure)
        if clock.now() + wait >= end:
            return Delivery(parcel.name, tries, f"{failure}; no time is left to try again")
        clock.wait(wait)


def failure_of(reply: Reply) -> str | None:
    """Why this reply is no success; None when it is one."""
    match reply:
        case NoAnswer():
            return reply.why
        case Answered(status=status) if 200 <= status < 300:
            return None
        case Answered(status=status) if 300 <= status < 400:
            return f"it redirects (HTTP {status}), and no redirect is followed"
        case Answered():
            return f"it answered HTTP {reply.status}"
        case _:
            assert_never(reply)


def wait_after(reply: Reply, tries: int, random: Callable[[], float]) -> float | None:
    """Seconds to wait after the try number `tries` got `reply`; None when no further one is made.

    Exponential backoff with jitter, never less than the server asks for.
    """
    if tries >= TRIES:
        return None
    backoff = (0.5 + random() / 2) * FIRST_WAIT * (1 << (tries - 1))
    match reply:
        case NoAnswer():
            return backoff if reply.again else None
        case Answered():
            is_passing = reply.status in (408, 425, 429) or reply.status >= 500
            return max(backoff, reply.after or 0.0) if is_passing else None
        case _:
            assert_never(reply)


class _Carrier(threading.Thread):
    """Sends one parcel in a thread that ends with the process: what it hangs in has no bound of its own."""

    def __init__(self, parcel: Parcel, post: Post, clock: Clock) -> None:
        super().__init__(daemon=True, name="notification")
        self._parcel, self._post, self._clock = parcel, post, clock
        self.delivery = Delivery(parcel.name, 1, f"no answer within {parcel.timeout:g} s")

    def run(self) -> None:
        """Notes how it went. An error of ours tells its kind alone: its text may hold the address."""
        try:
            self.delivery = send(self._parcel, self._post, self._clock)
        except Exception as error:  # noqa: BLE001  # nothing that goes wrong here may end a run
            self.delivery = replace(self.delivery, failure=f"a fault of reconciler: {type(error).__name__}")
