"""Runs the fuzzer on one target or on all.

python -m fuzz all --seconds 60       # each target for a minute
python -m fuzz yaml --again FILE      # what a crash file does, without the fuzzer
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".fuzz"
NAMES = ("yaml", "project", "template", "plan", "answer", "seed", "cache")
INSTRUMENTED = ["reconciler", "yaml", "jinja2"]
MOST_MEGABYTES = 1_000
MOST_SECONDS = 10
"""One input may take so long under instrumentation, which makes everything slower several times."""


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was found, 1 when something was, with the command that shows it again."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("target", choices=(*NAMES, "all"))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--again", type=Path, metavar="FILE")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.again is not None:
        return _again(chosen.target, chosen.again)
    if chosen.inside:
        return _fuzz(chosen.target, chosen.seconds)
    names = NAMES if chosen.target == "all" else (chosen.target,)
    return max(_watch(name, chosen.seconds) for name in names)


def _again(name: str, file: Path) -> int:
    from fuzz.targets import TARGETS

    TARGETS[name].run(file.read_bytes())
    sys.stdout.write(f"{file}: {name} keeps its promise\n")
    return 0


def _watch(name: str, seconds: int) -> int:
    """The fuzzer ends its process when it has found something, so it has one of its own."""
    found = WORK / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    sys.stdout.write(f"=== {name}, {seconds} s\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "fuzz", name, "--seconds", str(seconds), "--inside"]
    code = subprocess.run(command, check=False).returncode
    for file in sorted(set(found.iterdir()) - before):
        sys.stdout.write(f"\nfound: make fuzz TARGET={name} AGAIN={file.relative_to(ROOT)}\n")
    return 1 if code else 0


def _fuzz(name: str, seconds: int) -> int:
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED):
        from fuzz.targets import TARGETS
    target = TARGETS[name]
    corpus = WORK / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = WORK / "words.dict"
    words.write_text(_dictionary(), encoding="ascii")
    options = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-timeout={MOST_SECONDS}",
        f"-artifact_prefix={WORK / 'found' / name}/",
        f"-dict={words}",
        "-max_len=65536",
        "-print_final_stats=1",
        "-verbosity=0",
        str(corpus),
    ]
    atheris.Setup([sys.argv[0], *options], target.run)
    atheris.Fuzz()
    return 0


def _dictionary() -> str:
    """The hostile atoms as libFuzzer reads them."""
    from hostile.atoms import HOSTILE

    words = (atom.encode("utf-8", "surrogatepass") for atom in HOSTILE)
    return "".join(
        '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words if len(word) < 100
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
