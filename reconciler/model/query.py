"""What is asked of Komet, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Query:
    """One reading call: a Komet method and its parameters, without token.

    What `may_be_refused`, since nobody has documented that it is answered, has a refusal for an answer too.
    """

    method: str
    params: Mapping[str, Json] = field(default_factory=dict)
    may_be_refused: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What Komet said: the whole JSON object. Nothing found is an answer without its payload key.

    Amounts with decimals are `Decimal` in `payload`, never float. `is_refusal` marks the answer of a query
    that may be refused and was; there is nothing in it.
    """

    method: str
    payload: Mapping[str, object]
    is_refusal: bool = False
