"""What happened as a notification: one JSON document, from which a template may draw another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler import __version__
from reconciler.model.inert import inert
from reconciler.model.notification import Occasion, Occurrence, Subject
from reconciler.model.value import Json
from reconciler.report.report import Report, verdict_of
from reconciler.report.style import counted
from reconciler.report.words import OUTCOMES

FORMAT = 1
"""The version of the document's form."""

MOST_SUBJECTS = 50
"""So many are named; the others are counted."""

LONGEST = 500
"""Characters of one text; what is longer ends with an ellipsis."""

Document: TypeAlias = Mapping[str, Any]

_UNFINISHED = ("failed", "in_doubt", "stale", "not_started")
_SILENT = ("Abort", "Cancelled", "KeyboardInterrupt", "UsageError")
"""Errors of whoever sits at the keyboard, before anything was begun."""

_BY_CODE = {4: Occasion.REFUSED, 5: Occasion.BUDGET}
_NO_MENTION = str.maketrans({"<": "‹", ">": "›", "@": "＠"})


class Sender(Struct, frozen=True):
    """Whose notification it is, and when it was made; `link` leads to the run of CI that it is a part of."""

    id: str
    project: str
    environment: str | None
    company: int
    at: datetime
    link: str = ""


def notification_document(occurrence: Occurrence, occasion: Occasion, sender: Sender) -> dict[str, Json]:
    """What is sent of `occurrence` to who hears of it as `occasion` (`schemas/notification.schema.json`).

    No text of it is a mention, a tag or a link to a chat, and none steers a terminal.
    """
    place = f"{sender.project} ({sender.environment})" if sender.environment else sender.project
    title = _calm(f"{place}: {occurrence.title}")
    subjects: list[Json] = [
        {"name": _calm(each.name), "text": _calm(each.text)} for each in occurrence.subjects[:MOST_SUBJECTS]
    ]
    more = len(occurrence.subjects) - len(subjects)
    return {
        "format": FORMAT,
        "id": sender.id,
        "event": occasion.value,
        "at": sender.at.isoformat(timespec="seconds"),
        "reconciler": __version__,
        "project": sender.project,
        "environment": sender.environment,
        "company": sender.company,
        "command": occurrence.command,
        "title": title,
        "text": "\n".join([title, *_lines(occurrence, more)]),
        "subjects": subjects,
        "more": more,
        "error": _calm(occurrence.error),
        "exit_code": occurrence.exit_code,
        "run": occurrence.run,
        "author": _calm(occurrence.author) if occurrence.author else None,
        "commit": occurrence.commit,
        "link": sender.link,
    }


def occurrence_of_apply(
    report: Report, result: Document | None, author: str | None = None, commit: str | None = None
) -> Occurrence | None:
    """What an apply was: `report` is what it has to tell, `result` what it prints as JSON. None when nothing
    happened: nothing was to do, nobody said yes, or the command line was wrong."""
    code = int(result["exit_code"]) if result is not None else 1
    if report.summary is None:
        return _of_error(report, code, author, commit)
    occasions = _occasions(report.summary, code)
    if not occasions:
        return None
    seen = code == 11 and not report.summary["error"]
    title = "applied, but not visible to the customer" if seen else _uncapital(verdict_of(report).title)
    return Occurrence(
        occasions=occasions,
        command=report.command,
        title=title,
        subjects=tuple(change_subjects(report.summary)),
        error=str(report.summary["error"]),
        exit_code=code,
        run=str(report.summary["run"]),
        author=author,
        commit=commit,
    )


def occurrence_of_error(command: str, error: Document, code: int) -> Occurrence | None:
    """What it was that a command ended with an error, in the form in which `--json` prints that."""
    return _of_error(Report(command, error=error), code)


def occurrence_of_drift(document: Document) -> Occurrence | None:
    """What drifted, from what `drift --json` prints; None when nothing did."""
    drifts = document["drifts"]
    if not drifts:
        return None
    title = f"drift: {counted(len(drifts), 'resource')} no longer as the last apply left {_it(drifts)}"
    subjects = tuple(Subject(str(each["address"]), str(each["headline"])) for each in drifts)
    return Occurrence((Occasion.DRIFT,), "drift", title, subjects, exit_code=2)


def change_subjects(summary: Document) -> Iterator[Subject]:
    """How each change of a summary ended, the unfinished ones first, then those that wait for a person."""
    ranks = [*_UNFINISHED, "waiting_for_operator", "done"]
    changes = [each for each in summary["changes"] if each["outcome"] in ranks]
    for each in sorted(changes, key=lambda each: ranks.index(each["outcome"])):
        words = [OUTCOMES[each["outcome"]], each["message"], *each["waiting"]]
        yield Subject(str(each["address"]), " · ".join(str(word) for word in words if word))


def _occasions(summary: Document, code: int) -> tuple[Occasion, ...]:
    counts = summary["counts"]
    if code in _BY_CODE:
        return (_BY_CODE[code],)
    did = counts["done"] or counts["waiting_for_operator"]
    found = {
        Occasion.FAILED: bool(summary["error"]) or code not in (0, 10),
        Occasion.WORKLIST: bool(counts["waiting_for_operator"]),
        Occasion.APPLIED: bool(did),
    }
    return tuple(occasion for occasion, is_so in found.items() if is_so)


def _of_error(
    report: Report, code: int, author: str | None = None, commit: str | None = None
) -> Occurrence | None:
    error = report.error
    if error is None or error["kind"] in _SILENT:
        return None
    guards = tuple(Subject(str(each["name"]), str(each["detail"])) for each in error.get("guards", ()))
    faults = tuple(Subject(_place(each), str(each["summary"])) for each in error.get("diagnostics", ()))
    title = _uncapital(verdict_of(report).title) if report.command == "apply" else f"{report.command} failed"
    occasion = _BY_CODE.get(code, Occasion.FAILED)
    return Occurrence(
        (occasion,),
        report.command,
        title,
        guards or faults,
        str(error["message"]),
        code,
        None,
        author,
        commit,
    )


def _place(diagnostic: Document) -> str:
    origin = diagnostic.get("origin")
    return f"{origin['file']}:{origin['line']}" if origin else str(diagnostic.get("address") or "")


def _lines(occurrence: Occurrence, more: int) -> Iterator[str]:
    if occurrence.error:
        yield _calm(occurrence.error)
    for each in occurrence.subjects[:MOST_SUBJECTS]:
        yield _calm(f"{each.name}: {each.text}" if each.text else each.name)
    if more:
        yield f"and {more:,} more"


def _calm(text: str) -> str:
    """`text` in which no chat finds somebody to call, a tag, or a link behind other words."""
    shown = inert(text).translate(_NO_MENTION).replace("](", "] (")
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _uncapital(text: str) -> str:
    return text[:1].lower() + text[1:]


def _it(things: Sequence[object]) -> str:
    return "it" if len(things) == 1 else "them"
