"""Making the calls of a change: intent on the disk, the call, its outcome on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.apply.placeholders import NotKnown, fill_in, fill_in_known
from reconciler.apply.progress import Progress
from reconciler.apply.tools import Tools
from reconciler.errors import InDoubt, ReconcilerError, Refused, UnexpectedAnswer
from reconciler.kinds.kind import LiveIds
from reconciler.kinds.orders.binding import expected_binding
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Event, Outcome
from reconciler.model.resource import Applied, Binding
from reconciler.model.step import ApiStep, OperatorStep, Step
from reconciler.model.value import Json

NOT_WRITTEN_DOWN = "the call was made, and what came of it could not be written down"


class Writing(Struct):
    """The calls of one apply, and what they taught.

    `facts` fill the placeholders of later calls, `learned` are the bindings of what was created, `unsettled`
    what is still known of a resource while it is written.
    """

    tools: Tools
    applied: Mapping[Address, Applied]
    facts: dict[str, Json] = field(default_factory=dict)
    learned: dict[Address, Binding] = field(default_factory=dict)
    unsettled: dict[Address, Applied] = field(default_factory=dict)

    def perform(self, progress: Progress, steps: Sequence[ApiStep]) -> None:
        """Makes the calls of one change, until one of them does not end well.

        What the change wants is recorded with what earlier calls have taught.
        """
        change = progress.change = self.filled_in(progress.change)
        expected = expected_binding(change)
        if expected is not None and change.address not in self.learned:  # what was made already stays bound
            self.tools.recorder.bind(expected)  # else what this makes is lost sight of if it dies
        self._unsettle(progress)
        for step in steps:
            unfinished = f"it ended before step {step.number}: {step.does}"
            if progress.calls:
                progress.end(Outcome.FAILED, unfinished)
            if self.tools.is_stopping() and progress.calls:
                progress.message = f"stopped before step {step.number}: {step.does}"
                return
            self.say(change.address, step.does, step.number, len(change.steps))
            if not self._call(progress, step):
                self.say_outcome(progress)
                return
        progress.end(Outcome.DONE)

    def filled(self, applied: Applied) -> Applied:
        """`applied` with what this apply has learnt so far."""
        attributes = fill_in_known(dict(applied.attributes), self.facts)
        assert isinstance(attributes, dict)
        return replace(applied, attributes=attributes)

    def filled_in(self, change: Change) -> Change:
        """`change` with what this apply has learnt so far: in what it wants, and in its calls."""
        if not self.facts:
            return change
        steps = tuple(self._known_step(step) for step in change.steps)
        if change.wanted is None:
            return replace(change, steps=steps)
        wanted = fill_in_known(dict(change.wanted), self.facts)
        assert isinstance(wanted, dict)
        return replace(change, wanted=wanted, steps=steps)

    def _known_step(self, step: Step) -> Step:
        if isinstance(step, OperatorStep):
            return step
        params = fill_in_known(dict(step.params), self.facts)
        assert isinstance(params, dict)
        return replace(step, params=params)

    def _unsettle(self, progress: Progress) -> None:
        """Of what Komet does not show, only reading a record tells the value: before the first call the
        record ceases to claim what the calls may change, so that it is never wrong, whenever this dies. What
        is created brings its values along: of that the record says from now on what was sent."""
        change = progress.change
        former, wanted = self.applied.get(change.address), progress.applied
        if wanted is None or change.address in self.unsettled:
            return
        if change.action is Action.CREATE:
            known = wanted
        elif former is None:
            return
        else:
            known = self.tools.kinds[change.address.kind].unsettled(former, change)
        self.unsettled[change.address] = known
        if known != former:
            self.tools.recorder.unsettle(known)

    def _call(self, progress: Progress, step: ApiStep) -> bool:
        """One call: intent on the disk, the call, its outcome on the disk; whether it was carried out whole.

        Raises what makes further calls pointless; a refusal ends only this change.
        """
        address, recorder = progress.change.address, self.tools.recorder
        try:
            params = fill_in(step.params, self.facts)
        except NotKnown as unknown:
            progress.end(Outcome.FAILED, str(unknown))
            return False
        recorder.beat()
        entry = recorder.intend(address, step.number, step.method, params, _notes(progress.change))
        progress.calls += 1
        progress.is_read_back = False
        progress.in_doubt, progress.doubted = entry, step
        progress.end(Outcome.IN_DOUBT, NOT_WRITTEN_DOWN)  # true until the outcome is on the disk
        try:
            answer = self.tools.port.call(step.method, params)
            result = self.tools.kinds[address.kind].interpret(step, answer)
        except (InDoubt, UnexpectedAnswer) as error:
            recorder.conclude(entry, Outcome.IN_DOUBT, {}, str(error))
            progress.end(Outcome.IN_DOUBT, str(error))
            return False
        except ReconcilerError as error:
            recorder.conclude(entry, Outcome.FAILED, {}, str(error))
            progress.settle(Outcome.FAILED, str(error))
            if isinstance(error, Refused):
                return False
            raise
        learnt = self._learnt(progress.change, result.facts)
        recorder.conclude(entry, Outcome.DONE, result.facts, "; ".join(result.failed), learnt)
        progress.settle(Outcome.DONE)
        self.teach(address, result.facts)
        if learnt is not None:
            self.learned[address] = progress.binding = learnt
        if result.failed:
            progress.refused = tuple(zip(result.places, result.failed, strict=False))
            progress.end(Outcome.FAILED, "Komet refused " + "; ".join(result.failed))
        return not result.failed

    def _learnt(self, change: Change, facts: Mapping[str, Json]) -> Binding | None:
        """What the address stands for, if `facts` are news of it."""
        known = self.learned.get(change.address) or change.binding
        binding = self.tools.kinds[change.address.kind].learn(change, known, facts)
        return binding if binding != known else None

    def teach(self, address: Address, facts: Mapping[str, Json]) -> None:
        """What is known of `address` from now on, for the calls that wait for it."""
        self.facts.update({f"{address}#{name}": value for name, value in facts.items()})

    def take(self, progress: Progress, binding: Binding | None, known: Binding | None) -> None:
        """What the address stands for from now on, if that is news."""
        if binding is not None and binding != known:
            self.learned[binding.address] = progress.binding = binding
            self.tools.recorder.bind(binding)

    def ids(self) -> LiveIds:
        """The ids behind addresses, with those that this run has created."""
        known = dict(self.tools.scope.ids.by_address)
        known |= {address: binding.id for address, binding in self.learned.items()}
        return LiveIds(known)

    def say_outcome(self, progress: Progress) -> None:
        """Tells how a change ended."""
        self.say(progress.change.address, progress.message, outcome=progress.outcome)

    def say(
        self,
        address: Address | None,
        text: str,
        step: int = 0,
        steps: int = 0,
        outcome: Outcome | None = None,
    ) -> None:
        """Tells what happens."""
        self.tools.notify(Event(address, text, step, steps, outcome))


def _notes(change: Change) -> dict[str, Json]:
    """What recovery needs to tell whether a call took effect, and what to record if it did."""
    wanted = dict(change.wanted) if change.wanted is not None else None
    return {"action": change.action.value, "wanted": wanted, "policy": dict(change.policy)}
