"""What a look saw as metrics, in the formats of OpenMetrics and Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.registry import Collector, CollectorRegistry

from reconciler import __version__
from reconciler.watch.look import Look
from reconciler.watch.loop import Seen

OPENMETRICS, PLAIN = CONTENT_TYPE_LATEST, CONTENT_TYPE_PLAIN_0_0_4


def openmetrics_text(seen: Seen, at: float) -> bytes:
    """What was `seen` `at` so many seconds since 1970, for whoever asks over HTTP."""
    return _text(generate_openmetrics, seen, at)


def plain_text(seen: Seen, at: float) -> bytes:
    """The same for the textfile collector of Prometheus' node exporter, which takes the older format."""
    return _text(generate_latest, seen, at)


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        """The metrics, as they are."""
        return self._families


def _text(generate: Callable[[CollectorRegistry], bytes], seen: Seen, at: float) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Families(_families(seen, at)))
    return generate(registry)


def _families(seen: Seen, at: float) -> Iterator[Metric]:
    yield _gauge("look_success", "Whether the last look ended well.", int(seen.look is not None))
    yield _gauge(
        "next_look_seconds", "Seconds from the last look to the next.", seen.pace.wait.total_seconds()
    )
    yield _gauge("flapping_resources", "Resources that change back and forth.", len(seen.flapping))
    if seen.look is not None:
        yield from _of_look(seen.look, at)


def _of_look(look: Look, at: float) -> Iterator[Metric]:
    names = {"version": __version__, "project": look.project, "environment": look.environment or ""}
    yield InfoMetricFamily("reconciler", "Whose metrics these are.", value=names)
    yield _gauge("last_plan_timestamp_seconds", "When the last plan was made.", at)
    yield _gauge("calls_used_today", "Calls of the account's day that are used.", look.used)
    yield _gauge("calls_left_today", "Calls left today, those kept for others not counted.", look.left)
    yield _gauge("calls_reserved", "Calls a day that are kept for others.", look.reserve)
    yield _gauge("calls_per_look", "Calls that the last plan took.", look.calls)
    pending = GaugeMetricFamily(
        "reconciler_changes_pending", "Changes that the last plan found, by action.", labels=["action"]
    )
    for action, count in look.pending.items():
        pending.add_metric([action], count)
    yield pending
    yield _gauge("drifted_resources", "Changes whose reason is that Komet was changed.", look.drifted)
    yield _gauge("guard_refusals", "Guards that refuse the last plan.", len(look.refused))
    yield _gauge("in_doubt_calls", "Calls of which nobody knows yet whether they took effect.", look.in_doubt)
    yield _gauge("open_operator_steps", "Steps that wait for a person.", look.open_steps)
    last = look.last_apply
    if last is not None and last.finished_at is not None and last.exit_code is not None:
        finished = last.finished_at.timestamp()
        yield _gauge("last_apply_timestamp_seconds", "When the last apply ended.", finished)
        yield _gauge("last_apply_exit_code", "With which exit code it did.", last.exit_code)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"reconciler_{name}", words, value=value)
