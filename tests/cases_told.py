"""The cases on file: a configuration, what Komet holds, what happened before; made into worlds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from world import World

from reconciler.errors import ReconcilerError
from reconciler.model.plan import Plan
from reconciler.plan.planner import Choices
from reconciler.simulator.seed import Document, load_seed

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "config").is_dir())


class Told(Struct):
    """One case: its world at the moment of planning, and what the one who plans asks for."""

    name: str
    world: World
    choices: Choices
    fault: ReconcilerError | None = None

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return FOLDER / self.name

    def plan(self) -> Plan:
        """The plan that is on file."""
        return self.world.plan(self.choices)

    def later(self) -> Plan:
        """A plan afterwards, which rewrites nothing once more."""
        choices = Choices(
            targets=self.choices.targets, excludes=self.choices.excludes, allow=self.choices.allow
        )
        return self.world.plan(choices)


def tell(name: str, root: Path, applied: Callable[[World], None] = lambda world: None) -> Told:
    """The case `name` in a repository at `root`, everything done that happened before; `applied` hears of
    each apply."""
    folder = FOLDER / name
    steps = _steps(folder)
    root.mkdir(parents=True)
    if (folder / "reconciler.yaml").exists():
        shutil.copy(folder / "reconciler.yaml", root)
    world = World.make(root, _seed(folder / "live.yaml"))
    for step in steps.get("first", []):
        _do(world, folder, step)
        if "apply" in step:
            applied(world)
    _configure(root, folder / "config")
    chosen: Mapping[str, Any] = steps.get("choices", {})
    return Told(name, world, Choices(**{key: tuple(values) for key, values in chosen.items()}))  # type: ignore[arg-type]


_SEEDS: dict[str, Document] = {}


def _seed(file: Path) -> Document:
    """The seed in `file`; most cases have the same."""
    text = file.read_text(encoding="utf-8")
    if text not in _SEEDS:
        _SEEDS[text] = load_seed(file).document
    return _SEEDS[text]


def _steps(folder: Path) -> Mapping[str, Any]:
    file = folder / "steps.yaml"
    if not file.exists():
        return {}
    steps = _dates_as_text(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert isinstance(steps, dict) and set(steps) <= {"first", "choices"}, file
    return steps


def _do(world: World, folder: Path, step: object) -> None:
    """One thing that happened before: an apply, something a person did, a call of somebody else's."""
    if step == "lose state":
        world.lose_state()
        return
    assert isinstance(step, dict)
    if "apply" in step:
        _configure(world.root, folder / step["apply"])
        world.apply(world.plan(Choices(allow=tuple(step.get("allow", ())))))
    elif "call" in step:
        session = world.session()
        with session.connection:
            session.connection.port.call(step["call"]["method"], _numbers_as_text(step["call"]["params"]))
    else:
        params = {key: value for key, value in step.items() if key != "act"}
        world.act(step["act"], **_numbers_as_text(params))


def _configure(root: Path, folder: Path) -> None:
    shutil.rmtree(root / "config", ignore_errors=True)
    shutil.copytree(folder, root / "config")


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _numbers_as_text(value: Any) -> Any:
    """Amounts as their text: a float is no money."""
    if isinstance(value, dict):
        return {key: _numbers_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(inner) for inner in value]
    return str(value) if isinstance(value, float) else value
