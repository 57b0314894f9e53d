"""One no-op plan in one process, stage by stage: `python -P stages.py FOLDER` prints JSON.

It imports nothing of the benchmarks: the Python that runs it has the reconciler alone."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path


@contextmanager
def _timed(stages: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    """Seconds of wall clock and of this process's CPU; the difference is waiting, mostly for the network."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    stages[name] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def main() -> None:
    folder = Path(sys.argv[1])
    stages: dict[str, dict[str, float]] = {}
    with _timed(stages, "import"):
        from reconciler.cli.program import GARBAGE
        from reconciler.config.load import load_config
        from reconciler.kinds.registry import REGISTRY
        from reconciler.looking_up import look_up
        from reconciler.plan.planner import Choices, make_plan
        from reconciler.reading import read_account
        from reconciler.report.document import plan_document
        from reconciler.report.terminal import render_plan
        from reconciler.session import open_session
    gc.set_threshold(*GARBAGE)
    clock = _clock()
    with _timed(stages, "load and validate"):
        configuration = load_config(folder, cache=folder / ".reconciler" / "cache")
    with open_session(configuration, os.environ, writing=False, clock=clock) as session:
        with _timed(stages, "look up"):
            look_up(session)
        with _timed(stages, "look up, read and match"):
            reading = read_account(session, is_sparing=True)
        calls = session.connection.port.calls_made
        with _timed(stages, "plan"):
            plan = make_plan(REGISTRY, reading.basis, Choices())
        with _timed(stages, "document"):
            document = plan_document(plan)
        with _timed(stages, "render"):
            render_plan(document)
        with _timed(stages, "save"):
            (folder / ".reconciler" / "bench-plan.json").write_text(json.dumps(document))
    print(json.dumps({"stages": stages, "calls": calls, "memory": _peak()}))


def _clock() -> Callable[[], datetime]:
    now = datetime.fromisoformat(os.environ["RECONCILER_NOW"])
    return lambda: now


def _peak() -> float:
    """The most memory that this process held, in MB, as the kernel says (what it began with not counted)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
