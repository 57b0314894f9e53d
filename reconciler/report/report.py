"""What one run has to tell: the value from which every report file is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.report.style import counted
from reconciler.report.words import person_steps

Document: TypeAlias = Mapping[str, Any]


class Tone(StrEnum):
    """How a run went, seen from afar."""

    CALM = "calm"
    PENDING = "pending"
    CAUTION = "caution"
    BAD = "bad"


class Verdict(Struct, frozen=True):
    """A run in one line."""

    tone: Tone
    title: str


class Report(Struct, frozen=True):
    """One run of `command`, however it ended.

    `plan` is a `plan_document`, `summary` a `summary_document`, `error` what ended the run: `kind`, `message`
    and, of a configuration, `diagnostics` (each a `diagnostic_document`). Each is None where there was none.
    `files` are the files of a configuration that is valid, `words` the result where there is no plan.
    `elsewhere` are the names of files that hold more than a short form can, `link` leads to the run that
    wrote them, `workflow` to where one is started by hand; none of them comes from a document.
    """

    command: str
    project: str | None = None
    environment: str | None = None
    plan: Document | None = None
    summary: Document | None = None
    error: Document | None = None
    files: tuple[str, ...] = ()
    words: str = ""
    elsewhere: tuple[str, ...] = ()
    link: str = ""
    workflow: str = ""


def verdict_of(report: Report) -> Verdict:
    """The line that stands on top."""
    if report.summary is not None:
        return _applied(report.summary)
    if report.error is not None:
        return _ended(report.command, report.error)
    return _planned(report.plan) if report.plan is not None else Verdict(Tone.CALM, "Valid")


def outcomes_of(report: Report) -> dict[str, Document]:
    """How each change ended, by address."""
    changes = report.summary["changes"] if report.summary is not None else ()
    return {change["address"]: change for change in changes}


_WHY = {
    "GuardRefused": "a guard refuses the plan",
    "Cancelled": "nobody said yes",
    "Interrupted": "it was interrupted",
}


def _ended(command: str, error: Document) -> Verdict:
    without = {"apply": "Not applied", "validate": "Not valid"}.get(command, "No plan")
    why = "the configuration is not valid" if error.get("diagnostics") else "the run ended with an error"
    return Verdict(Tone.BAD, f"{without}: {_WHY.get(error['kind'], why)}")


def _planned(plan: Document) -> Verdict:
    if any(guard["verdict"] == "refused" for guard in plan["guards"]):
        return Verdict(Tone.BAD, "Plan: refused by a guard")
    if not plan["changes"]:
        return Verdict(Tone.CALM, "Plan: no changes")
    steps = len(list(person_steps(plan)))
    person = f", {counted(steps, 'step')} for a person" if steps else ""
    return Verdict(Tone.PENDING, f"Plan: {counted(len(plan['changes']), 'change')}{person}")


def _applied(summary: Document) -> Verdict:
    counts = summary["counts"]
    if summary["error"] or any(counts[name] for name in ("stale", "failed", "in_doubt", "not_started")):
        return Verdict(Tone.BAD, "Partly applied")
    if counts["waiting_for_operator"]:
        return Verdict(Tone.CAUTION, "Applied; steps for a person are open")
    return Verdict(Tone.CALM, "Applied" if summary["changes"] else "Nothing to apply")
