"""The protocol by which a kind is written: from what stands in Komet to what would stand in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from reconciler.kinds.catalogue import Catalogue
from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.model.resource import LiveResource
from reconciler.model.value import Path, Value


class Described(Struct, frozen=True):
    """A live resource as a configuration would want it, no default written.

    `names` are names for it, the short one first and each one more telling; `live` is what it stands for, or
    None where nothing of it has an id of its own. `unsaid` says what of it could not be written, and why.
    """

    names: tuple[str, ...]
    attributes: Mapping[str, Value]
    live: LiveResource | None = None
    unsaid: tuple[str, ...] = ()


class Indescribable(Struct, frozen=True):
    """A live resource, or something of it, that no configuration can say: which one, and why."""

    what: str
    why: str


class Mention(Struct, frozen=True):
    """A customer that an order names, and whether the order goes to one of that customer's ship-tos."""

    customer: int
    has_ship_to: bool = False


class Quest(Struct, frozen=True):
    """What `import` looks for: these customers, by id or by code in lower case, and these ship dates.

    The dates are in order. `managed` are the ids of live resources that the configuration speaks of already,
    `names` those that addresses have which only the state knows, by id. Of customers that stand here only
    because orders name them (`is_thorough` is false) no more is read than the list of all shows, and the
    ship-tos of `ship_tos`.
    """

    customers: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    dates: tuple[str, ...] = ()
    is_thorough: bool = True
    ship_tos: frozenset[int] = frozenset()
    managed: frozenset[int] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)


class Drifted(Struct, frozen=True):
    """The attributes that moved in Komet since both sides last agreed, as a comparison names them.

    `paths` is None where nothing was recorded: then every difference may be drift. `is_named` says that the
    resource was asked for by its name, and not by a pattern.
    """

    paths: tuple[Path, ...] | None = None
    is_named: bool = True

    def __contains__(self, path: Path) -> bool:
        """Whether the value at `path`, something in it or something around it moved."""
        if self.paths is None:
            return True
        return any(each[: len(path)] == path[: len(each)] for each in self.paths)


class Accepted(Struct, frozen=True):
    """`attributes` are the written ones with live values in place of those that moved.

    They are None when the resource is gone from Komet, and then `gone` says how. `left` says what moved and
    cannot be written.
    """

    attributes: Mapping[str, Value] | None
    gone: str = ""
    left: tuple[str, ...] = ()


class Writing(Protocol):
    """What a kind answers for `import` and `accept`. Pure, as all of a kind is."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """The attributes that no list shows, and that are therefore never written."""

    def calls(self, quest: Quest, scope: Scope) -> int:
        """How many calls `seek` makes at most, while no list has a second page."""

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """The reading that finds what `quest` asks for, with as few calls as the lists allow."""

    def mentions(self, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """The customers that `live` stands for, as often as they are named."""

    def describe(
        self, live: Sequence[LiveResource], quest: Quest, scope: Scope
    ) -> Sequence[Described | Indescribable]:
        """What of `live` nobody manages, in configuration form: planning it at once is empty.

        References go by the names that `scope.ids` has; order and names are the same for the same account.
        """

    def accept(
        self, subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
    ) -> Accepted:
        """`written`, the attributes in the configuration, with the live values of what `drifted`."""


def reference(catalogue: Catalogue, name: str, id: int, longest: int) -> Value:
    """How a configuration names an entry of a reference list: its code, or `{id: N}` where it has none."""
    code = plain_code(catalogue, name, id, longest)
    return {"id": id} if code is None else code


def product_word(catalogue: Catalogue, id: int) -> str:
    """The word by which names speak of a product: its code, else its description."""
    label = catalogue.label("products", id)
    return catalogue.name_of("products", id) if label == f"id {id}" else label


def plain_code(catalogue: Catalogue, name: str, id: int, longest: int) -> str | None:
    """The code that stands for `id` alone, if it has one that a configuration can hold."""
    label = catalogue.label(name, id)
    return None if label == f"id {id}" or len(label) > longest else label
