"""The laws, over every case on file: what holds for one configuration holds for all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jsonschema
import pytest
import yaml
from cases_told import CASES, FOLDER, Told, tell
from msgspec.structs import replace
from thorough import every, is_thorough
from world import TOKEN, Killed, World, carry_out, document_text, is_done, timeless, untrue

from reconciler.errors import ConfigurationError, GuardRefused, ReconcilerError
from reconciler.kinds.schema import load_schema
from reconciler.model.change import Action
from reconciler.model.event import Event
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from reconciler.model.value import Json
from reconciler.plan.planner import Choices
from reconciler.report.diagnostics import render_diagnostics
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.report.markdown import render_markdown
from reconciler.report.report import Report
from reconciler.report.terminal import render_plan

Golden = Callable[[Path, str], None]

UNSEEN_BY_ANYONE = frozenset({"a_person_changed_a_price_and_nobody_can_see_it"})
"""Komet's lists show no price: what a person does to one stays unknown (Komet API §5.3)."""

BEYOND_THE_MARKER = frozenset(
    {"a_ship_date_changed_and_a_person_moves_the_order", "an_arrival_was_added_and_has_sold_out"}
)
"""While a person still has to postpone an order, only the binding says on which other date it stands. An
arrival that was sold to the last box leaves no trace in Komet's lists (Komet API §4.4): as long as nothing
stands reserved either, a state that was lost looks like a first plan."""


BEYOND_READING = frozenset({"a_prebook_was_cancelled_in_Komet"})
"""Komet shows no prebook that was cancelled: only the record says that there was one (Komet API §7.5)."""


def faulty(name: str) -> bool:
    """Whether the case ends with a fault instead of a plan."""
    return (FOLDER / name / "fault.txt").exists()


PLANNED = [name for name in CASES if not faulty(name)]


def refused(name: str) -> bool:
    """Whether a guard refuses the plan on file."""
    document = json.loads((FOLDER / name / "plan.json").read_text(encoding="utf-8"))
    return any(guard["verdict"] == "refused" for guard in document["guards"])


APPLIED = [name for name in PLANNED if (FOLDER / name / "plan.json").exists() and not refused(name)]
REFUSED = [name for name in PLANNED if name not in APPLIED]
WRITING = [
    name
    for name in APPLIED
    if json.loads((FOLDER / name / "plan.json").read_text(encoding="utf-8"))["calls"]["apply"]
]


HISTORIES = [
    name
    for name in PLANNED
    if (steps := FOLDER / name / "steps.yaml").exists() and "apply:" in steps.read_text(encoding="utf-8")
]
"""Those in which something was applied before."""


class Case:
    """One case for all its laws: told, planned and applied once; each law leads it on in a copy."""

    def __init__(self, name: str, root: Path) -> None:
        self._told = tell(name, root)
        self._worlds = [self._told.world]

    @property
    def name(self) -> str:
        """What its folder is called."""
        return self._told.name

    def told(self) -> Told:
        """Before it is planned."""
        return self._copy(self._told)

    def planned(self) -> tuple[Told, Plan]:
        """After it was planned, with the plan; a fault is raised again for each who asks."""
        told, plan = self._planned
        return self._copy(told), plan

    def done(self) -> tuple[Told, Done]:
        """After its plan was applied, with how that went."""
        told, done = self._done
        return self._copy(told), done

    def later(self) -> tuple[Told, Plan]:
        """After its plan was applied and another one made, with that."""
        told, plan = self._later
        return self._copy(told), plan

    def close(self) -> None:
        """Let go of every world that was made of it."""
        for world in self._worlds:
            world.close()

    @cached_property
    def _planned(self) -> tuple[Told, Plan]:
        told = self.told()
        return told, told.plan()

    @cached_property
    def _done(self) -> tuple[Told, Done]:
        told, plan = self.planned()
        before = len(told.world.calls())
        summary = told.world.apply(plan)
        return told, Done(plan, summary, told.world.calls()[before:], tuple(told.world.events))

    @cached_property
    def _later(self) -> tuple[Told, Plan]:
        told, _ = self.done()
        return told, told.later()

    def _copy(self, told: Told) -> Told:
        world = told.world.copy()
        self._worlds.append(world)
        return replace(told, world=world)


