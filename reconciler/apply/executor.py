"""Carrying a plan out: read again, write with intent on the disk, read back, then take away what went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.apply.checking import Look, calls_follow, look_at
from reconciler.apply.progress import Progress
from reconciler.apply.recovery import (
    FOUND,
    NOT_FOUND,
    found_facts,
    grace,
    is_adding,
    settle_earlier,
    still_planned,
)
from reconciler.apply.tools import Tools
from reconciler.apply.writing import Writing
from reconciler.errors import Interrupted, ReconcilerError
from reconciler.kinds.kind import Subject
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Outcome
from reconciler.model.plan import Agreed, Plan
from reconciler.model.resource import Applied, Binding, LiveResource
from reconciler.model.step import ApiStep, Fate, OperatorStep
from reconciler.plan.cost import expected_calls, is_read_again, resolved_of, sought_after, sought_before
from reconciler.plan.order import needs
from reconciler.state.journal import JournalEntry


class Applying(Struct):
    """One apply. `earlier` are the calls that earlier runs left open, `bindings` what is remembered as it
    begins; `error` is what ended it early.

    `live` is what it read, by kind and id, as it saw it last, and `gone` the ids that it did not find again.
    """

    plan: Plan
    tools: Tools
    writing: Writing
    earlier: Sequence[JournalEntry] = ()
    bindings: Mapping[Address, Binding] = field(default_factory=dict)
    progress: dict[Address, Progress] = field(default_factory=dict)
    error: ReconcilerError | None = None
    live: dict[str, dict[int, LiveResource]] = field(default_factory=dict)
    gone: dict[str, frozenset[int]] = field(default_factory=dict)

    def run(self) -> None:
        """Carries the plan out; afterwards `progress` says how each change ended, whatever happened."""
        self.progress = {change.address: Progress(change) for change in self.plan.changes}
        try:
            self._check_before()
            self._write()
            while self._goes_on():
                self._try_again([each for each in self.progress.values() if _is_untried(each)])
                self._write()
        except KeyboardInterrupt:
            self.error = Interrupted()
        except ReconcilerError as error:
            self.error = error
        if self.error is not None:
            self._leave_unfinished()
        self._record_rest()

    def _goes_on(self) -> bool:
        """Whether a call is to be tried again, or something may begin now that waited for one in doubt."""
        return any(
            _is_untried(each) or (each.outcome is Outcome.NOT_STARTED and self._may_begin(each))
            for each in self.progress.values()
        )

    # before

    def _check_before(self) -> None:
        """Sets aside what no longer looks as the plan saw it, and what already looks as wanted."""
        checked = [change for change in self.plan.changes if is_read_again(change, self.tools.scope)]
        looks: dict[Address, Look] = {}
        if checked:
            self.writing.say(None, "reading again what is to be changed")
            looks = self._look_before(checked)
            looks |= self._look_for_late_ones(checked, looks)
        for settled in settle_earlier(self.earlier, self.plan, looks, self.bindings):
            self.tools.recorder.settle(settled.entry, settled.outcome, settled.facts, settled.message)
        for change in checked:
            self._compare_with_plan(self.progress[change.address], looks[change.address])

    def _look_before(self, changes: Sequence[Change]) -> dict[Address, Look]:
        tools, sought = self.tools, map(sought_before, changes)
        return self._kept(
            look_at(tools.kinds, changes, sought, self.writing.applied, tools.scope, tools.port)
        )

    def _kept(self, looks: dict[Address, Look]) -> dict[Address, Look]:
        """Notes what was read, so that the next preview without a call knows it."""
        for kind, live in {address.kind: look.live for address, look in looks.items()}.items():
            found = {each.id: each for each in live}
            seen = {each.id for one in looks if one.kind == kind for each in self.progress[one].change.seen}
            missing = seen - set(found)
            self.gone[kind] = (self.gone.get(kind, frozenset()) | missing) - set(found)
            known = self.live.get(kind, {}) | found
            self.live[kind] = {id: each for id, each in known.items() if id not in missing}
        return looks

    def _look_for_late_ones(
        self, checked: Sequence[Change], looks: Mapping[Address, Look]
    ) -> dict[Address, Look]:
        """A second look at what a call of an earlier run may still bring about, once its time is over."""
        seconds = grace(self.earlier, self.tools.now(), self.tools.patience)
        young = [each for each in checked if each.address in seconds and not looks[each.address].is_as_wanted]
        if not young:
            return {}
        self.writing.say(None, "waiting for calls of an earlier run that may still take effect")
        self._wait(max(seconds[change.address] for change in young))
        return self._look_before(young)

    def _compare_with_plan(self, progress: Progress, look: Look) -> None:
        """What of a change is left now: what was planned, nothing, or something else."""
        change = progress.change = self.writing.filled_in(progress.change)
        if look.is_settled:
            progress.end(Outcome.STALE, "its ship date has passed since the plan was made")
        elif not (look.is_as_planned(change) and self._calls_follow(change, look)):
            self._compare_otherwise(progress, look)
        if progress.outcome is not Outcome.NOT_STARTED:
            self.writing.say_outcome(progress)

    def _calls_follow(self, change: Change, look: Look) -> bool:
        former = self.writing.applied.get(change.address)
        scope = replace(self.tools.scope, ids=self.writing.ids())
        return calls_follow(self.tools.kinds[change.address.kind], change, look, former, scope)

    def _compare_otherwise(self, progress: Progress, look: Look) -> None:
        """What of a change is left now that Komet looks otherwise: nothing, the same, or something else."""
        progress.ended = self._ended(progress.change, look)
        if look.is_as_wanted:
            self.writing.take(progress, look.binding, progress.change.binding)
            self.writing.teach(progress.change.address, found_facts(look.binding))
            progress.end(Outcome.SKIPPED, "already as wanted")
        elif not look.leaves_what_was_planned(progress.change):
            whys = [f" ({fate.why})" for _, fate in progress.ended]
            progress.end(
                Outcome.STALE, f"it no longer looks as the plan saw it{''.join(whys[:1])}: plan again"
            )

    def _ended(self, change: Change, look: Look) -> tuple[tuple[OperatorStep, Fate], ...]:
        """The operator steps that need nobody any more, each with what became of it."""
        kind = self.tools.kinds[change.address.kind]
        subject = Subject(change.address, resolved_of(change), look.match)
        scope = replace(self.tools.scope, ids=self.writing.ids())
        return tuple((step, kind.fate(step, subject, look.live, scope)) for step in look.ended_steps(change))

    # writing

    def _write(self) -> None:
        """Makes the calls of every change that may begin, then reads back what was written."""
        for progress in self.progress.values():
            if progress.outcome is Outcome.NOT_STARTED and self._may_begin(progress):
                if progress.change.api_steps:
                    steps = [step for step in progress.change.api_steps if not step.after_check]
                    self.writing.perform(progress, steps)
                else:
                    _settle_without_calls(progress)
        self._prove([each for each in self.progress.values() if each.is_touched and not each.is_read_back])

    def _may_begin(self, progress: Progress) -> bool:
        """Whether a change may begin now; else it says what it waits for."""
        change = progress.change
        if self.tools.is_stopping():
            progress.message = "stopped before it began"
            return False
        failed = [need for need in needs(change, self.plan.changes) if not self._is_good(need)]
        if failed:
            progress.message = f"it waits for {failed[0]}"
        elif not self._is_affordable(change, change.api_steps):
            progress.message = "the calls of today do not suffice: plan again tomorrow"
        else:
            progress.message = ""
        return not progress.message

    def _is_good(self, address: Address) -> bool:
        return address not in self.progress or self.progress[address].is_good

    def _is_affordable(self, change: Change, steps: Sequence[ApiStep]) -> bool:
        """Whether the calls that are left today do for `steps` and for reading them back."""
        if not steps:
            return True
        reading = expected_calls(
            self.tools.kinds, [sought_after(change, self.writing.learned)], self.tools.scope
        )
        return len(steps) + reading <= self.tools.calls_left()

    # after

    def _prove(self, touched: Sequence[Progress]) -> None:
        """Reads back what was written; then deletes what a proved successor has replaced, and reads again."""
        if not touched:
            return
        self.writing.say(None, "reading back what was written")
        looks = self._look_back(touched, is_leaving=True)
        looks |= self._look_again(touched, looks)
        proved: list[Progress] = []
        for progress in reversed(touched):  # what draws on an order gives its boxes back before that goes
            look = looks[progress.change.address]
            progress.left = self._left(progress, look)
            if progress.is_open and progress.left and all(step.after_check for step in progress.left):
                self._find(progress, look.binding)
                self.writing.perform(progress, progress.left)
                proved.append(progress)
            else:
                self._judge(progress, look)
        if proved:
            looks = self._look_back(proved)
            for progress in proved:
                progress.left = self._left(progress, looks[progress.change.address])
                self._judge(progress, looks[progress.change.address])

    def _look_again(self, touched: Sequence[Progress], looks: Mapping[Address, Look]) -> dict[Address, Look]:
        """The second look, at what may show later than it was asked for: what the first one does not show of
        calls that were answered, and of calls in doubt that add something."""
        late = [each for each in touched if self._may_lag(each, looks[each.change.address])]
        reading = [sought_after(each.change, self.writing.learned) for each in late]
        if not late or self.tools.is_stopping():
            return {}
        if expected_calls(self.tools.kinds, reading, self.tools.scope) > self.tools.calls_left():
            return {}
        self.writing.say(None, "not all of it shows yet: waiting to look again")
        self._wait(self.tools.patience)
        return self._look_back(late, is_leaving=True)

    def _may_lag(self, progress: Progress, look: Look) -> bool:
        left = self._left(progress, look)
        if not progress.is_open or left == () or (left and all(step.after_check for step in left)):
            return False
        doubted = progress.doubted
        return doubted is None or (is_adding(doubted.method) and _is_among(doubted, left))

    def _left(self, progress: Progress, look: Look) -> tuple[ApiStep, ...] | None:
        """The planned calls that are still to be made as it looks; None when others would be needed."""
        left = look.judgement.change.api_steps if look.judgement.change else ()
        return still_planned(progress.change.api_steps, left, self.writing.facts)

    def _look_back(self, touched: Sequence[Progress], is_leaving: bool = False) -> dict[Address, Look]:
        known = {
            each.change.address: applied
            for each in touched
            if (applied := self._known_after(each)) is not None
        }
        sought = [
            replace(sought_after(each.change, self.writing.learned), search=each.outcome is Outcome.IN_DOUBT)
            for each in touched
        ]
        for each in touched:
            each.is_read_back = True
        scope = replace(self.tools.scope, ids=self.writing.ids())
        changes = [each.change for each in touched]
        return self._kept(
            look_at(self.tools.kinds, changes, sought, known, scope, self.tools.port, is_leaving)
        )

    def _known_after(self, progress: Progress) -> Applied | None:
        """What is known of the attributes that Komet does not show: all that is wanted once every call was
        answered, and of a new resource that is there, since they came with it."""
        change = progress.change
        unsettled = self.writing.unsettled.get(change.address)
        if progress.outcome is not Outcome.DONE and unsettled is not None and unsettled.is_pending:
            return self.writing.filled(unsettled)
        if progress.outcome is Outcome.DONE or change.action in (Action.CREATE, Action.REPLACE):
            return progress.applied
        return self.writing.unsettled.get(change.address) if change.wanted is not None else None

    def _judge(self, progress: Progress, look: Look) -> None:
        """The final word on a change: what reading shows, whatever the calls said."""
        left = look.judgement.change
        if left is not None and left.api_steps:
            progress.binding = look.binding or progress.binding
            if progress.outcome is Outcome.DONE:
                progress.end(Outcome.FAILED, _ignored(left))
            return
        self._find(progress, look.binding)
        planned = {step.key: step for step in progress.change.operator_steps}
        left_steps = left.operator_steps if left is not None else ()
        progress.waiting = tuple(planned.get(step.key, step) for step in left_steps)
        progress.ended = self._ended(progress.change, look)
        progress.end(Outcome.WAITING if progress.waiting else Outcome.DONE)
        self.writing.say_outcome(progress)

    def _find(self, progress: Progress, binding: Binding | None) -> None:
        """What was written is there; of a call in doubt it is known now what its answer would have told."""
        address = progress.change.address
        known = self.writing.learned.get(address) or progress.change.binding
        progress.binding = binding or progress.binding
        if progress.outcome is not Outcome.IN_DOUBT or progress.in_doubt is None:
            return
        facts = found_facts(binding)
        self.tools.recorder.settle(progress.in_doubt, Outcome.DONE, facts, FOUND)
        self.writing.teach(address, facts)
        self.writing.take(progress, binding, known)
        progress.settle(Outcome.DONE)

    # once more

    def _try_again(self, doubtful: Sequence[Progress]) -> None:
        """Makes the calls that reading shows not to have been made, each change once more and no further."""
        for progress in doubtful:
            progress.is_tried_again = True
            if self.tools.is_stopping():
                continue
            if progress.left is None:
                progress.message += ". It looks neither as before nor as wanted"
            elif not self._is_affordable(progress.change, progress.left):
                progress.message += ". No calls are left today to try it again"
            elif progress.in_doubt is not None:
                self.writing.say(progress.change.address, "reading does not show all of it: trying again")
                if progress.doubted is not None and _is_among(progress.doubted, progress.left):
                    self.tools.recorder.settle(progress.in_doubt, Outcome.FAILED, {}, NOT_FOUND)
                else:
                    self._find(progress, progress.binding)
                first = [step for step in progress.left if not step.after_check]
                self.writing.perform(progress, first or progress.left)
        self._prove([each for each in doubtful if each.is_touched and not each.is_read_back])

    def _wait(self, seconds: float) -> None:
        """Lets time pass, in pieces: the account stays ours, and who wants to stop is heard."""
        while seconds > 0 and not self.tools.is_stopping():
            self.tools.recorder.beat()
            self.tools.wait(min(seconds, 1.0))
            seconds -= 1.0

    # the books

    def _record_rest(self) -> None:
        """Records what is agreed on now, as far as the state can be written, however the run ended."""
        try:
            self._record()
        except ReconcilerError as error:
            self.error = self.error or error

    def _record(self) -> None:
        recorder = self.tools.recorder
        agreed = list(self.plan.agreed)
        gone = list(self.plan.gone)
        for progress in self.progress.values():
            change, applied = progress.change, progress.applied
            is_written = progress.outcome in (Outcome.DONE, Outcome.SKIPPED) or (
                progress.outcome is Outcome.WAITING and change.api_steps
            )
            binding = progress.binding or change.binding
            if applied is not None and is_written and binding is not None:
                agreed.append(Agreed(applied, binding))
            elif applied is None and progress.outcome in (Outcome.DONE, Outcome.SKIPPED):
                gone.append(change.address)
            elif progress.binding is not None and not _may_hide_successor(progress):
                recorder.bind(progress.binding)
            elif change.action is Action.CREATE and progress.outcome is Outcome.FAILED:
                gone.append(change.address)
        recorder.record(agreed)
        recorder.forget(gone)

    def _leave_unfinished(self) -> None:
        """What was to be taken away after reading back still stands when the run ends before that."""
        for progress in self.progress.values():
            held = [step for step in progress.change.api_steps if step.after_check]
            if held and progress.outcome is Outcome.DONE and progress.calls < len(progress.change.api_steps):
                progress.end(Outcome.FAILED, f"still to do: {held[0].does}")


def _may_hide_successor(progress: Progress) -> bool:
    """Whether what it was to replace is all that was found: its successor is still looked for then."""
    former, found = progress.change.binding, progress.binding
    is_same = former is not None and found is not None and former.id == found.id
    return is_same and progress.change.action is Action.REPLACE


def _is_untried(progress: Progress) -> bool:
    return progress.outcome is Outcome.IN_DOUBT and not progress.is_tried_again


def _is_among(step: ApiStep, left: Sequence[ApiStep] | None) -> bool:
    """Whether `step` is one of those that are left, or nobody can say which these are."""
    return left is None or any(each.number == step.number for each in left)


def _settle_without_calls(progress: Progress) -> None:
    """A change without calls waits for a person, or is an adoption: a matter of the books."""
    progress.binding = progress.change.binding
    ended = {step.key for step, _ in progress.ended}
    progress.waiting = tuple(step for step in progress.change.operator_steps if step.key not in ended)
    progress.end(Outcome.WAITING if progress.waiting else Outcome.DONE)


def _ignored(left: Change) -> str:
    """What is said of a change whose calls were all taken and which reading still finds to be made."""
    own = [step.if_ignored for step in left.api_steps if step.if_ignored]
    if own:
        return own[0] if len(own) == 1 else f"{own[0]} ({len(own)} calls of this kind)"
    paths = ", ".join(".".join(map(str, each.path)) for each in left.attributes[:5])
    return f"Komet took the calls and does not show the result: {paths}"
