"""One look of a watch, as a line of text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.model.inert import inert
from reconciler.report.style import age_words, counted
from reconciler.report.words import ACTIONS, OUTCOMES

Document = Mapping[str, Any]


def render_look(document: Document) -> str:
    """`2027-01-04 14:00  2 to change, 1 drifted · 9 calls, 1,204 left · next in 5 minutes`."""
    parts = [_seen(document), *_calls(document), f"next in {_next(document)}"]
    return f"{inert(document['at'][:16]).replace('T', ' ')}  {' · '.join(part for part in parts if part)}"


def _seen(document: Document) -> str:
    if document["error"] is not None:
        return f"failed: {inert(document['error'])}"
    words = [f"{count:,} to {ACTIONS[action]}" for action, count in document["pending"].items() if count]
    counts = (("drifted", "drifted"), ("in_doubt", "in doubt"), ("open_steps", "for a person"))
    words += [f"{document[name]:,} {word}" for name, word in counts if document[name]]
    parts = [", ".join(words) or "nothing to do", _applied(document), inert(document["why_not"])]
    if document["refused"] and not document["why_not"]:
        parts.append(f"a guard refuses: {inert(', '.join(document['refused']))}")
    if document["flapping"]:
        parts.append(f"left alone, since it changes back and forth: {inert(', '.join(document['flapping']))}")
    return " · ".join(part for part in parts if part)


def _applied(document: Document) -> str:
    if document["applied"] is None:
        return ""
    counts = document["applied"]["counts"]
    done = [f"{count:,} {OUTCOMES[name]}" for name, count in counts.items() if count]
    return f"applied: {', '.join(done) or 'nothing'}"


def _calls(document: Document) -> list[str]:
    if document["calls"] is None:
        return []
    words = [f"{counted(document['calls'], 'call')}, {document['left']:,} left"]
    if document["is_paused"]:
        words.append("the calls of today are used up")
    elif document["lasts_until"] is not None:
        until = inert(document["lasts_until"][11:16])
        words.append(
            f"at the rhythm that was asked for they would last until {until}, so it looks less often"
        )
    return words


def _next(document: Document) -> str:
    seconds = document["next_in"]
    return counted(round(seconds), "second") if seconds < 60 else age_words(timedelta(seconds=seconds))
