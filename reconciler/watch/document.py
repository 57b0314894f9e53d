"""What a watch saw as JSON: one object for each look."""

from __future__ import annotations

from datetime import datetime

from reconciler.model.value import Json
from reconciler.report.summary import summary_document
from reconciler.watch.loop import Seen


def seen_document(seen: Seen, at: datetime) -> dict[str, Json]:
    """What was `seen`; `at` is when, where the look itself does not say."""
    look, pace = seen.look, seen.pace
    flapping: list[Json] = [str(each) for each in seen.flapping]
    document: dict[str, Json] = {
        "at": (look.at if look is not None else at).isoformat(),
        "error": str(seen.error) if seen.error is not None else None,
        "flapping": flapping,
        "next_in": int(pace.wait.total_seconds()),
        "lasts_until": pace.lasts_until.isoformat() if pace.lasts_until is not None else None,
        "is_paused": pace.is_paused,
    }
    if look is None:
        nothing = dict.fromkeys(("calls", "left", "applied"))
        return document | nothing | {"pending": {}, "drifted": 0, "refused": [], "why_not": ""} | _NOTHING
    return document | {
        "calls": look.calls,
        "left": look.left,
        "pending": dict(look.pending),
        "drifted": look.drifted,
        "refused": list(look.refused),
        "in_doubt": look.in_doubt,
        "open_steps": look.open_steps,
        "applied": summary_document(look.applied) if look.applied is not None else None,
        "why_not": look.why_not,
    }


_NOTHING: dict[str, Json] = {"in_doubt": 0, "open_steps": 0}
