"""The doors through which foreign bytes come in, each a function that raises when its promise breaks."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from hostile.answers import recorded
from hostile.judging import raise_if_steering, raise_unless_clear
from hostile.mutation import EXAMPLES, examples
from hostile.plans import with_new_digest

from reconciler.cli.plan_file import drawing
from reconciler.cli.screen import json_text
from reconciler.config.files import FileFault, raise_if_unreadable
from reconciler.config.load import load_config
from reconciler.config.project import read_project
from reconciler.config.resources import collect
from reconciler.config.source import SourceFile
from reconciler.config.template import render_template
from reconciler.config.yaml_document import read_document
from reconciler.errors import PlanUnusable, ReconcilerError
from reconciler.kinds.catalogue import LISTS, list_from_rows, rows_from_answer
from reconciler.kinds.kind import Kind, LiveIds, Scope
from reconciler.kinds.registry import REGISTRY
from reconciler.komet.drive import drive
from reconciler.komet.envelope import read_answer
from reconciler.komet.exchange import Received
from reconciler.komet.methods import METHODS, method_named
from reconciler.model.query import Answer, Query
from reconciler.model.resource import DesiredResource
from reconciler.model.step import ApiStep
from reconciler.model.value import Value
from reconciler.report.document_reading import plan_from_document
from reconciler.report.terminal import render_plan
from reconciler.simulator.errors import SimulatorError
from reconciler.simulator.seed import load_seed

_CODES = (200, 200, 200, 201, 302, 400, 401, 403, 404, 429, 500, 503)
_ADDRESS_IN_MEMORY = re.compile(r" at 0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class Target:
    """`run` returns, or raises since the promise is broken; `seeds` are inputs to begin with."""

    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]


def run_yaml(content: bytes) -> None:
    """Any text is resources, or clear faults."""
    source = SourceFile("config/x.yaml", content.decode("utf-8", "replace"))
    with suppress(FileFault):
        raise_if_unreadable(source)
        document = read_document(source)
        faults = list(document.faults)
        if document.is_whole:
            faults += collect([document]).faults
        if faults:
            raise_unless_clear(tuple(faults))


def run_project(content: bytes) -> None:
    """Any text is a project, or clear faults; with and without an environment."""
    source = SourceFile("reconciler.yaml", content.decode("utf-8", "replace"))
    with suppress(FileFault):
        raise_if_unreadable(source)
        document = read_document(source)
        for environment in (None, "staging"):
            reading = read_project(document.value, source, environment, {})
            assert (reading.project is None) == bool(reading.faults)
            faults = (*document.faults, *reading.faults)
            if faults:
                raise_unless_clear(faults)


def run_template(content: bytes) -> None:
    """Any template makes text that is always the same, or it is a clear fault, soon."""
    source = SourceFile("config/x.yaml.j2", content.decode("utf-8", "replace"))
    variables: dict[str, Value] = {
        "season": "valentines",
        "boxes": 3,
        "farms": [{"vendor": "ROSALEDA"}],
        "weeks": 2,
    }
    try:
        made = render_template(source, Path("/nowhere"), variables, seconds=1.0)
    except FileFault as fault:
        raise_unless_clear((fault.diagnostic,))
        return
    assert not _ADDRESS_IN_MEMORY.search(made.text)
    assert len(made.template_lines) == made.text.count("\n") + 1


def run_plan(content: bytes) -> None:
    """Any JSON with the right digest is a plan that can be shown, or it is refused."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    with suppress(ValueError):  # half a character has no digest
        document = with_new_digest(document)
    with suppress(PlanUnusable), drawing():
        plan_from_document(document)
        raise_if_steering(render_plan(document, show_calls=True), json_text(document))


def run_answer(content: bytes) -> None:
    """Any answer, to any question and any call, means something or is an error of ours."""
    if len(content) < 2:
        return
    received = Received(_CODES[content[1] % len(_CODES)], {"retry-after": "3"}, content[2:])
    doors = _doors()
    with suppress(ReconcilerError):
        doors[content[0] % len(doors)](received)


