"""Faults that a test scripts: which call they hit, and what they do to it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.requests import Params
from reconciler.simulator.store import Store

KINDS = (
    "latency",
    "lose_request",
    "lose_answer",
    "late_effect",
    "http_429",
    "http_403",
    "http_5xx",
    "html",
    "truncated",
    "wrong_types",
    "over_quota",
    "unknown_product",
)
"""What a fault can do; the guide to each is the description of `faults` in the seed's schema."""

LONGEST = 86400
_MEMBERS = frozenset(
    ("kind", "method", "nth", "times", "share", "seed", "seconds", "http_status", "effect", "product")
)
_TAKES_EFFECT = frozenset({"latency", "lose_answer", "html", "truncated", "wrong_types", "unknown_product"})
HTML = (
    b"<!DOCTYPE html><html><head><title>Komet Sales</title></head><body><h1>Service notice</h1></body></html>"
)


class Fault(Struct, frozen=True):
    """A fault that fires now; `effect`: whether the request still does its work."""

    kind: str
    effect: bool
    seconds: float
    http_status: int | None
    product: str | None


def script_fault(store: Store, wanted: Mapping[str, Any]) -> int:
    """Add a fault to the script; its id.

    kind; method (a pattern such as `purchase.order.*`, default every method); nth (1: the next call that
    matches); times (1; None: from then on always); share and seed (instead of every matching call a share
    of them, drawn from the seed); seconds (latency; calls to wait for `late_effect`); http_status; effect;
    product (a code, for `unknown_product`).
    """
    params = Params(wanted)
    unknown = set(params.names()) - _MEMBERS
    kind = params.need_text("kind")
    if kind not in KINDS or unknown:
        raise Refused(
            f"a fault has a kind ({', '.join(KINDS)}) and no {', '.join(sorted(unknown)) or repr(kind)}"
        )
    status, seconds = params.integer("http_status"), params.decimal("seconds", places=3)
    if not 200 <= (status or 200) <= 599 or not 0 <= (seconds or 0) <= LONGEST:
        raise Refused(f"http_status is 200 to 599, seconds at most {LONGEST}")
    effect = params.flag("effect")
    share = params.decimal("share", places=6)
    return store.insert(
        "faults",
        {
            "kind": kind,
            "method": params.text("method") or "*",
            "nth": params.integer("nth") or 1,
            "times": params.integer("times") if "times" in wanted else 1,
            "share": None if share is None else str(share),
            "seed": params.integer("seed") or 0,
            "seconds": str(1 if seconds is None else seconds),
            "http_status": status,
            "effect": int(kind in _TAKES_EFFECT if effect is None else effect),
            "product": params.text("product"),
        },
    )


def next_fault(store: Store, method: str) -> Fault | None:
    """The fault that hits this call of `method`, if any; every script that matches has seen one call more."""
    fired: Fault | None = None
    for row in store.rows("SELECT * FROM faults ORDER BY id"):
        if not fnmatchcase(method, row["method"]):
            continue
        seen = int(row["seen"]) + 1
        fires = fired is None and _fires(dict(row), seen)
        store.update("faults", row["id"], {"seen": seen, "fired": int(row["fired"]) + fires})
        if fires:
            fired = Fault(
                row["kind"], bool(row["effect"]), float(row["seconds"]), row["http_status"], row["product"]
            )
    return fired


def _fires(row: Mapping[str, Any], seen: int) -> bool:
    if seen < row["nth"] or (row["times"] is not None and row["fired"] >= row["times"]):
        return False
    if row["share"] is None:
        return True
    return random.Random(f"{row['seed']}/{row['id']}/{seen}").random() < float(row["share"])


def truncated(body: bytes) -> bytes:
    """The first half of an answer: never valid JSON."""
    return body[: max(1, len(body) // 2)]


def wrong_types(body: bytes) -> bytes:
    """The same members with values of other types."""
    return json.dumps(_twisted(json.loads(body))).encode()


def _twisted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _twisted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return {str(place): _twisted(inner) for place, inner in enumerate(value)}
    return [value] if isinstance(value, str) else "n/a"
