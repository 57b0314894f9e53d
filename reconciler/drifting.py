"""Drift of a session's account, with the run since which it stands so. Nothing here prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from reconciler.errors import ConfigurationError
from reconciler.kinds.registry import REGISTRY
from reconciler.looking_up import located
from reconciler.model.address import Address
from reconciler.model.value import Json
from reconciler.plan.drift import Drift, Drifts, find_drift
from reconciler.plan.planner import Choices, make_plan
from reconciler.reading import read_account
from reconciler.report.document import attribute_document, origin_document
from reconciler.session import Session
from reconciler.state.runs import Run

FORMAT = 1
"""The version of the document's form."""


class DriftReading(Struct, frozen=True):
    """What drifted, `since` which run (None where none is known), and the `calls` that seeing it took."""

    drifts: Drifts
    since: Mapping[Address, Run | None]
    calls: int
    at: datetime


def read_drift(session: Session) -> DriftReading:
    """Reads what a plan reads, and changes nothing. ConfigurationError as a plan has it."""
    reading = read_account(session)
    try:
        plan = make_plan(REGISTRY, reading.basis, Choices())
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None
    drifts = find_drift(REGISTRY, reading.basis, plan)
    left_by = session.state.resources.left_by(session.scope)
    former = {new: old for old, new in session.configuration.moved.items()}
    since: dict[Address, Run | None] = {}
    for each in drifts.drifts:
        run = left_by.get(each.address) or left_by.get(former.get(each.address, each.address))
        since[each.address] = session.state.runs.get(run) if run is not None else None
    return DriftReading(drifts, since, reading.basis.read, reading.basis.made_at)


def drift_document(session: Session, reading: DriftReading) -> dict[str, Json]:
    """What was read as JSON (`schemas/drift.schema.json`)."""
    project, drifts = session.configuration.project, reading.drifts
    limit = project.komet.daily_limit
    return {
        "format": FORMAT,
        "project": project.name,
        "environment": project.environment,
        "company": project.komet.company,
        "at": reading.at.isoformat(),
        "calls": {
            "read": reading.calls,
            "left": limit - session.calls_used_today,
            "daily_limit": limit,
            "reserve": project.reserve,
        },
        "drifts": [_drift(each, reading.since[each.address]) for each in drifts.drifts],
        "pending": [str(each) for each in drifts.pending],
        "waiting": [str(each) for each in drifts.waiting],
        "compared": drifts.compared,
        "unrecorded": drifts.unrecorded,
    }


def _drift(each: Drift, run: Run | None) -> Json:
    return {
        "address": str(each.address),
        "side": each.side.value,
        "standing": each.standing.value,
        "headline": each.headline,
        "origin": origin_document(each.origin),
        "attributes": [attribute_document(one) for one in each.attributes],
        "since": None if run is None else _since(run),
    }


def _since(run: Run) -> Json:
    return {
        "run": run.id,
        "started_at": run.started_at.isoformat(),
        "author": run.author,
        "commit": run.commit,
    }
