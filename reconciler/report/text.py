"""A run as the text that a terminal would have shown."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.inert import inert
from reconciler.model.node import Node
from reconciler.report.diagnostics import render_diagnostics
from reconciler.report.document_reading import read_diagnostic
from reconciler.report.report import Document, Report
from reconciler.report.summary import render_summary
from reconciler.report.terminal import render_plan


def render_text(report: Report, *, show_calls: bool = False) -> str:
    """`report` without colours: its plan, what came of it, what went wrong."""
    return "\n".join(_parts(report, show_calls))


def _parts(report: Report, show_calls: bool) -> Iterator[str]:
    if report.plan is not None:
        yield render_plan(report.plan, show_calls=show_calls)
    if report.summary is not None:
        yield render_summary(report.summary)
    if report.words:
        yield f"{inert(report.words)}\n"
    if report.error is not None:
        yield _error(report.error)


def _error(error: Document) -> str:
    faults = error.get("diagnostics")
    if faults:
        return render_diagnostics(read_diagnostic(Node(each)) for each in faults) + "\n"
    return f"error: {chr(10).join(inert(line) for line in error['message'].splitlines())}\n"
