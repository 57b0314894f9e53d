"""Resources: as wanted, as live, as last applied, and what ties them together."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.value import Json, Value

PENDING = "pending"
"""Under which a record says what an apply was about when it began to write."""


class DesiredResource(Struct, frozen=True):
    """A resource as the configuration wants it: `attributes` are validated, not resolved.

    `digest` is `digest_of(plain(attributes))`: it is equal exactly when they are, as the kind's schema says
    what type stands where, and knows nothing of names, files and places.
    """

    address: Address
    attributes: Mapping[str, Value]
    origin: Origin
    digest: str


class ResolvedResource(Struct, frozen=True):
    """A desired resource whose codes were looked up in Komet's reference lists.

    `attributes` are canonical JSON with ids beside codes, enough to compare, to lower and to record without
    the configuration or the lists. `policy` is what must still hold once the file is gone (protection,
    on_remove), `depends_on` what must exist first.
    """

    address: Address
    attributes: Mapping[str, Json]
    origin: Origin
    policy: Mapping[str, Json] = field(default_factory=dict)
    depends_on: tuple[Address, ...] = ()


class Marker(Struct, frozen=True, array_like=True):
    """The ownership marker that an order carries: which project's which resource it is."""

    project: str
    name: str


class LiveResource(Struct, frozen=True):
    """A resource as Komet shows it. `attributes` are canonical JSON, only what a kind compares or needs.

    `row` is the digest of what its row says, `spelling` of how it says it, and `came_in` that of the list in
    which it came, with the number of its rows, where it stood at `place`. `shown` is `row` where that says
    all of this, "" where it takes more than one.
    """

    kind: str
    id: int
    number: str | None
    marker: Marker | None
    attributes: Mapping[str, Json]
    shown: str = ""
    row: str = ""
    spelling: str = ""
    came_in: str = ""
    place: int = 0

    def __eq__(self, other: object) -> bool:
        """Whether they are the same and say the same, however their rows put it."""
        if not isinstance(other, LiveResource):
            return NotImplemented
        mine = (self.kind, self.id, self.number, self.marker)
        theirs = (other.kind, other.id, other.number, other.marker)
        return mine == theirs and self.attributes == other.attributes

    __hash__ = None  # type: ignore[assignment]


class Binding(Struct, frozen=True):
    """Which Komet resource an address stands for.

    `facts` is what its kind needs to find it cheaply again (an order's ship date), and `retired` the numbers
    of predecessors that a replacement has not yet seen gone.
    """

    address: Address
    id: int
    number: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    retired: tuple[str, ...] = ()


class Applied(Struct, frozen=True):
    """What configuration and Komet last agreed on at an address, as the last apply recorded it.

    `attributes` are the canonical wanted values, and under `unknown` the paths of those that nobody could
    compare (lists, as in a plan); `policy` and
    `depends_on` outlive the file; `origin` is where it was written then.
    """

    address: Address
    attributes: Mapping[str, Json]
    policy: Mapping[str, Json] = field(default_factory=dict)
    depends_on: tuple[Address, ...] = ()
    origin: Origin | None = None

    @property
    def is_pending(self) -> bool:
        """Whether it says what an apply is about, so that its kind tells the new from the old by itself."""
        return PENDING in self.attributes


class Sought(Struct, frozen=True):
    """A resource to be read: what is wanted of it, what is known of it, or both.

    `search` asks to look where it is wanted as well as where it is known to be: a successor may stand there.
    `removes` says whether lines of it are to go, so that what hangs on them is to be read too; None leaves it
    to the reading, by what was last applied, which `former` says of every address. `is_agreed` says that
    what is wanted is what both sides last agreed on.
    """

    address: Address
    resolved: ResolvedResource | None
    binding: Binding | None
    search: bool = False
    removes: bool | None = False
    former: Mapping[Address, Applied] = field(default_factory=dict)
    is_agreed: bool = False

    @property
    def applied(self) -> Applied | None:
        """What was last applied at its address."""
        return self.former.get(self.address)
