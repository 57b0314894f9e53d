"""What is measured: whole processes, the stages of one, and peers that were given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from benchmarks.measure import Figure

OURS = "reconciler"


@dataclass(frozen=True, slots=True)
class Measured:
    """A whole process of `who` over `size` resources in `files` files; no size where it does not matter."""

    who: str
    size: int | None
    files: int | None
    what: str
    figure: Figure

    def __str__(self) -> str:
        figure = self.figure
        return (
            f"{_place(self.who, self.size, self.files)}: {self.what}: {figure.own:.2f} s "
            f"(wall {figure.wall:.2f}, CPU {figure.cpu:.2f}), {figure.memory:.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class Stages:
    """One of our processes from inside: wall and CPU seconds of each stage, calls made, peak memory in MB."""

    size: int
    files: int
    clocks: Mapping[str, Mapping[str, float]]
    calls: int
    memory: float

    def __str__(self) -> str:
        clocks = ", ".join(f"{name} {spent['cpu']:.2f}" for name, spent in self.clocks.items())
        return f"{_place(OURS, self.size, self.files)}: CPU of each stage: {clocks}; {self.calls} calls"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What did not end as it should; nothing of `who` and `size` was measured after it."""

    who: str
    size: int | None
    why: str

    def __str__(self) -> str:
        return f"{_place(self.who, self.size, None)}: given up: {self.why}"


Row: TypeAlias = Measured | Stages | GivenUp


def as_json(row: Row) -> dict[str, Any]:
    """The row as it is written down."""
    return {"row": type(row).__name__, **asdict(row)}


def _place(who: str, size: int | None, files: int | None) -> str:
    return f"{who:<11}" + (f"{size:>9,}" if size else " " * 9) + (f" in {files:,} files" if files else "")
