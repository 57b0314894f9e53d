"""What of a look is worth telling: what is new, and once that it is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.errors import BudgetExceeded, QuotaExhausted, ReconcilerError
from reconciler.komet.passing import TooFast
from reconciler.model.event import Outcome
from reconciler.model.notification import Occasion, Occurrence, Subject
from reconciler.report.notification import change_subjects
from reconciler.report.style import counted
from reconciler.report.summary import summary_document
from reconciler.watch.look import Look
from reconciler.watch.loop import Seen

FORGOTTEN = 12
"""After so many looks without it nobody remembers that something was there."""

MOST_PATIENT = 8
"""What comes back is over, at most, only after so many looks without it."""

_WORDS = {
    Occasion.FAILED: ("failed", "it failed"),
    Occasion.REFUSED: ("a guard refuses the plan", "guards refuse the plan"),
    Occasion.BUDGET: ("the calls of today do not suffice", "the calls of today do not suffice"),
    Occasion.DRIFT: ("changed in Komet", "changed in Komet"),
    Occasion.FLAPPING: ("changes back and forth and is left alone",) * 2,
    Occasion.WORKLIST: ("waits for a person", "wait for a person"),
    Occasion.PENDING: ("is pending", "are pending"),
    Occasion.APPLIED: ("was applied", "were applied"),
}


class Standing(Struct, frozen=True):
    """What stands after a look, by occasion, and what was `applied` in it. After one that failed nobody knows
    how the account is: then only the `known` occasions are judged."""

    subjects: Mapping[Occasion, tuple[Subject, ...]]
    applied: tuple[Subject, ...] = ()
    known: Collection[Occasion] = tuple(Occasion)


class Mark(Struct, frozen=True):
    """Something that was told: for how many looks it was `absent`, and how many make it over. That doubles
    each time it comes back, so that what comes and goes is not told each time."""

    absent: int = 0
    patience: int = 1
    is_over: bool = False


class Memory(Struct, frozen=True):
    """What one destination was told of, by occasion and by what it was about."""

    marks: Mapping[tuple[Occasion, str], Mark] = field(default_factory=dict)

    @property
    def has_open(self) -> bool:
        """Whether something was told that is not over."""
        return any(not mark.is_over for mark in self.marks.values())

    def after(self, standing: Standing, on: Collection[Occasion]) -> tuple[Memory, Occurrence | None]:
        """With one look more; and what is to be told of it to who listens to `on`, once for all."""
        marks = {key: _aged(mark) if key[0] in standing.known else mark for key, mark in self.marks.items()}
        new: dict[Occasion, list[Subject]] = {}
        for occasion, subjects in standing.subjects.items():
            for each in subjects if occasion in on else ():
                before = self.marks.get((occasion, each.name))
                marks[occasion, each.name] = _seen_again(before)
                if before is None or before.is_over:
                    new.setdefault(occasion, []).append(each)
        if standing.applied and Occasion.APPLIED in on:
            new[Occasion.APPLIED] = list(standing.applied)
        memory = Memory({key: mark for key, mark in marks.items() if mark.absent <= FORGOTTEN})
        if new:
            return memory, _occurrence(new)
        is_good = self.has_open and not memory.has_open and Occasion.RECOVERED in on
        return memory, _recovered(self) if is_good else None


def standing_after(seen: Seen, *, is_applying: bool) -> Standing:
    """What stands after that look. What flaps is told as flapping alone."""
    if seen.look is None:
        return _blind(seen.error)
    look, flapping = seen.look, {str(each) for each in seen.flapping}
    steps = [Subject(str(each.address), each.step.instruction) for each in look.steps]
    subjects = {
        Occasion.FAILED: _unfinished(look),
        Occasion.REFUSED: tuple(Subject(name, "") for name in look.refused if look.applied is None),
        Occasion.BUDGET: _short_of_calls(seen),
        Occasion.DRIFT: _named(look.drifts, flapping),
        Occasion.FLAPPING: tuple(Subject(name, "") for name in sorted(flapping)),
        Occasion.WORKLIST: tuple(steps),
        Occasion.PENDING: () if is_applying else _named(look.addresses, flapping),
    }
    return Standing({key: found for key, found in subjects.items() if found}, _applied(look))


def _blind(error: ReconcilerError | None) -> Standing:
    is_short = isinstance(error, QuotaExhausted | BudgetExceeded) and not isinstance(error, TooFast)
    occasion = Occasion.BUDGET if is_short else Occasion.FAILED
    return Standing({occasion: (Subject(type(error).__name__, str(error)),)}, known=(occasion,))


def _aged(mark: Mark) -> Mark:
    absent = mark.absent + 1
    return replace(mark, absent=absent, is_over=mark.is_over or absent >= mark.patience)


def _seen_again(before: Mark | None) -> Mark:
    if before is None:
        return Mark()
    came_back = before.is_over
    return Mark(patience=min(before.patience * 2, MOST_PATIENT) if came_back else before.patience)


def _named(addresses: Iterable[object], but: Collection[str]) -> tuple[Subject, ...]:
    return tuple(Subject(name, "") for name in sorted(map(str, addresses)) if name not in but)


def _short_of_calls(seen: Seen) -> tuple[Subject, ...]:
    if seen.look is not None and seen.look.is_short:
        return (Subject("calls", seen.look.why_not),)
    return (Subject("calls", "those of today are used up"),) if seen.pace.is_paused else ()


def _unfinished(look: Look) -> tuple[Subject, ...]:
    if look.applied is None:
        return ()
    ended = {str(each.address) for each in look.applied.results if not each.is_finished}
    found = [each for each in change_subjects(summary_document(look.applied)) if each.name in ended]
    error = look.applied.error
    return (*found, *([Subject("apply", error)] if error else []))


def _applied(look: Look) -> tuple[Subject, ...]:
    results = look.applied.results if look.applied is not None else ()
    return tuple(Subject(str(each.address), "done") for each in results if each.outcome is Outcome.DONE)


def _occurrence(new: Mapping[Occasion, list[Subject]]) -> Occurrence:
    occasions = tuple(occasion for occasion in Occasion if occasion in new)
    parts = [_part(occasion, new[occasion]) for occasion in occasions]
    subjects = tuple(each for occasion in occasions for each in new[occasion])
    return Occurrence(occasions, "watch", ", ".join(parts), subjects)


def _part(occasion: Occasion, subjects: list[Subject]) -> str:
    one, several = _WORDS[occasion]
    if occasion in (Occasion.FAILED, Occasion.REFUSED, Occasion.BUDGET):
        return one if len(subjects) == 1 else several
    distinct = len({each.name for each in subjects})
    return f"{counted(distinct, 'resource')} {one if distinct == 1 else several}"


def _recovered(memory: Memory) -> Occurrence:
    told = sorted({name for (_, name), mark in memory.marks.items() if not mark.is_over})
    subjects = tuple(Subject(name, "over") for name in told)
    return Occurrence((Occasion.RECOVERED,), "watch", "all is well again", subjects)
