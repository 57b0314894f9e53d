"""Answers that are not what Komet documents: an error that names method and key, or a correct plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import World

from hostile.answers import ACCOUNTS, Tampering, example_world, tampered
from hostile.judging import raise_if_steering
from reconciler.cli.screen import json_text
from reconciler.errors import ReconcilerError, UnexpectedAnswer
from reconciler.komet.envelope import read_answer
from reconciler.komet.exchange import Received
from reconciler.komet.methods import METHODS, method_named
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from reconciler.report.document import plan_document
from reconciler.report.summary import render_summary, summary_document
from reconciler.report.terminal import render_plan

WRITES = {name for name, method in METHODS.items() if method.writes}


@pytest.fixture(scope="module", params=ACCOUNTS)
def honest(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    """An example of which nothing is applied yet."""
    world = example_world(tmp_path_factory.mktemp("answers"), request.param)
    yield world
    world.close()


@pytest.fixture(scope="module")
def settled(honest: World) -> Iterator[World]:
    """The same once it was applied, so that orders and lines are bound and read."""
    world = honest.copy()
    world.apply()
    yield world
    world.close()


def told(act: Callable[[], Plan | Summary]) -> str:
    """What is shown of a plan, an apply or the error that took its place; anything else is raised."""
    try:
        result = act()
    except ReconcilerError as error:
        assert str(error), error
        return ""
    if isinstance(result, Plan):
        plan = plan_document(result)
        return render_plan(plan, show_calls=True) + json_text(plan)
    summary = summary_document(result)
    return render_summary(summary) + json_text(summary)


def lying(world: World, number: int, to: Callable[[str], bool]) -> World:
    """A copy of the world in which one of the answers to methods that `to` accepts is tampered with."""
    chance = Random(number)
    left = chance.randrange(14)
    liar = world.copy()

    def tamper(method: str, content: bytes) -> bytes:
        nonlocal left
        left -= to(method)
        return tampered(content, chance) if left == 0 and to(method) else content

    liar.simulator.wsgi = Tampering(liar.simulator.wsgi, tamper)
    return liar


@settings(max_examples=12)
@given(number=st.integers(0, 2**32))
def test_a_plan_on_wrong_answers_is_an_error_or_a_plan(honest: World, settled: World, number: int) -> None:
    """Whatever stands wherever in a list: never a traceback, nothing that steers, and never a write."""
    liar = lying(settled if number % 2 else honest, number, to=lambda method: True)
    raise_if_steering(told(liar.plan))
    before = (settled if number % 2 else honest).calls()
    assert not WRITES & set(liar.calls()[len(before) :])
    liar.close()


@settings(max_examples=4)
@given(number=st.integers(0, 2**32))
def test_an_apply_on_wrong_answers_is_a_summary(honest: World, number: int) -> None:
    """Whatever a write is answered with: it ends with a summary, and plans can be made on honest answers."""
    plan = honest.plan()
    liar = lying(honest, number, to=lambda method: method in WRITES or number % 3 == 0)
    raise_if_steering(told(lambda: liar.apply(plan)))
    assert told(liar.plan) or told(liar.plan)  # it lies once at most
    liar.close()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"status":1,"message":"OK","products":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"status":1,"message":"OK","products":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
        b'{"status":1,"products":' + b"9" * 4300 + b"}",
        b'{"status":1,"products":' + b"9" * 5000 + b"}",
        b'{"status":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"status":0,"message":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"status":"' + b"1" * 100_000 + b'"}',
        b'{"status":0,"message":"\\u001b[31m\\ud800"}',
        b'{"status":1,"status":0}',
        b"\xff\xfe",
        b"nul",
        b"",
    ],
    ids=range(13),
)
def test_a_monstrous_answer_is_an_error(body: bytes) -> None:
    """Deep, long or broken: an error of ours, whose text is short."""
    for name in ("product.list", "customer.add", "ecommerce/inventory.list", "company.list"):
        with pytest.raises(ReconcilerError) as caught:
            read_answer(method_named(name), Received(200, {}, body))
            raise UnexpectedAnswer(name, "nothing", "", "these three may be answered with nothing more")
        assert len(str(caught.value)) < 3_000


def test_an_answer_names_its_method_and_key(honest: World) -> None:
    """A customer's id that is a list is said so."""

    def tamper(method: str, content: bytes) -> bytes:
        if method != "customer.list":
            return content
        document: dict[str, Any] = json.loads(content)
        document["customers"][0]["id"] = [1]
        return json.dumps(document).encode()

    liar = honest.copy()
    liar.simulator.wsgi = Tampering(liar.simulator.wsgi, tamper)
    with pytest.raises(UnexpectedAnswer, match=r"customer\.list: .*customers\[0\]\.id"):
        liar.plan()
    liar.close()


def test_the_whole_plan_is_made_when_nobody_lies(honest: World, tmp_path: Path) -> None:
    """What the tests above tamper with works as it is."""
    assert honest.plan().changes
