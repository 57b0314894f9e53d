"""Saved plans that somebody has edited: refused, or shown without harm, and nothing else is ever called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from fuzz.targets import run_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from thorough import tried
from world import World

from hostile.answers import ACCOUNTS, example_world, recorded, tampered
from hostile.plans import with_new_digest
from reconciler.cli.plan_file import read_plan_file
from reconciler.errors import GuardRefused, KometError, PlanUnusable, ReconcilerError, UsageError
from reconciler.kinds.families import FAMILIES
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.wanted import WANTED
from reconciler.komet.methods import METHODS, method_named
from reconciler.komet.request import make_request
from reconciler.model.event import Outcome
from reconciler.model.summary import Summary
from reconciler.report.document import plan_document
from reconciler.workflow import RunIdentity, apply_changes, read_saved_plan

Document: TypeAlias = dict[str, Any]
WRITES = {name for name, method in METHODS.items() if method.writes}


@tried(50)
@given(number=st.integers(0, 2**32))
def test_an_edited_plan_is_refused_or_shown_without_harm(number: int) -> None:
    """Whatever is dropped, swapped or replaced, with a digest that fits: unusable, or text that is inert."""
    chance = Random(number)
    run_plan(tampered(json.dumps(chance.choice(recorded().plans)).encode(), chance))


@settings(max_examples=12)
@given(number=st.integers(0, 2**32))
def test_an_edited_plan_is_refused_or_ends_with_a_summary(fresh: World, saved: bytes, number: int) -> None:
    """Never a traceback: what no kind understands is refused before anything is called."""
    try:
        document = with_new_digest(json.loads(tampered(saved, Random(number))))
    except (ValueError, AttributeError):
        return  # no object any more, or half a character, of which there is no digest
    world = fresh.copy()
    with suppress(ReconcilerError):
        summary = apply_saved(world, document)
        assert summary.exit_code in (0, 7, 10)
    world.close()


@pytest.fixture(scope="module", params=ACCOUNTS)
def fresh(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    """The same for many copies."""
    made = example_world(tmp_path_factory.mktemp("plans"), request.param)
    yield made
    made.close()


@pytest.fixture(scope="module")
def saved(fresh: World) -> bytes:
    """Its plan."""
    return json.dumps(plan_document(fresh.plan())).encode()


@pytest.fixture
def world(fresh: World, tmp_path: Path) -> Iterator[World]:
    """An example of which nothing is applied yet."""
    made = fresh.copy(tmp_path)
    yield made
    made.close()


def apply_edited(world: World, edit: Callable[[Document], None]) -> Summary:
    """Applies the plan of the world as somebody left it who edited it and made its digest fit again."""
    document: Document = json.loads(json.dumps(plan_document(world.plan())))
    edit(document)
    return apply_saved(world, with_new_digest(document))


def apply_saved(world: World, document: Document) -> Summary:
    """Applies a saved plan."""
    session = world.session()
    with session.connection:
        plan = read_saved_plan(session, document)
        return apply_changes(session, plan, RunIdentity("run-1", "test"), saved=True)


def api_steps(document: Document) -> list[Document]:
    return [step for change in document["changes"] for step in change["steps"] if step["by"] == "api"]


def writes_of(world: World) -> list[str]:
    return [method for method in world.calls() if method in WRITES]


@pytest.mark.parametrize(
    "method", ["product.update", "vendor.add", "product.list", "https://evil.example/", "../x", ""]
)
def test_a_step_calls_a_method_of_its_kind_or_nothing(world: World, method: str) -> None:
    """No other method is smuggled in: neither another kind's, nor a reading one, nor a URL."""

    def edit(document: Document) -> None:
        for step in api_steps(document):
            step["method"] = method

    with pytest.raises(PlanUnusable, match="no method that this kind calls"):
        apply_edited(world, edit)
    assert not writes_of(world)


