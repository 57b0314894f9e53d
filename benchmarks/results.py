"""What was measured as a table and as a plot, with the ratios to the peers in the same run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

NOOP = ("no-op plan, cold", "no-op plan, parsed before")


def table(rows: Iterable[Row]) -> str:
    """Markdown: whole processes, ratios, stages."""
    rows = list(rows)
    return "\n".join([*_processes(rows), "", *_ratios(rows), "", *_stages(rows), ""])


def plot(rows: Iterable[Row], path: Path) -> None:
    """Time and memory over the number of resources, both axes logarithmic, as SVG; straight is linear."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, (times, memories) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for name, points in sorted(_series(rows).items()):
        sizes = [size for size, _, _ in points]
        times.plot(sizes, [wall for _, wall, _ in points], marker="o", label=name)
        memories.plot(sizes, [memory for _, _, memory in points], marker="o", label=name)
    for axes, label in ((times, "seconds"), (memories, "MB")):
        axes.set(xscale="log", yscale="log", xlabel="resources", ylabel=label)
        axes.grid(visible=True, which="both", alpha=0.3)
    times.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})


def _processes(rows: Iterable[Row]) -> Iterator[str]:
    yield "| who | resources | files | what | seconds | CPU seconds | MB | runs |"
    yield "|---|---:|---:|---|---:|---:|---:|---:|"
    for row in rows:
        if "wall" in row:
            files = f"{row['files']:,}" if row["files"] else ""
            yield (
                f"| {row['who']} | {row['size']:,} | {files} | {row['what']} | {row['wall']:.2f} "
                f"| {row['cpu']:.2f} | {row['memory']:.0f} | {row['runs']} |"
            )


def _ratios(rows: list[Row]) -> Iterator[str]:
    yield "| resources | what | peer | times as fast | share of its memory |"
    yield "|---:|---|---|---:|---:|"
    ours = {(row["size"], row["what"]): row for row in _best(rows)}
    for peer in rows:
        if peer["who"] == "reconciler" or peer.get("what") != "no-op":
            continue
        for what in NOOP:
            if (own := ours.get((peer["size"], what))) is not None:
                yield (
                    f"| {peer['size']:,} | {what} | {peer['who']} | {peer['wall'] / own['wall']:.1f} "
                    f"| {own['memory'] / peer['memory']:.2f} |"
                )


def _stages(rows: Iterable[Row]) -> Iterator[str]:
    yield "| resources | files | stage | CPU seconds | waiting |"
    yield "|---:|---:|---|---:|---:|"
    for row in rows:
        for name, spent in row.get("stages", {}).items():
            waiting = max(0.0, spent["wall"] - spent["cpu"])
            yield f"| {row['size']:,} | {row['files']:,} | {name} | {spent['cpu']:.3f} | {waiting:.3f} |"


def _best(rows: Iterable[Row]) -> Iterator[Row]:
    """Ours, of each size and kind the one in the fewest files."""
    seen = set()
    for row in rows:
        if row["who"] == "reconciler" and "wall" in row and (row["size"], row["what"]) not in seen:
            seen.add((row["size"], row["what"]))
            yield row


def _series(rows: Iterable[Row]) -> dict[str, list[tuple[int, float, float]]]:
    rows = list(rows)
    lines: dict[str, list[tuple[int, float, float]]] = {}
    peers = [row for row in rows if row["who"] != "reconciler" and row.get("what") == "no-op"]
    for row in [*(row for row in _best(rows) if row["what"] in NOOP), *peers]:
        point = (row["size"], row["wall"], row["memory"])
        lines.setdefault(f"{row['who']}: {row['what']}", []).append(point)
    return lines
