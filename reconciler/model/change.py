"""One change to one resource: what, why, and by which steps."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.resource import Binding
from reconciler.model.step import ApiStep, OperatorStep, Step
from reconciler.model.value import Json, Path


class Action(StrEnum):
    """What happens to the resource as a whole."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"


class Reason(StrEnum):
    """Why: the closed set of reasons that a change can have."""

    NOT_IN_KOMET = "not_in_komet"
    CONFIG_CHANGED = "config_changed"
    DRIFTED = "drifted"
    CONFIG_CHANGED_AND_DRIFTED = "config_changed_and_drifted"
    NOT_IN_CONFIG = "not_in_config"
    ONLY_VIA_REPLACEMENT = "only_via_replacement"
    ADOPTED = "adopted"
    STOCK_SHORT = "stock_short"
    STOCK_SURPLUS = "stock_surplus"
    UNDONE = "undone"


class AttributeChange(Struct, frozen=True):
    """One attribute before and after, as JSON. A whole item that comes or goes is one change at its path."""

    path: Path
    before: Json
    after: Json
    sensitive: bool = False


class Seen(Struct, frozen=True):
    """What the plan saw of a live resource: apply refuses to write when its digest is another by then."""

    id: int
    number: str | None
    digest: str


class ReservedBoxes(Struct, frozen=True):
    """Boxes of one product and location: reserved before, what the change adds, what arrives, and all.

    `total` are the reserved boxes that we know of and the open ones.
    """

    stock: str
    reserved: int
    gained: int
    arriving: int
    total: int


class Sale(Struct, frozen=True):
    """What a change sells to a customer, as decimal text: `price` of all that its calls add, `cost` of it if
    every line has one, and Komet's `fee` on it with two places."""

    price: str
    cost: str | None
    fee: str = "0.00"


class Change(Struct, frozen=True):
    """A change with everything that carrying it out needs.

    `headline` describes the resource in Komet's words. `wanted` are the canonical values to be recorded once
    done (None for a delete), `binding` what is known of the live resource, `seen` all live resources that the
    steps touch, `commitment` the money that the steps add to purchase orders, `endangered` the confirmed or
    shipped lines that they would remove, `reserved` what it does to the stock of a product, `sale` what a
    prebook's calls sell.
    """

    address: Address
    action: Action
    reason: Reason
    origin: Origin | None
    headline: str
    depends_on: tuple[Address, ...]
    attributes: tuple[AttributeChange, ...]
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    wanted: Mapping[str, Json] | None = None
    policy: Mapping[str, Json] = field(default_factory=dict)
    binding: Binding | None = None
    seen: tuple[Seen, ...] = ()
    commitment: str = "0"
    endangered: tuple[str, ...] = ()
    reserved: tuple[ReservedBoxes, ...] = ()
    sale: Sale | None = None

    @property
    def api_steps(self) -> tuple[ApiStep, ...]:
        """The calls among the steps, in order."""
        return tuple(step for step in self.steps if isinstance(step, ApiStep))

    @property
    def operator_steps(self) -> tuple[OperatorStep, ...]:
        """The instructions for a person among the steps, in order."""
        return tuple(step for step in self.steps if isinstance(step, OperatorStep))
