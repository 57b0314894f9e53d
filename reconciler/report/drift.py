"""Drift as text, drawn from its JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.style import Paint, counted, shown
from reconciler.report.words import place_words

Document = Mapping[str, Any]

_INDENT = "      "
_STANDING = {"changed": "changed in Komet", "cancelled": "cancelled in Komet", "gone": "no longer in Komet"}


def render_drift(document: Document, *, color: bool = False) -> str:
    """The drift of `document` (`drift_document`): each resource, then what is pending for other reasons."""
    paint = Paint(color)
    environment = f" · {inert(document['environment'])}" if document["environment"] else ""
    head = f"{paint(inert(document['project']), 'bold')}{environment} · account {document['company']}"
    lines = [f"{head} · {counted(document['calls']['read'], 'call')} read the live state", ""]
    for each in document["drifts"]:
        lines += [*_drift(each, paint), ""]
    lines += _footer(document, paint)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _drift(each: Document, paint: Paint) -> Iterator[str]:
    words = _STANDING[each["standing"]]
    if each["side"] == "both":
        words += ", and the configuration too"
    place = paint(place_words(each["origin"]), "dim")
    yield f"{paint('≠', 'yellow', 'bold')} {paint(inert(each['address']), 'bold')}   {words}   {place}"
    yield f"{_INDENT}{inert(each['headline'])}"
    for one in each["attributes"]:
        path, last = ".".join(inert(str(part)) for part in one["path"]), str(one["path"][-1])
        before, after = shown(one["before"], last), shown(one["after"], last)
        yield f"{_INDENT}{path}   {before} {paint('→', 'dim')} {after}"
    yield f"{_INDENT}{paint(_since(each['since']), 'dim')}"


def _since(run: Document | None) -> str:
    if run is None:
        return "since it was recorded; no run is remembered that did"
    author = f" by {inert(run['author'])}" if run["author"] else ""
    commit = f", commit {inert(run['commit'][:10])}" if run["commit"] else ""
    return f"since run {inert(run['run'])}, {inert(run['started_at'][:16]).replace('T', ' ')}{author}{commit}"


def _footer(document: Document, paint: Paint) -> Iterator[str]:
    drifts, compared = len(document["drifts"]), counted(document["compared"], "resource")
    if drifts:
        stand = "stands" if drifts == 1 else "stand"
        words = f"{drifts:,} of {compared} no longer {stand} as the last apply left it."
        yield f"{paint('Drift:', 'bold')} {words}"
        yield "`reconciler plan` shows how apply would set it back, `reconciler accept` takes it over."
    else:
        yield f"{paint('No drift.', 'bold', 'green')} Komet is as the last apply left it: {compared}."
    if document["unrecorded"]:
        new = counted(document["unrecorded"], "resource")
        yield f"{new} of the configuration no apply has recorded yet: the next one does."
    if document["pending"]:
        changes = counted(len(document["pending"]), "change")
        yield f"{changes} pending for another reason: `reconciler plan` shows them."
    if document["waiting"]:
        changes = counted(len(document["waiting"]), "change")
        yield f"{changes} waiting for a person: `reconciler worklist` lists them."
    calls = document["calls"]
    yield f"Calls: {calls['left']:,} left today, {calls['reserve']:,} of them kept for others."
