"""Carrying a plan out: read again, write with intent on the disk, read back, then take away what went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from reconciler.apply.checking import Look, look_at
from reconciler.apply.placeholders import NotKnown, fill_in
from reconciler.errors import InDoubt, KometError, ReconcilerError, Refused, UnexpectedAnswer
from reconciler.kinds.kind import Kind, LiveIds, Scope
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Event, Outcome
from reconciler.model.plan import Agreed, Plan
from reconciler.model.resource import Applied, Binding
from reconciler.model.step import ApiStep, OperatorStep
from reconciler.model.summary import ChangeResult
from reconciler.model.value import Json
from reconciler.plan.cost import sought_after, sought_before


class Recorder(Protocol):
    """Where an apply writes down what it intends and what came of it, before anything depends on it."""

    def intend(
        self, address: Address, step: int, method: str, params: Mapping[str, Json], notes: Mapping[str, Json]
    ) -> int:
        """The call is about to be made: on the disk when this returns."""

    def conclude(self, entry: int, outcome: Outcome, facts: Mapping[str, Json], message: str) -> None:
        """How the call ended."""

    def settle(self, entry: int, outcome: Outcome, message: str) -> None:
        """What reading showed of a call in doubt."""

    def bind(self, binding: Binding) -> None:
        """What an address stands for from now on."""

    def record(self, agreed: Sequence[Agreed]) -> None:
        """What configuration and Komet agree on from now on."""

    def unsettle(self, applied: Applied) -> None:
        """What is still known of a resource while it is written: on the disk when this returns."""

    def forget(self, addresses: Iterable[Address]) -> None:
        """These are gone for good."""

    def beat(self) -> None:
        """A sign of life for whoever waits; raises when the account was taken over."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an apply works with. `is_stopping` says that somebody asked to end after the call in flight."""

    kinds: Mapping[str, Kind]
    port: KometPort
    recorder: Recorder
    scope: Scope
    notify: Callable[[Event], None] = lambda event: None
    is_stopping: Callable[[], bool] = lambda: False


@dataclass(slots=True)
class Progress:
    """One change on its way."""

    change: Change
    outcome: Outcome = Outcome.NOT_STARTED
    message: str = ""
    calls: int = 0
    in_doubt: int | None = None
    binding: Binding | None = None
    waiting: tuple[OperatorStep, ...] = ()

    def end(self, outcome: Outcome, message: str = "") -> None:
        """Sets the outcome, and why."""
        self.outcome, self.message = outcome, message

    @property
    def is_good(self) -> bool:
        """Whether what depends on it may go on."""
        return self.outcome in (Outcome.DONE, Outcome.SKIPPED, Outcome.WAITING)

    def result(self) -> ChangeResult:
        """The change's line in the summary."""
        number = self.binding.number if self.binding else None
        return ChangeResult(
            self.change.address,
            self.change.action,
            self.outcome,
            self.message,
            self.calls,
            number,
            self.waiting,
        )


