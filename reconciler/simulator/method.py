"""What a Komet method is to the simulator: where its token stands, who may call it, what runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, field

from reconciler.simulator.requests import Params
from reconciler.simulator.store import Store
from reconciler.simulator.switches import Switches

Row: TypeAlias = dict[str, Any]
"""One JSON object of an answer."""


class TokenType(StrEnum):
    """Komet's token types (Komet API §1.3)."""

    COMPANY = "Company"
    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    USER = "User"
    COMPONENT = "Component"


class Token(Struct, frozen=True):
    """A token as the company's settings know it; `party` is the customer, vendor or user it is tied to."""

    name: str
    type: TokenType
    party: int | None
    methods: tuple[str, ...]


class Call(Struct, frozen=True):
    """One request that has passed the gate.

    `hidden_product` is a product that a fault takes away; `in_body`: the parameters came as JSON, not by URL.
    """

    params: Params
    token: Token
    store: Store
    switches: Switches
    now: datetime
    hidden_product: str | None = None
    in_body: bool = False

    @property
    def vendor_id(self) -> int | None:
        """The vendor that a Vendor token speaks for."""
        return self.token.party if self.token.type is TokenType.VENDOR else None

    @property
    def customer_id(self) -> int | None:
        """The customer that a Customer token speaks for."""
        return self.token.party if self.token.type is TokenType.CUSTOMER else None

    @property
    def stamp(self) -> str:
        """Now, as answers write it."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S")


class Done(Struct, frozen=True):
    """Success: the envelope with these members."""

    members: Mapping[str, Any] = field(default_factory=dict)
    message: str = "OK"


class Listing(Struct, frozen=True):
    """Rows under `key`, with `members` beside them; with no rows `<noun> not found.` alone (§1.4, A13)."""

    key: str
    rows: Sequence[Row]
    noun: str
    members: Mapping[str, Any] = field(default_factory=dict)


class Bare(Struct, frozen=True):
    """An answer that the documents show without an envelope (§1.4)."""

    members: Mapping[str, Any]


Answer: TypeAlias = Done | Listing | Bare


class Method(Struct, frozen=True):
    """A method's signature, as the index of Komet API §1.9 has it."""

    name: str
    verb: str
    token_in: str
    types: frozenset[TokenType]
    run: Callable[[Call], Answer]
    account: bool
    channel: bool
    text_status: bool
    text_ids: bool


METHODS: dict[str, Method] = {}
"""Every method that exists, by name; filled by `method`, complete once `catalogue` is imported."""

_PLACES = {"Q": "query", "B": "body", "QB": "query or body", "H": "header"}
_TYPES = {"C": TokenType.COMPANY, "K": TokenType.CUSTOMER, "V": TokenType.VENDOR, "U": TokenType.USER}
_TYPES["P"] = TokenType.COMPONENT

Body: TypeAlias = Callable[[Call], Answer]


def method(
    name: str,
    call: str,
    tokens: str,
    *,
    account: bool = False,
    channel: bool = False,
    text_status: bool = False,
    text_ids: bool = False,
) -> Callable[[Body], Body]:
    """Register the function below as Komet's method `name`.

    `call` is a verb and the place of the token as the index writes it (`GET Q`, `POST B`, `GET H`; `POST QB`
    for a method that is met with either), `tokens`
    the letters of the types that may call it (empty: no token), `account` and `channel` whether X-ACCOUNT and
    X-SALES-CHANNEL are required, `text_status` and `text_ids` the form that its status and ids take.
    """

    def register(run: Body) -> Body:
        verb, place = call.split()
        types = frozenset(_TYPES[letter] for letter in tokens)
        METHODS[name] = Method(
            name, verb, _PLACES[place], types, run, account, channel, text_status, text_ids
        )
        return run

    return register