@pytest.mark.parametrize("ending", ["delete", "list", "x/../../y"])
def test_a_step_calls_what_its_change_needs_or_nothing(world: World, ending: str) -> None:
    """Another method of the same kind, one that only reads, and one that is none."""

    def edit(document: Document) -> None:
        for step in api_steps(document):
            step["method"] = f"{step['method'].partition('.')[0]}.{ending}"

    with suppress(PlanUnusable):
        assert apply_edited(world, edit).count(Outcome.DONE) == 0
    assert not writes_of(world)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("customerId", 1),
        ("comments", "[rc:other/x]"),
        ("authenticationToken", "another"),
        ("id", 999),
        ("x", {}),
    ],
)
def test_a_step_sends_what_the_change_needs_or_nothing(world: World, name: str, value: object) -> None:
    """A call whose parameters are not what the wanted values lead to is not made."""

    def edit(document: Document) -> None:
        for step in api_steps(document):
            step["params"][name] = value

    summary = apply_edited(world, edit)
    assert not writes_of(world)
    assert summary.count(Outcome.DONE) == 0
    assert summary.exit_code == 7


def test_what_a_plan_remembers_is_read_before_anything_is_called(tmp_path: Path) -> None:
    """As is what it wants: arrivals that are none are refused."""
    world = example_world(tmp_path, "bloomnet")
    document: Document = json.loads(json.dumps(plan_document(world.plan())))
    before = world.calls()
    for change in document["changes"]:
        if change["binding"] is not None:
            change["binding"]["facts"]["doubtful"] = 1
    with pytest.raises(PlanUnusable, match="doubtful"):
        apply_saved(world, with_new_digest(document))
    assert world.calls() == before
    world.close()


def test_a_verdict_that_was_edited_does_not_let_a_change_through(world: World) -> None:
    """The guards that need nothing but the changes judge once more."""
    file = world.root / "reconciler.yaml"
    text = file.read_text(encoding="utf-8").replace("guards:", "guards:\n  max_changes: 0", 1)
    file.write_text(text if "guards:" in text else f"{text}guards: {{max_changes: 0}}\n", encoding="utf-8")

    def edit(document: Document) -> None:
        for guard in document["guards"]:
            guard["verdict"] = "passed"

    with pytest.raises(GuardRefused, match="max_changes"):
        apply_edited(world, edit)
    assert not writes_of(world)


@pytest.mark.parametrize("name", ["company", "project", "environment", "config_digest", "reconciler"])
def test_a_plan_of_another_account_is_refused(world: World, name: str) -> None:
    """Also when its digest fits."""

    def edit(document: Document) -> None:
        document[name] = 4711 if name == "company" else "another"

    with pytest.raises(PlanUnusable):
        apply_edited(world, edit)
    assert not writes_of(world)


def test_parameters_hold_no_token() -> None:
    """Komet would take the second of two tokens; the border sends none but its own."""
    for method in METHODS.values():
        with pytest.raises(KometError, match="not sent"):
            make_request(method, {"authenticationToken": "another"}, 6316)


def test_every_kind_has_its_family_of_writing_methods() -> None:
    """The table knows every kind, and the families share no method."""
    assert set(FAMILIES) == set(WANTED) == set(REGISTRY)
    for name in WRITES:
        assert sum(name.startswith(family) for family in FAMILIES.values()) <= 1
    assert {step["method"] for document in recorded().plans for step in api_steps(document)} <= WRITES
    assert all(method_named(name).writes for name in WRITES)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"format": 1}',
        b'{"format": 1.0}',
        b'{"format": NaN}',
        b'{"format": 1, "format": 1}',
        b'{"format": "\\ud800"}',
        b'{"format": ' + b"9" * 5000 + b"}",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"format": 1, "digest": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
    ids=range(14),
)
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    """Other text, another form, or JSON that is too deep: exit 6, never a traceback."""
    from reconciler.report.document_reading import plan_from_document

    (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(PlanUnusable):
        plan_from_document(read_plan_file(tmp_path / "plan.json"))


def test_a_plan_file_is_a_file(tmp_path: Path) -> None:
    """A folder and a device are refused at once, a name that is none too."""
    for place in (tmp_path, Path("/dev/zero")):
        with pytest.raises((PlanUnusable, UsageError)):
            read_plan_file(place)
    with pytest.raises(UsageError):
        read_plan_file(Path("a\x00b"))
