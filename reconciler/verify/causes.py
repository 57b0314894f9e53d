"""Each cause in words: what speaks for it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.verify.finding import Cause, CauseName

TOKENS = "Setup > Settings > Integrations > Tokens"
ORDERS = "Purchase Orders"
STOCK = "Inventory > Inventory Summary"


def not_applied(text: str) -> Cause:
    """The configuration has not been carried out."""
    return Cause(CauseName.NOT_APPLIED, text, "plan and apply")


def operator_step(*steps: tuple[str, str]) -> Cause:
    """A person has not done it yet; each step with its instruction and since when."""
    remedy = "do it in the web UI: `reconciler worklist` has all steps"
    words = "; ".join(instruction for instruction, _ in steps)
    count = "a step" if len(steps) == 1 else f"{len(steps)} steps"
    since = min(since for _, since in steps)
    return Cause(CauseName.OPERATOR_STEP, f"{count} for a person, open since {since}: {words}", remedy)


def cancelled(text: str) -> Cause:
    """Somebody cancelled it."""
    return Cause(CauseName.CANCELLED, text, "`recreate: true` on the order asks for it again, or take it out")


def wrong_customer(text: str, label: str, screen: str = ORDERS) -> Cause:
    """It is made out to somebody else."""
    return Cause(CauseName.WRONG_CUSTOMER, text, f"{screen} > Edit > Customer: {label}; plan shows it too")


def wrong_location(number: str, live: str, wanted: str) -> Cause:
    """It stands at another location of the company."""
    text = f"{number} is at {live}, and the customer looks at {wanted}"
    return Cause(
        CauseName.WRONG_LOCATION, text, f"{ORDERS} > {number} > Edit: location {wanted}; plan shows it too"
    )


def unconfirmed(number: str, boxes: int, confirmed: int, is_pending: bool) -> Cause:
    """The farm has not said yes."""
    part = f"{confirmed} of {boxes} boxes" if confirmed else "nothing"
    text = f"the farm has confirmed {part} of {number}"
    text += f": those {confirmed} are visible, {boxes - confirmed} are not" if confirmed else ""
    if is_pending:
        remedy = f"{ORDERS} > {number} > Approve: the farm sees the order only then"
        return Cause(CauseName.UNCONFIRMED, f"{text}, and the order is Pending Approval", remedy)
    return Cause(CauseName.UNCONFIRMED, text, "ask the farm to confirm, or `confirm: true` speaks for it")


def no_price(number: str, text: str) -> Cause:
    """Without a selling price nothing is offered."""
    remedy = "write a price for the item and apply (`plan --rewrite ADDRESS` repeats one that is written)"
    return Cause(CauseName.NO_PRICE, text, remedy, quick_test(number))


def hold(number: str, reasons: Sequence[str]) -> Cause:
    """Only ever inferred: nothing reads a hold (A3)."""
    text = f"by elimination {number} is on hold: {', '.join(reasons)}"
    return Cause(CauseName.HOLD, text, f"{ORDERS} > {number}: release the hold", quick_test(number))


def quick_test(number: str) -> str:
    """The vendor's own way to tell a hold from a missing price: never done by itself (Komet API §6.3)."""
    return (
        f"{ORDERS} > {number} > Edit: put the Future Sales customer on it for a moment and look at "
        "the future inventory. Shown with a price: it is neither hold nor price. Not shown: set a price and "
        "look again; still not shown: it is on hold. Meanwhile everybody can buy these boxes: put the "
        "customer back at once"
    )


def not_synchronised(minutes: int) -> Cause:
    """Too fresh to judge."""
    text = f"it was changed {minutes} minutes ago, and BloomNet looks every five"
    return Cause(CauseName.NOT_SYNCHRONISED, text, "verify again in a few minutes, or with --wait")


def before_ship_date(day: str, is_seen: bool) -> Cause:
    """The shop reaches two months ahead."""
    text = f"it ships on {day}, and the shop shows two months ahead"
    text += f"; asked for {day}, the customer sees it" if is_seen else ""
    return Cause(CauseName.BEFORE_SHIP_DATE, text, "nothing is to be done: it comes into sight by itself")


def order_days(day: str) -> Cause:
    """Max Order Days in Advance."""
    text = f"the shop offers nothing at all for {day}, and something today"
    return Cause(
        CauseName.ORDER_DAYS, text, f"shop settings: raise Max Order Days in Advance so that it reaches {day}"
    )


def hidden_future(is_proved: bool) -> Cause:
    """Show Future Inventory."""
    text = "there is open stock of the same product, and the shop "
    text += "hides future boxes of such products" if is_proved else "may hide future boxes of such products"
    return Cause(
        CauseName.HIDDEN_FUTURE,
        text,
        "shop settings: Show Future Inventory, so that future boxes are shown always",
    )


def age_limit(text: str) -> Cause:
    """Max Age and Min Age of the shop."""
    return Cause(
        CauseName.AGE_LIMIT, text, "shop settings: change Max Age or Min Age, or reserve other stock"
    )


def hidden_on_hand(text: str) -> Cause:
    """Hide On Hand Inventory."""
    return Cause(CauseName.HIDDEN_ON_HAND, text, "shop settings: switch off Hide On Hand Inventory")


def sold(text: str) -> Cause:
    """Somebody bought it, which is what it was for."""
    return Cause(CauseName.SOLD, text, "nothing is wrong; plan shows whether there is more to be reserved")


def arrived(number: str) -> Cause:
    """What has shipped is stock on hand once it arrives."""
    text = f"{number} has shipped: its boxes become stock on hand when they arrive"
    return Cause(
        CauseName.ARRIVED,
        text,
        f"{STOCK}: look whether the customer is on the new line; a reservation keeps it",
    )


def line_held(ids: str) -> Cause:
    """Held on the pricing screen (A34)."""
    return Cause(CauseName.LINE_HELD, f"{ids} held", "Inventory > Pricing: release it")


def no_stock(text: str) -> Cause:
    """There are not as many boxes."""
    return Cause(CauseName.NO_STOCK, text, "nothing can be reserved; lower the boxes, or wait for an arrival")


def no_access(text: str) -> Cause:
    """A20."""
    remedy = f"ask Komet for Transactional API Access, or use a token that has it ({TOKENS})"
    return Cause(CauseName.NO_TRANSACTIONAL_ACCESS, text, remedy)


def other_token(customer: str, customer_id: int, words: str | None) -> Cause:
    """The token is not the one of this customer (A37)."""
    text = f"the token does not belong to the Komet customer {customer_id}"
    text += f"; Komet says: {words}" if words else ""
    remedy = f"put that customer's own token where customers.{customer}.token says, or correct its komet id"
    return Cause(CauseName.OTHER_TOKEN, text, remedy)


def token_refused(customer: str, words: str) -> Cause:
    """It cannot be used at all."""
    remedy = (
        f"{TOKENS}: tick ecommerce/inventory.list for the token of customers.{customer}, or make a new one"
    )
    return Cause(CauseName.TOKEN_REFUSED, f"Komet refuses the customer's token: {words}", remedy)
