"""Steps: one API call, or one instruction for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

from reconciler.model.address import Address
from reconciler.model.value import Json, Path

KNOWN_AFTER_APPLY = "known_after_apply"


def known_after_apply(address: Address, fact: str) -> dict[str, Json]:
    """A placeholder in a call's parameters for a fact (`id`, `number`) that an earlier step will learn."""
    return {KNOWN_AFTER_APPLY: f"{address}#{fact}"}


class ApiStep(Struct, frozen=True):
    """One writing call. `does` says in a few words what it changes; `paths` which attributes it settles.

    `params` may hold `known_after_apply` placeholders. `reversible` is whether a later call can take it back.
    `after_check` holds the step back until the resource was read and looks as wanted: so a replacement is
    proved before the old one goes. `if_ignored` is what is to be said when Komet takes the call and reading
    does not show its result, where that has a reason of its own.
    """

    number: int
    method: str
    params: Mapping[str, Json]
    does: str
    reversible: bool = True
    after_check: bool = False
    paths: tuple[Path, ...] = ()
    if_ignored: str = ""


class OperatorStep(Struct, frozen=True):
    """One thing a person does in Komet's web UI, since no documented call can.

    `screen` is where, `target` what to look for there, `instruction` the whole sentence. `key` is stable as
    long as the same thing is to be done, and `before`/`after` are the value to be changed.
    """

    number: int
    key: str
    screen: str
    target: str
    instruction: str
    before: Json = None
    after: Json = None


Step: TypeAlias = ApiStep | OperatorStep


class Ending(StrEnum):
    """How an operator step left the worklist: the closed set of ways.

    DONE: Komet shows what it asked for. NOT_WANTED: nothing has happened, and nothing asks for it any more.
    GONE: what it was about is not there any more. OVERTAKEN: somebody did something else.
    """

    DONE = "done"
    NOT_WANTED = "not_wanted"
    GONE = "gone"
    OVERTAKEN = "overtaken"


class Fate(Struct, frozen=True):
    """What became of an operator step, and by what that is seen, in a sentence."""

    ending: Ending
    why: str


class OpenStep(Struct, frozen=True):
    """One instruction that has not been seen to be done, and when it was first given."""

    address: Address
    step: OperatorStep
    since: datetime


class ClosedStep(Struct, frozen=True):
    """One instruction that is open no more: `fate` says why. `since` is when it was first given."""

    address: Address
    step: OperatorStep
    since: datetime
    fate: Fate


class CallResult(Struct, frozen=True):
    """What a writing call's answer means to its kind.

    `facts` are what it taught (`id`, `number`, ...). `failed` are the lines that Komet refused inside an
    overall success, each with its message, and `places` where these are wanted, in the same order, if known.
    """

    facts: Mapping[str, Json] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    places: tuple[Path, ...] = ()
