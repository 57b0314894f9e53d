"""Time and memory over the number of resources as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import Line


def plot(lines: Sequence[Line], path: Path) -> None:
    """Both axes logarithmic and alike: a straight line is a power, 45 degrees are linear. The powers stand in
    the legend. The format is that of the path's suffix."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, (times, memories) = pyplot.subplots(1, 2, figsize=(12, 6), layout="constrained")
    for line in lines:
        sizes = [size for size, _ in line.points]
        powers = line.exponents()
        shape = {"marker": "o", "linestyle": "-" if line.name.startswith("reconciler") else "--"}
        label = _label(line.name, [time for _, _, time, _ in powers])
        times.plot(sizes, [each.own for _, each in line.points], label=label, **shape)
        label = _label(line.name, [memory for _, _, _, memory in powers])
        memories.plot(sizes, [each.memory for _, each in line.points], label=label, **shape)
    for axes, unit in ((times, "seconds, without the account's own"), (memories, "MB")):
        axes.set(xscale="log", yscale="log", xlabel="resources", ylabel=unit, aspect="equal")
        axes.grid(visible=True, which="major", alpha=0.4)
        axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.12), frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _label(name: str, powers: Sequence[float]) -> str:
    return name + (f"  (power {', '.join(f'{each:.2f}' for each in powers)})" if powers else "")