@dataclass(frozen=True, slots=True)
class Done:
    """An apply: its plan and summary, the methods that it called, what it told while it ran."""

    plan: Plan
    summary: Summary
    calls: list[str]
    events: tuple[Event, ...]


@pytest.fixture(scope="module")
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The case of that name; the laws of one case come one after the other."""
    case = Case(request.param, tmp_path_factory.mktemp("case") / "repository")
    yield case
    case.close()


over_all = pytest.mark.parametrize("case", CASES, indirect=True)
over_plans = pytest.mark.parametrize("case", PLANNED, indirect=True)
over_applied = pytest.mark.parametrize("case", APPLIED, indirect=True)
over_refused = pytest.mark.parametrize("case", REFUSED, indirect=True)
over_writing = pytest.mark.parametrize("case", WRITING, indirect=True)

over_even_plans = pytest.mark.parametrize("case", every(2, PLANNED), indirect=True)
over_odd_plans = pytest.mark.parametrize("case", every(2, PLANNED, first=1), indirect=True)
over_half_of_the_writing = pytest.mark.parametrize("case", every(2, WRITING), indirect=True)
over_half_of_the_histories = pytest.mark.parametrize("case", every(2, HISTORIES), indirect=True)
"""Half of them in every run and all with `make thorough`: laws that one case seldom breaks alone."""


PLAN_SCHEMA = jsonschema.Draft202012Validator(load_schema("plan"))


def _lasting(plan: Plan) -> Plan:
    """The plan without what changes with every version of the program."""
    return replace(plan, reconciler="0.0.0", config_digest="sha256:of-the-configuration")


@over_all
def test_the_plan_is_to_the_letter_the_one_on_file(case: Case, golden: Golden) -> None:
    """What is planned, and how it reads, is exactly what somebody has read and approved."""
    folder = FOLDER / case.name
    try:
        plan = _lasting(case.planned()[1])
    except ConfigurationError as error:
        golden(folder / "fault.txt", render_diagnostics(error.diagnostics) + "\n")
        return
    except ReconcilerError as error:
        golden(folder / "fault.txt", f"{type(error).__name__}: {error}\n")
        return
    golden(folder / "plan.json", document_text(plan))
    document = plan_document(plan)
    golden(folder / "plan.txt", render_plan(document, color=False, show_calls=False))
    shown = {**document, "digest": "sha256:of-the-plan"}  # so that only what can be seen changes the comment
    report = Report("plan", plan.project, plan.environment, shown)
    golden(folder / "plan.md", render_markdown(report))


@over_even_plans
def test_planning_twice_gives_the_same_bytes(case: Case) -> None:
    """The same desired, live and state give the same plan to the byte; and planning changes nothing: planned
    once more in the same world, only its time and its calls are others."""
    planned, first = case.planned()
    assert document_text(case.told().plan()) == document_text(first)
    assert timeless(planned.plan()) == timeless(first)


@over_odd_plans
def test_the_order_in_which_things_were_written_does_not_matter(case: Case, tmp_path: Path) -> None:
    """Keys in another order and every resource in a file of its own: the plan is the same but for origins."""
    _, plan = case.planned()
    other = case.told()
    shutil.copytree(other.world.root, tmp_path / "turned")
    _turn_round(tmp_path / "turned")
    other.world.root = tmp_path / "turned"
    assert _without_origins(timeless(other.plan())) == _without_origins(timeless(plan))


def _turn_round(root: Path) -> None:
    """Writes each resource into a file of its own, keys backwards, files named backwards."""
    sections: list[tuple[str, str, yaml.Node]] = []
    for file in sorted((root / "config").iterdir()):
        document = yaml.compose(file.read_text(encoding="utf-8"))
        assert isinstance(document, yaml.MappingNode)
        for kind, resources in document.value:
            assert isinstance(resources, yaml.MappingNode)
            sections += [(kind.value, name.value, inner) for name, inner in resources.value]
        file.unlink()
    for place, (kind, name, inner) in enumerate(reversed(sections)):
        text = yaml.serialize(_backwards(inner))
        indented = "".join(f"    {line}\n" for line in text.splitlines() if line != "...")
        head = f"{kind}:\n  {name}:"
        if isinstance(inner, yaml.ScalarNode):
            (root / "config" / f"file-{place:03}.yaml").write_text(f"{head} {inner.value}\n")
        else:
            (root / "config" / f"file-{place:03}.yaml").write_text(f"{head}\n{indented}")


def _backwards(node: yaml.Node) -> yaml.Node:
    if isinstance(node, yaml.MappingNode):
        pairs = [(key, _backwards(value)) for key, value in reversed(node.value)]
        return yaml.MappingNode(node.tag, pairs, flow_style=False)
    return node


def _without_origins(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_origins(inner) for name, inner in value.items() if name != "origin"}
    if isinstance(value, list):
        return [_without_origins(inner) for inner in value if not _is_about_files(inner)]
    return value


def _is_about_files(value: Json) -> bool:
    """Whether it is the one guard that asks in which file something stood."""
    return isinstance(value, dict) and value.get("name") == "lost_file"


@over_applied
def test_a_second_plan_after_an_apply_is_empty(case: Case) -> None:
    """Nothing is left but what waits for a person, and Komet holds what the configuration wants."""
    told, second = case.later()
    assert is_done(second), [(str(change.address), change.steps) for change in second.changes]
    if not (told.choices.targets or told.choices.excludes or told.name in UNSEEN_BY_ANYONE):
        assert untrue(told.world, second) == []


@over_applied
def test_once_a_person_has_done_their_part_nothing_is_left(case: Case) -> None:
    """Every operator step can be carried out as it reads, and is closed by the next read."""
    told, waiting = case.later()
    for _ in range(3):
        if waiting.changes:
            carry_out(told.world, [step for change in waiting.changes for step in change.operator_steps])
            told.world.apply(told.later())
            waiting = told.later()
    assert waiting.changes == ()
    session = told.world.session(writing=False)
    with session.connection:
        assert session.state.worklist.open_steps(session.scope) == []


@over_applied
def test_predicted_calls_equal_counted_calls(case: Case) -> None:
    """What the plan says that it spent, and that apply will spend to read, write and read back, is exact."""
    told = case.told()
    planned, plan = case.planned()
    _, done = case.done()
    assert len(planned.world.calls()) - len(told.world.calls()) == plan.calls.read
    assert len(done.calls) == done.summary.calls == plan.calls.apply + plan.calls.verify


@over_refused
def test_what_a_guard_refuses_is_not_applied(case: Case) -> None:
    """A refused plan is shown and raises on apply before any call; the flag it names lets it through."""
    told, plan = case.planned()
    calls = len(told.world.calls())
    with pytest.raises(GuardRefused):
        told.world.apply(plan)
    assert len(told.world.calls()) == calls
    flags = tuple(guard.flag for guard in plan.refusals)
    allowed = told.world.plan(replace(told.choices, allow=(*told.choices.allow, *flags)))
    assert allowed.refusals == ()


@over_plans
def test_a_plan_satisfies_its_schema_and_is_read_back_as_it_was(case: Case) -> None:
    """The document is valid under `schemas/plan.schema.json`, and through JSON text the plan comes back."""
    _, plan = case.planned()
    document = json.loads(json.dumps(plan_document(plan)))
    PLAN_SCHEMA.validate(document)
    assert plan_from_document(document) == replace(plan, agreements=())


@over_half_of_the_writing
def test_a_saved_plan_does_what_the_plan_itself_does(case: Case) -> None:
    """Applying the plan that was read back from its document leaves Komet exactly the same."""
    told, _ = case.done()
    other, plan = case.planned()
    other.world.apply(plan_from_document(json.loads(json.dumps(plan_document(plan)))))
    for name in ("purchase_orders", "customers", "inventory", "prebooks"):
        assert other.world.simulator.part(name) == told.world.simulator.part(name)


@over_plans
def test_no_sensitive_value_appears_in_any_output(case: Case) -> None:
    """No token is in a plan, in text made of it, in an event, or anywhere in the state."""
    told, plan = case.planned()
    text = document_text(plan) + render_plan(plan_document(plan), color=True, show_calls=True) + repr(plan)
    if told.name in APPLIED:
        told, done = case.done()
        text += repr(done)
    text += "\n".join(told.world.database._connection.iterdump())
    assert TOKEN not in text and "simulator-bloomnet" not in text


@over_applied
def test_losing_the_state_loses_nothing(case: Case) -> None:
    """Without state the plan after an apply is empty too but for what waits and what is adopted anew; nothing
    is ever made a second time."""
    if case.name in BEYOND_THE_MARKER | BEYOND_READING:
        return
    told, _ = case.done()
    told.world.lose_state()
    plan = told.later()
    if not (told.choices.targets or told.choices.excludes):
        assert Action.CREATE not in {change.action for change in plan.changes}
        assert [change for change in plan.changes if change.api_steps] == []
        told.world.apply(plan)
        assert is_done(told.later())


@over_half_of_the_histories
def test_what_is_remembered_changes_no_plan(case: Case, tmp_path: Path) -> None:
    """Rows and verdicts of earlier plans spare work alone: with a plan after every apply that came before, so
    that all is remembered, the plan is the same."""
    _, plan = case.planned()
    told = tell(case.name, tmp_path / "repository", plan_quietly)
    assert timeless(told.plan()) == timeless(plan)
    told.world.close()


def plan_quietly(world: World) -> None:
    """A plan for the sake of what it remembers; its faults are not asked for."""
    with suppress(ReconcilerError):
        world.plan()


WAYS_TO_DIE = ("request lost", "answer lost", "killed after", "killed before")


@over_writing
def test_wherever_an_apply_dies_the_next_ones_converge(case: Case) -> None:
    """A request or its answer lost, or the process killed, at each call in turn: the applies that follow
    bring about what was wanted, and nothing exists twice. (One of the four ways at each call, in turn; at a
    read every second time, and before anything is written, when all is as it was, every fourth; at each with
    `make thorough`.)"""
    _, done = case.done()
    has_written = False
    for place, method in enumerate(done.calls, start=1):
        is_read = method.endswith((".list", ".get"))
        has_written = has_written or not is_read
        turn = (place + CASES.index(case.name)) % len(WAYS_TO_DIE)
        one_of = 1 if not is_read else 2 if has_written else 4
        if turn % one_of == 0 or is_thorough():
            way = WAYS_TO_DIE[0 if is_read else turn]
            told, plan = case.planned()
            _die(told.world, plan, place, way, is_read)
            _converges(told, f"{way} at call {place}, {method}")


def _die(world: World, plan: Plan, place: int, way: str, is_read: bool) -> None:
    if way.startswith("killed"):
        world.border.countdown, world.border.after_effect = place, way == "killed after"
        with pytest.raises(Killed):
            world.apply(plan)
        return
    kind = "lose_request" if way == "request lost" else "lose_answer"
    world.act("fault", kind=kind, nth=place, times=4 if is_read else 1)
    world.apply(plan)
    world.act("clear-faults")


def _converges(told: Told, how: str) -> None:
    """At most three more applies; then only people have something to do, and Komet is as it should be."""
    last = told.plan() if told.choices.rewrite else told.later()
    for _ in range(3):
        if not is_done(last) or last.agreed or last.gone:
            told.world.apply(last)
            last = told.later()
    assert is_done(last), (how, [(str(change.address), change.steps) for change in last.changes])
    if not (told.choices.targets or told.choices.excludes):
        assert untrue(told.world, last) == [], how


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_what_a_case_needs(name: str) -> None:
    """Each folder holds its Komet, its configuration and what was approved, and nothing that nobody reads."""
    found = {path.name for path in (FOLDER / name).iterdir()}
    assert {"config", "live.yaml"} <= found
    assert found <= {
        *("config", "before", "live.yaml", "steps.yaml", "reconciler.yaml"),
        *("plan.json", "plan.txt", "plan.md", "fault.txt"),
    }
    assert ("fault.txt" in found) != ("plan.json" in found)


def test_choices_are_those_of_the_one_who_plans() -> None:
    """The cases use the choices that there are."""
    assert {"targets", "excludes", "rewrite", "allow", "lifetime"} == set(Choices.__struct_fields__)
