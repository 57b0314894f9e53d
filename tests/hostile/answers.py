"""Answers of Komet's, as the simulator gives them, and the same with something wrong in them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from world import World

from hostile.atoms import FORMULAS, MARKUP, STEERING
from hostile.mutation import EXAMPLES, examples
from reconciler.kinds.kind import Kind
from reconciler.kinds.registry import REGISTRY
from reconciler.model.resource import Sought
from reconciler.model.step import ApiStep
from reconciler.reading import read_account
from reconciler.report.document import plan_document
from reconciler.simulator.seed import load_seed

WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**400,
    1.5,
    1e300,
    "",
    " ",
    "x",
    "NaN",
    "Infinity",
    "1e-999999999",
    "1e999999999",
    "0e-999999999",
    "1,234.50",
    "1_000",
    "１２",
    "2027-02-30",
    "0000-00-00",
    "9" * 4000,
    "\x00",
    "\u2028",
    *STEERING,
    *MARKUP,
    *FORMULAS,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"id": None},
    "x" * 70_000,
)
"""What stands where something else is documented."""


ACCOUNTS = ("bloomnet", "standing-orders")
"""The examples that have every kind between them, each with a simulated account of its own."""


def example_world(folder: Path, example: str) -> World:
    """An example over its own simulated account, of which nothing is applied yet."""
    for name, text in examples()[example].items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return World.make(folder, load_seed(EXAMPLES / example / "seed.yaml").document)


class Tampering:
    """A WSGI application before the simulator's: `tamper` sees each answer and gives another."""

    def __init__(
        self, application: Callable[..., Iterable[bytes]], tamper: Callable[[str, bytes], bytes]
    ) -> None:
        self._application = application
        self._tamper = tamper

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        began: list[Any] = []
        body = b"".join(self._application(environ, lambda *arguments: began.append(arguments)))
        content = self._tamper(environ["PATH_INFO"].rsplit("/api/", 1)[-1], body)
        status, headers = began[0][:2]
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*kept, ("Content-Length", str(len(content)))])
        return [content]


def tampered(content: bytes, chance: Random) -> bytes:
    """The answer with one to three of its values dropped, swapped or replaced."""
    tree = {"": json.loads(content)}
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        places = [(node, key) for node, key in _places(tree) if node is not tree or chance.random() < 0.02]
        if not places:
            break
        node, key = chance.choice(places)
        match chance.randrange(4):
            case 0:
                del node[key]
            case 1:
                other_node, other_key = chance.choice(places)
                node[key] = json.loads(json.dumps(other_node[other_key]))
            case _:
                node[key] = chance.choice(WRONG)
    return json.dumps(tree.get("")).encode()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            waiting.append(node[key])
    return found


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a plan, an apply and a second plan of the examples see and send.

    `answers` are by their method, `sought` the resources as they are read once they are bound, `steps` the
    calls of the first plans with their kinds, `plans` the documents of both.
    """

    answers: list[tuple[str, Any]] = field(default_factory=list)
    sought: list[Sought] = field(default_factory=list)
    steps: list[tuple[ApiStep, Kind]] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)


@cache
def recorded() -> Recorded:
    """All of it, made once."""
    found = Recorded()
    for example in ACCOUNTS:
        with tempfile.TemporaryDirectory() as folder:
            _record(example_world(Path(folder), example), found)
    return found


def _record(world: World, found: Recorded) -> None:
    def keep(method: str, content: bytes) -> bytes:
        found.answers.append((method, json.loads(content)))
        return content

    world.simulator.wsgi = Tampering(world.simulator.wsgi, keep)
    plan = world.plan()
    world.apply(plan)
    found.plans.extend(json.loads(json.dumps(plan_document(each))) for each in (plan, world.plan()))
    found.steps.extend(
        (step, REGISTRY[each.address.kind]) for each in plan.changes for step in each.api_steps
    )
    session = world.session(writing=False)
    with session.connection:
        basis = read_account(session).basis
    bound = basis.bindings
    found.sought.extend(Sought(each, resolved, bound.get(each)) for each, resolved in basis.resolved.items())
    world.close()
