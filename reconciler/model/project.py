"""The project file as typed settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from reconciler.model.notification import FOR_SOMEBODY, Occasion
from reconciler.model.value import Value


class TokenSource(Struct, frozen=True):
    """Where a token is read from: the environment variable `env`, or the file `file` (exactly one)."""

    env: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.env else f"file {self.file}"


class KometCustomer(Struct, frozen=True):
    """A customer by its code in Komet, or by its id (exactly one)."""

    code: str | None = None
    id: int | None = None

    def __str__(self) -> str:
        return f"code {self.code}" if self.code is not None else f"id {self.id}"

    def is_meant(self, id: int | None, code: str | None) -> bool:
        """Whether that is the customer with this id, or with this code (codes in any case, as Komet)."""
        if self.code is None:
            return id is not None and id == self.id
        return (code or "").strip().casefold() == self.code.strip().casefold()


class KometSettings(Struct, frozen=True):
    """How the live account is reached. `timeout` is in seconds for one call in all.

    `future_sales_customer` is the one whose orders become everybody's future stock (Komet API §6.1): no
    method tells which it is. `token_type` is `company` or `vendor` (§1.3): no method tells that either.
    """

    url: str
    company: int
    token: TokenSource
    paid_users: int = 1
    timezone: str = "UTC"
    assign_customer: str = "operator"
    timeout: Decimal = Decimal(30)
    numbers_per_call: int = 50
    future_sales_customer: KometCustomer | None = None
    token_type: str = "company"

    @property
    def daily_limit(self) -> int:
        """Calls a day: 1,000 for each paid user (Komet API §1.5)."""
        return 1000 * self.paid_users


class Freeze(Struct, frozen=True):
    """Days on which nothing is written, both ends included."""

    first: date
    last: date
    reason: str


class GuardSettings(Struct, frozen=True):
    """The limits of a plan; None switches a limit off. Shares are between 0 and 1.

    `min_margin` is 0 unless written: nothing is sold below its cost.
    """

    max_deletes: int | None = 5
    max_delete_share: Decimal | None = Decimal("0.3")
    max_changes: int | None = 200
    max_price_change: Decimal | None = Decimal("0.5")
    min_margin: Decimal | None = Decimal(0)
    max_commitment: Decimal | None = None
    max_reserved_share: Decimal | None = None
    protected: tuple[str, ...] = ()
    freeze: tuple[Freeze, ...] = ()


class BloomnetMethods(Struct, frozen=True):
    """Which methods BloomNet's tokens must be allowed, as far as the described flow implies (A38)."""

    company: tuple[str, ...] = (
        "boxtype.list",
        "carrier.list",
        "customer.shipto.add",
        "ecommerce/inventory.list",
        "future.inventory.openmarket.list",
        "inventory.openmarket.list",
        "invoice.create",
        "location.list",
        "prebook.create",
        "product.list",
    )
    customer: tuple[str, ...] = (
        "customer.details.get",
        "ecommerce/inventory-available-dates.list",
        "ecommerce/inventory.get",
        "ecommerce/inventory.list",
        "web-order-item.add",
        "web-order.checkout",
        "web-order.create",
    )


class Destination(Struct, frozen=True):
    """Where notifications go: a webhook, which is a secret, and what is sent there.

    `template` is a file of the repository; `headers` are texts or secrets by name. `timeout` is in seconds,
    for all tries together. `allow_http` lets it be sent unprotected, as within a cluster.
    """

    name: str
    url: TokenSource
    on: tuple[Occasion, ...] = FOR_SOMEBODY
    template: str | None = None
    headers: Mapping[str, str | TokenSource] = field(default_factory=dict)
    timeout: Decimal = Decimal(10)
    allow_http: bool = False


class Project(Struct, frozen=True):
    """`reconciler.yaml`, an environment already merged over it."""

    name: str
    environment: str | None
    komet: KometSettings
    state: str = "sqlite"
    reserve: int = 0
    fee: Decimal = Decimal("0.015")
    guards: GuardSettings = field(default_factory=GuardSettings)
    bloomnet_methods: BloomnetMethods = field(default_factory=BloomnetMethods)
    notifications: tuple[Destination, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
