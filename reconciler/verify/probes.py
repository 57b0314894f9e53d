"""The assumptions of the Komet API reference (§10) that can be held against one account without writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from reconciler.verify.heard import Found, Heard, Said
from reconciler.verify.order_probes import (
    judge_a2,
    judge_a3,
    judge_a11,
    judge_a13,
    judge_a21,
    judge_a22,
    judge_a24,
    judge_a27,
    judge_a32,
    judge_a33,
)
from reconciler.verify.shop_probes import (
    judge_a4,
    judge_a5,
    judge_a6,
    judge_a10,
    judge_a14,
    judge_a17,
    judge_a18,
    judge_a20,
    judge_a25,
    judge_a34,
    judge_a37,
    judge_a39,
)


class Judgement(Struct, frozen=True):
    """One assumption: what was seen, and what that means for the configuration."""

    number: str
    statement: str
    found: Found
    seen: str
    meaning: str = ""


def judge_assumptions(heard: Heard) -> tuple[Judgement, ...]:
    """Every assumption of `PROBES`, by number."""
    return tuple(Judgement(number, statement, *judge(heard)) for number, (statement, judge) in PROBES.items())


PROBES: Mapping[str, tuple[str, Callable[[Heard], Said]]] = {
    "A2": ("a new order waits for approval", judge_a2),
    "A3": ("a hold cannot be read", judge_a3),
    "A4": ("an order is visible from its ship date on", judge_a4),
    "A5": ("the shop's rows have the fields that are read", judge_a5),
    "A6": ("a reserved line is not in the open market", judge_a6),
    "A10": ("a line shows its reference", judge_a10),
    "A11": ("comments are read back as written", judge_a11),
    "A13": ("nothing found is no failure", judge_a13),
    "A14": ("a search finds parts of names, and % is a letter", judge_a14),
    "A17": ("the shop's pages are counted from 1", judge_a17),
    "A18": ("a line has one id in every list", judge_a18),
    "A20": ("the shop tells reserved from open", judge_a20),
    "A21": ("an order has one customer", judge_a21),
    "A22": ("a vendor may have several orders on one date", judge_a22),
    "A24": ("confirmed boxes and status agree", judge_a24),
    "A25": ("future rows have a price and confirmed boxes", judge_a25),
    "A27": ("order numbers are P and six digits", judge_a27),
    "A32": ("listed prebooks have their headers", judge_a32),
    "A33": ("a reserved order is not in the open market", judge_a33),
    "A34": ("a held line is not offered", judge_a34),
    "A37": ("a Customer token sees its own customer alone", judge_a37),
    "A39": ("a shop without a location shows all of them", judge_a39),
}
"""Each assumption that can be probed, in a few words, and its judgement."""
