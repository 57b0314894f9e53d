"""One customer's shop at one location: what its token saw there, and what was asked beside to tell why."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from reconciler.verify.causes import no_access, other_token, token_refused
from reconciler.verify.finding import Cause
from reconciler.verify.shelf import FUTURE, ON_HAND, Place, Shelf, shares_rows


class Shop(Struct, frozen=True):
    """`shelf` are the customer's reserved rows; the rest is None or empty until something was not seen.

    `control` are the rows of nobody, from today to two months ahead, and `open_on` the same for single days;
    `reserved_on` are reserved rows of days beyond that. `market` are the products of the Future Sales
    customer's lines by the Company token. `is_strange` is whether the token is another customer's.
    `label` is what Komet calls the customer, and `has_bought` says whether it bought ahead at all.
    """

    place: Place
    customer_id: int
    label: str
    shelf: Shelf
    control: Shelf | None = None
    open_on: Mapping[str, Shelf] = field(default_factory=dict)
    reserved_on: Mapping[str, Shelf] = field(default_factory=dict)
    market: frozenset[int] | None = None
    is_strange: bool | None = None
    has_bought: bool | None = None

    @property
    def token_cause(self) -> Cause | None:
        """What is wrong with the token itself, which then explains everything."""
        words = self.shelf.refusal
        if self.is_strange or (words is not None and "another customer" in words.lower()):
            return other_token(self.place.customer, self.customer_id, words)
        if words is not None and (self.control is None or self.control.refusal is not None):
            return token_refused(self.place.customer, words)
        if words is not None:
            return no_access(f"Komet refuses the flag reservedInventory and answers without it: {words}")
        if self.control is not None and shares_rows(self.shelf, self.control):
            return no_access("the shop answers the same with and without the flag reservedInventory")
        return None

    @property
    def hides_future(self) -> bool | None:
        """Whether future boxes are shown only of products without stock on hand (Komet API §6.4).

        An open future row of a product with open stock contradicts it; a line of the open market of such a
        product that the shop does not show proves it. None: there is nothing to tell it by.
        """
        if self.control is None:
            return None
        shown, on_hand = _products(self.control, FUTURE), _products(self.control, ON_HAND)
        if shown & on_hand:
            return False
        if self.market is not None and self.control.is_whole and self.market & on_hand:
            return True
        return None

    def may_hide(self, product_id: int) -> bool:
        """Whether there is stock on hand for which future boxes of a product could be hidden.

        Whose stock counts is not documented: where the shop shows future boxes beside open stock, only the
        customer's own.
        """
        if self.control is None or self.hides_future is False:
            return False
        own, everybodys = _products(self.shelf, ON_HAND), _products(self.control, ON_HAND)
        is_own = bool(_products(self.shelf, FUTURE) & (everybodys - own))
        return product_id in (own if is_own else own | everybodys)

    def refuses_day(self, day: str) -> bool:
        """Whether nothing at all can be ordered for a day, although something can today."""
        asked = self.open_on.get(day)
        later = [shelf for when, shelf in self.open_on.items() if when >= day]
        if asked is None or any(shelf.rows for shelf in later):
            return False
        return self.control is not None and bool(self.control.rows)


def _products(shelf: Shelf, origin: int) -> frozenset[int]:
    return frozenset(row.product_id for row in shelf.of(origin))