@cache
def _doors() -> list[Callable[[Received], object]]:
    """Every reading that an answer can meet."""
    doors: list[Callable[[Received], object]] = []
    doors += [partial(_read_kind, kind) for kind in REGISTRY.values()]
    doors += [partial(_read_list, name) for name in sorted(LISTS)]
    doors += [partial(_interpret, step, kind) for step, kind in recorded().steps]
    doors += [partial(read_answer, method) for method in METHODS.values()]
    return doors


def _read_kind(kind: Kind, received: Received) -> None:
    sought = [each for each in recorded().sought if each.address.kind == kind.name]
    scope = Scope("bloomnet-miami", "2027-01-04", ids=LiveIds({each.address: 48213 for each in sought}))
    live = drive(kind.read(sought, scope), _Echo(received))
    kind.match(sought, live, scope)


def _read_list(name: str, received: Received) -> None:
    (answer,) = _Echo(received).ask([LISTS[name].query])
    list_from_rows(rows_from_answer(name, answer))


def _interpret(step: ApiStep, kind: Kind, received: Received) -> None:
    kind.interpret(step, read_answer(method_named(step.method), received))


class _Echo:
    """A port that answers every question with the same bytes."""

    calls_made = 0

    def __init__(self, received: Received) -> None:
        self._received = received

    def ask(self, queries: Sequence[Query]) -> list[Answer]:
        return [read_answer(method_named(query.method), self._received) for query in queries]

    def call(self, method: str, params: object) -> Answer:
        raise AssertionError("nothing is written")


def run_seed(content: bytes) -> None:
    """Any seed fills a simulator, or one sentence says what is wrong."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(content)
        file.flush()
        with suppress(SimulatorError):
            load_seed(file.name)


def run_cache(content: bytes) -> None:
    """Any bytes in the place of what was parsed before, and the configuration is the same as ever."""
    ground = _ground()
    if not content:
        return
    entry = ground.entries[content[0] % len(ground.entries)]
    entry.write_bytes(content[1:])
    configuration = load_config(ground.root, cache=entry.parent)
    assert [*configuration.resources.values()] == ground.resources


@dataclass(frozen=True, slots=True)
class _Ground:
    """An example with its cache, and what it is loaded as without one."""

    root: Path
    entries: Sequence[Path]
    resources: Sequence[DesiredResource]


@cache
def _ground() -> _Ground:
    root = EXAMPLES / "quickstart"
    cache_folder = Path(tempfile.mkdtemp()) / "cache"
    load_config(root, cache=cache_folder)
    atexit.register(shutil.rmtree, cache_folder.parent)
    return _Ground(root, sorted(cache_folder.iterdir()), [*load_config(root).resources.values()])


def _kept() -> list[bytes]:
    return [bytes([place]) + entry.read_bytes() for place, entry in enumerate(_ground().entries)]


def _texts(*endings: str) -> list[bytes]:
    return [
        text.encode()
        for files in examples().values()
        for name, text in files.items()
        if name.endswith(endings)
    ]


def _plans() -> list[bytes]:
    return [json.dumps(each).encode() for each in recorded().plans]


def _answers() -> list[bytes]:
    bodies = [json.dumps(each).encode() for _, each in recorded().answers]
    return [bytes([door, 0]) + body for door in range(len(_doors())) for body in bodies]


TARGETS = {
    "yaml": Target(run_yaml, lambda: _texts("s.yaml", "k.yaml")),
    "project": Target(run_project, lambda: _texts("reconciler.yaml")),
    "template": Target(run_template, lambda: _texts(".j2")),
    "plan": Target(run_plan, _plans),
    "answer": Target(run_answer, _answers),
    "cache": Target(run_cache, _kept),
    "seed": Target(run_seed, lambda: [path.read_bytes() for path in sorted(EXAMPLES.glob("*/seed.yaml"))]),
}
"""Every target by its name."""
