"""Looking again and again until somebody says stop; time, waiting and the world come in as arguments."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from datetime import timedelta

from msgspec import Struct

from reconciler.errors import AccessError, ReconcilerError, UsageError
from reconciler.model.address import Address
from reconciler.watch.flapping import Flapping
from reconciler.watch.look import Look
from reconciler.watch.pace import Pace, make_pace, slowed


class Seen(Struct, frozen=True):
    """What is known after a look: the look, or the `error` that ended it; what flaps; when the next is."""

    look: Look | None
    error: ReconcilerError | None
    flapping: tuple[Address, ...]
    pace: Pace


class World(Struct, frozen=True):
    """What the loop works with.

    `look` is given what is to be left alone. `wait` lets seconds pass, and says whether somebody asked to
    stop meanwhile; `publish` is told of every look.
    """

    look: Callable[[Sequence[Address]], Look]
    wait: Callable[[float], bool]
    publish: Callable[[Seen], None]


def watch(world: World, every: timedelta, looks: int | None = None) -> None:
    """Looks every so often until `wait` says stop, or so many times.

    It waits longer where the calls of the day would not last, while something flaps, and after errors. An
    error that waiting cannot mend (access, usage) is raised.
    """
    flapping, failures, number = Flapping(), 0, 0
    while True:
        number += 1
        look, error = _look(world, flapping)
        if look is not None:
            flapping, failures = flapping.after(look.addresses), 0
        else:
            failures += 1
        pace = _pace(look, every, flapping, failures)
        world.publish(Seen(look, error, flapping.addresses, pace))
        gc.collect()  # there is time now, and a single run hardly ever looks for garbage
        if number == looks or world.wait(pace.wait.total_seconds()):
            return


def _look(world: World, flapping: Flapping) -> tuple[Look | None, ReconcilerError | None]:
    try:
        return world.look(flapping.addresses), None
    except (AccessError, UsageError):
        raise
    except ReconcilerError as error:
        return None, error


def _pace(look: Look | None, every: timedelta, flapping: Flapping, failures: int) -> Pace:
    if look is None:
        return Pace(slowed(every, failures))
    rhythm = slowed(every, len(flapping.addresses))
    return make_pace(rhythm, look.at, look.ends, look.left, look.calls_at, look.most)
