"""Tells stories: `python -m trust 17` one of them in words, `python -m trust 0-9999 --jobs 2` many."""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from trust.planted import BUGS, finders
from trust.telling import tell

Verdict = tuple[int, list[str]]


def main(arguments: Sequence[str]) -> int:
    """Tells the stories that `arguments` name; 1 when one of them broke a law."""
    parser = argparse.ArgumentParser(prog="python -m trust", description=__doc__)
    parser.add_argument("seeds", nargs="?", default="0-299", help="one seed, told in words, or FIRST-LAST")
    parser.add_argument("--jobs", type=int, default=2, help="processes that tell")
    parser.add_argument("--bugs", action="store_true", help="which seeds find each planted bug")
    chosen = parser.parse_args(arguments)
    if chosen.bugs:
        return _bugs(chosen.jobs)
    first, dash, last = chosen.seeds.partition("-")
    if not dash:
        return _in_words(int(first))
    return _many(range(int(first), int(last) + 1), chosen.jobs)


def judge(seed: int) -> Verdict:
    """What was wrong in the story of `seed`; a traceback is wrong too."""
    try:
        return seed, tell(seed).wrong
    except Exception:  # noqa: BLE001  # told with the seed that leads to it
        return seed, [traceback.format_exc()]


def _in_words(seed: int) -> int:
    stage = tell(seed)
    print("\n".join(stage.told))  # noqa: T201
    print("\n".join(f"WRONG: {each}" for each in stage.wrong) or "Every law was kept.")  # noqa: T201
    return bool(stage.wrong)


def _many(seeds: Sequence[int], jobs: int) -> int:
    began, failed = time.monotonic(), 0
    for told, (seed, wrong) in enumerate(_verdicts(seeds, jobs), start=1):
        if wrong:
            failed += 1
            print(f"seed {seed}: {wrong[0]}\n  again: make story SEED={seed}", flush=True)  # noqa: T201
        if told % 100 == 0 or told == len(seeds):
            pace = told / (time.monotonic() - began)
            print(f"{told:,} of {len(seeds):,} told, {failed} broke a law, {pace:.1f} a second", flush=True)  # noqa: T201
    return bool(failed)


def _bugs(jobs: int) -> int:
    """Every planted bug among the first three hundred stories; 1 when one of them is not found."""
    with ProcessPoolExecutor(jobs) as pool:
        found = dict(zip(BUGS, pool.map(finders, BUGS, itertools.repeat(range(300))), strict=True))
    for bug, seeds in found.items():
        print(f"{bug}: {seeds or 'NOT FOUND'}", flush=True)  # noqa: T201
    return not all(found.values())


def _verdicts(seeds: Sequence[int], jobs: int) -> Iterator[Verdict]:
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(judge, seeds, chunksize=10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