@dataclass(slots=True)
class Applying:
    """One apply. `error` is what ended it early, if anything did."""

    plan: Plan
    tools: Tools
    applied: Mapping[Address, Applied]
    progress: dict[Address, Progress] = field(default_factory=dict)
    facts: dict[str, Json] = field(default_factory=dict)
    learned: dict[Address, Binding] = field(default_factory=dict)
    unsettled: dict[Address, Applied] = field(default_factory=dict)
    error: ReconcilerError | None = None

    def run(self) -> None:
        """Carries the plan out; afterwards `progress` says how each change ended, whatever happened."""
        self.progress = {change.address: Progress(change) for change in self.plan.changes}
        try:
            self._check_before()
            self._write()
            self._check_after()
        except ReconcilerError as error:
            self.error = error
            self._leave_unfinished()
        self._record_rest()

    # before

    def _check_before(self) -> None:
        """Sets aside what no longer looks as the plan saw it, and what already looks as wanted."""
        writing = [change for change in self.plan.changes if change.api_steps]
        if not writing:
            return
        self._say(None, "reading again what is to be changed")
        looks = look_at(
            self.tools.kinds,
            writing,
            map(sought_before, writing),
            self.applied,
            self.tools.scope,
            self.tools.port,
        )
        for change in writing:
            look, progress = looks[change.address], self.progress[change.address]
            if look.is_settled:
                progress.end(Outcome.STALE, "its ship date has passed since the plan was made")
            elif look.is_as_wanted and not look.looks_as_planned(change):
                progress.binding = look.binding
                progress.end(Outcome.SKIPPED, "already as wanted")
            elif not look.looks_as_planned(change):
                progress.end(Outcome.STALE, "it no longer looks as the plan saw it: plan again")
            if progress.outcome is not Outcome.NOT_STARTED:
                self._say(change.address, progress.message, outcome=progress.outcome)

    # writing

    def _write(self) -> None:
        for change in self.plan.changes:
            progress = self.progress[change.address]
            if progress.outcome is not Outcome.NOT_STARTED:
                continue
            if self.tools.is_stopping():
                progress.message = "stopped before it began"
                continue
            failed = [need for need in self._needs(change) if not self._is_good(need)]
            if failed:
                progress.message = f"it waits for {failed[0]}"
            elif not change.api_steps:
                _settle_without_calls(progress)
            else:
                self._perform(progress, [step for step in change.api_steps if not step.after_check])

    def _needs(self, change: Change) -> tuple[Address, ...]:
        """What must have ended well before: what it depends on, and for a delete those that depend on it."""
        if change.action is not Action.DELETE:
            return change.depends_on
        return tuple(other.address for other in self.plan.changes if change.address in other.depends_on)

    def _is_good(self, address: Address) -> bool:
        return address not in self.progress or self.progress[address].is_good

    def _perform(self, progress: Progress, steps: Sequence[ApiStep]) -> None:
        """Makes the calls of one change, until one of them does not end well."""
        progress.end(Outcome.DONE)
        if progress.change.binding is not None and progress.change.binding.retired:
            self.tools.recorder.bind(progress.change.binding)  # else a predecessor is lost if this dies
        self._unsettle(progress.change)
        for step in steps:
            if self.tools.is_stopping() and progress.calls:
                progress.end(Outcome.FAILED, f"stopped before step {step.number}: {step.does}")
                return
            self._say(progress.change.address, step.does, step.number, len(progress.change.steps))
            self._call(progress, step)
            if progress.outcome is not Outcome.DONE:
                self._say(progress.change.address, progress.message, outcome=progress.outcome)
                return

    def _unsettle(self, change: Change) -> None:
        """Of what Komet does not show, only reading a record tells the value: before the first call the
        record ceases to claim what the calls may change, so that it is never wrong, whenever this dies."""
        former = self.applied.get(change.address)
        if former is None or change.wanted is None or change.address in self.unsettled:
            return
        known = self.tools.kinds[change.address.kind].unsettled(former, change)
        self.unsettled[change.address] = known
        if known != former:
            self.tools.recorder.unsettle(known)

    def _call(self, progress: Progress, step: ApiStep) -> None:
        """One call: intent on the disk, the call, its outcome on the disk. It is never made twice.

        Raises what makes further calls pointless; a refusal ends only this change.
        """
        address, recorder = progress.change.address, self.tools.recorder
        try:
            params = fill_in(step.params, self.facts)
        except NotKnown as unknown:
            progress.end(Outcome.FAILED, str(unknown))
            return
        recorder.beat()
        entry = recorder.intend(address, step.number, step.method, params, self._notes(progress.change))
        progress.calls += 1
        try:
            answer = self.tools.port.call(step.method, params)
            result = self.tools.kinds[address.kind].interpret(step, answer)
        except (InDoubt, UnexpectedAnswer) as error:
            recorder.conclude(entry, Outcome.IN_DOUBT, {}, str(error))
            progress.in_doubt = entry
            progress.end(Outcome.IN_DOUBT, str(error))
        except KometError as error:
            recorder.conclude(entry, Outcome.FAILED, {}, str(error))
            progress.end(Outcome.FAILED, str(error))
            if not isinstance(error, Refused):
                raise
        except ReconcilerError as error:
            recorder.conclude(entry, Outcome.FAILED, {}, str(error))
            progress.end(Outcome.FAILED, str(error))
            raise
        else:
            recorder.conclude(entry, Outcome.DONE, result.facts, "; ".join(result.failed))
            self._learn(progress, result.facts)
            if result.failed:
                progress.end(Outcome.FAILED, "Komet refused " + "; ".join(result.failed))

    def _notes(self, change: Change) -> dict[str, Json]:
        """What recovery needs to tell whether the call took effect, and what to record if it did."""
        wanted = dict(change.wanted) if change.wanted is not None else None
        return {"action": change.action.value, "wanted": wanted, "policy": dict(change.policy)}

    def _learn(self, progress: Progress, facts: Mapping[str, Json]) -> None:
        change = progress.change
        self.facts.update({f"{change.address}#{name}": value for name, value in facts.items()})
        known = self.learned.get(change.address) or change.binding
        binding = self.tools.kinds[change.address.kind].learn(change, known, facts)
        if binding is not None and binding != known:
            self.learned[change.address] = progress.binding = binding
            self.tools.recorder.bind(binding)

    # after

    def _check_after(self) -> None:
        """Reads back what was written; then deletes what a proved successor has replaced, and reads again."""
        touched = [each for each in self.progress.values() if each.calls]
        if not touched:
            return
        self._say(None, "reading back what was written")
        looks = self._look_back(touched, is_leaving=True)
        deferred: list[Progress] = []
        for progress in touched:
            look = looks[progress.change.address]
            steps = self._still_wanted(progress, look)
            if progress.outcome in (Outcome.DONE, Outcome.IN_DOUBT) and steps:
                progress.binding = look.binding or progress.binding
                self._resolve(progress)
                self._perform(progress, steps)
                deferred.append(progress)
            else:
                self._judge(progress, look)
        if deferred:
            looks = self._look_back(deferred)
            for progress in deferred:
                self._judge(progress, looks[progress.change.address])

    def _look_back(self, touched: Sequence[Progress], is_leaving: bool = False) -> dict[Address, Look]:
        changes = [each.change for each in touched]
        known = {
            each.change.address: applied
            for each in touched
            if (applied := self._known_after(each)) is not None
        }
        sought = [
            replace(sought_after(each.change, self.learned), search=each.outcome is Outcome.IN_DOUBT)
            for each in touched
        ]
        scope = replace(self.tools.scope, ids=self._ids())
        return look_at(self.tools.kinds, changes, sought, known, scope, self.tools.port, is_leaving)

    def _known_after(self, progress: Progress) -> Applied | None:
        """What is known of the attributes that Komet does not show: all that is wanted once every call was
        answered, and of a new resource that is there, since they came with it."""
        change = progress.change
        if change.wanted is None:
            return None
        if progress.outcome is Outcome.DONE or change.action in (Action.CREATE, Action.REPLACE):
            return _applied(change)
        return self.unsettled.get(change.address)

    def _still_wanted(self, progress: Progress, look: Look) -> list[ApiStep]:
        """The held back steps, if nothing but these is left to do by calls."""
        left = look.judgement.change
        held = [step for step in progress.change.api_steps if step.after_check]
        if left is None or not held:
            return []
        wanted = {(step.method, str(step.params)) for step in left.api_steps}
        return held if wanted <= {(step.method, str(step.params)) for step in held} else []

    def _judge(self, progress: Progress, look: Look) -> None:
        """The final word on a change: what reading shows, whatever the calls said."""
        left, progress.binding = look.judgement.change, look.binding or progress.binding
        if left is not None and left.api_steps:
            if progress.outcome is Outcome.DONE:
                paths = ", ".join(".".join(map(str, each.path)) for each in left.attributes[:5])
                progress.end(Outcome.FAILED, f"Komet took the calls and does not show the result: {paths}")
            return
        self._resolve(progress)
        planned = {step.key: step for step in progress.change.operator_steps}
        left_steps = left.operator_steps if left is not None else ()
        progress.waiting = tuple(planned.get(step.key, step) for step in left_steps)
        progress.end(Outcome.WAITING if progress.waiting else Outcome.DONE)
        self._say(progress.change.address, "", outcome=progress.outcome)

    def _resolve(self, progress: Progress) -> None:
        """A call in doubt took effect: reading found it."""
        if progress.outcome is Outcome.IN_DOUBT and progress.in_doubt is not None:
            self.tools.recorder.settle(progress.in_doubt, Outcome.DONE, "found by reading")
            progress.in_doubt = None

    # the books

    def _record_rest(self) -> None:
        """Records what is agreed on now, also when the run ended early."""
        recorder = self.tools.recorder
        agreed = list(self.plan.agreed)
        gone = list(self.plan.gone)
        for progress in self.progress.values():
            change = progress.change
            is_written = progress.outcome in (Outcome.DONE, Outcome.SKIPPED) or (
                progress.outcome is Outcome.WAITING and change.api_steps
            )
            binding = progress.binding or change.binding
            if change.wanted is not None and is_written and binding is not None:
                agreed.append(Agreed(_applied(change), binding))
            elif change.wanted is None and progress.outcome in (Outcome.DONE, Outcome.SKIPPED):
                gone.append(change.address)
            elif progress.binding is not None:
                recorder.bind(progress.binding)
        recorder.record(agreed)
        recorder.forget(gone)

    def _leave_unfinished(self) -> None:
        """What was to be taken away after reading back still stands when the run ends before that."""
        for progress in self.progress.values():
            held = [step for step in progress.change.api_steps if step.after_check]
            if held and progress.outcome is Outcome.DONE and progress.calls < len(progress.change.api_steps):
                progress.end(Outcome.FAILED, f"still to do: {held[0].does}")

    def _ids(self) -> LiveIds:
        """The ids behind addresses, with those that this run has created."""
        known = dict(self.tools.scope.ids.by_address)
        known |= {address: binding.id for address, binding in self.learned.items()}
        return LiveIds(known)

    def _say(
        self,
        address: Address | None,
        text: str,
        step: int = 0,
        steps: int = 0,
        outcome: Outcome | None = None,
    ) -> None:
        self.tools.notify(Event(address, text, step, steps, outcome))


def _settle_without_calls(progress: Progress) -> None:
    """A change without calls waits for a person, or is an adoption: a matter of the books."""
    progress.binding = progress.change.binding
    progress.waiting = progress.change.operator_steps
    progress.end(Outcome.WAITING if progress.waiting else Outcome.DONE)


def _applied(change: Change) -> Applied:
    assert change.wanted is not None
    return Applied(change.address, change.wanted, change.policy, change.depends_on, change.origin)
