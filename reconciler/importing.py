"""Configuration for what exists in Komet: `import`, without writing a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches

from msgspec import Struct
from msgspec.structs import replace

from reconciler.config.draft import Check
from reconciler.drafting import Drafts
from reconciler.errors import BudgetExceeded, ConfigurationError, UsageError
from reconciler.kinds.reservations.writing import unexplained_stock
from reconciler.kinds.writing import Indescribable, Mention, Quest
from reconciler.kinds.writings import WRITINGS
from reconciler.komet.drive import drive
from reconciler.looking_up import located
from reconciler.model.address import Address
from reconciler.model.resource import Binding, LiveResource
from reconciler.reading import AccountReading, read_account
from reconciler.session import Session

LONGEST_SPAN = 366
"""Ship dates that one import reads at most: each is a call."""

ORDERS = ("purchase_orders", "prebooks")
"""The kinds that name customers, and are read by ship date."""

Announce = Callable[[int, str], None]
"""Hears of calls before they are made: how many, and what for."""


class Request(Struct, frozen=True):
    """What is to be imported: kinds (all, where none is named), customers by code, and ship dates, the last
    one included."""

    kinds: tuple[str, ...]
    codes: tuple[str, ...]
    first: date
    last: date

    @property
    def dates(self) -> tuple[str, ...]:
        """Every ship date."""
        days = (self.last - self.first).days + 1
        return tuple((self.first + timedelta(days=day)).isoformat() for day in range(days))

    @property
    def sought_codes(self) -> frozenset[str]:
        """The codes as they are compared."""
        return frozenset(code.strip().lower() for code in self.codes)

    @property
    def is_about_customers(self) -> bool:
        """Whether customers are asked for by themselves, and not only as those whom orders name.

        Then all that can be read of them is written: each of them costs every plan two calls more.
        """
        return "customers" in self.kinds or (not self.kinds and bool(self.codes))

    def asks_for(self, kind: str) -> bool:
        """Whether resources of `kind` are to be written."""
        return kind in (self.kinds or WRITINGS)


class Imported(Struct, frozen=True):
    """What was found: the resources, the `texts` of their files by name, what was `skipped`, what is `unsaid`
    of those that were written, what Komet shows of no resource of a kind (`hidden`), and the calls spent.

    `bindings` tie the orders to their addresses: noted, they make the next plan empty.
    """

    resources: tuple[Address, ...]
    texts: Mapping[str, str]
    skipped: tuple[Indescribable, ...]
    unsaid: tuple[Indescribable, ...]
    hidden: Mapping[str, tuple[str, ...]]
    bindings: tuple[Binding, ...]
    calls: int


def import_account(session: Session, request: Request, check: Check, announce: Announce) -> Imported:
    """Configuration for what of `request` nobody manages yet: planned at once, it changes nothing.

    Without codes it is about the customers that the configuration names; where it names none, about all that
    standalone orders and prebooks of these dates are made out to. What an order or a reservation refers to is
    written with it. UsageError for a code that Komet does not have, BudgetExceeded before calls that are too
    many.
    """
    if not 0 < len(request.dates) <= LONGEST_SPAN:
        raise UsageError(f"--from and --to must span 1 to {LONGEST_SPAN} days")
    before = session.connection.port.calls_made
    reading = read_account(session)
    faults = [fault for matches in reading.basis.matches.values() for fault in matches.diagnostics]
    if faults:
        raise ConfigurationError([located(session, each) for each in faults])
    drafts = Drafts(reading.basis, reading.basis.scope)
    _Search(session, reading, request, announce, drafts).run()
    texts = drafts.sound_texts(check)
    return Imported(
        resources=tuple(sorted(drafts.found)),
        texts=texts,
        skipped=tuple(drafts.skipped),
        unsaid=tuple(drafts.unsaid()),
        hidden=_hidden(drafts, request),
        bindings=tuple(drafts.bindings()),
        calls=session.connection.port.calls_made - before,
    )


def note_import(session: Session, imported: Imported) -> None:
    """Notes in the state what was imported, so that an order is known before its first apply.

    Such a binding holds only while the configuration names that order's number at that address.
    """
    for binding in imported.bindings:
        session.state.resources.bind(session.scope, binding)


class _Search(Struct):
    """One import under way: what is read in which order, and drafted."""

    session: Session
    reading: AccountReading
    request: Request
    announce: Announce
    drafts: Drafts

    def run(self) -> None:
        request = self.request
        orders = {kind: self.seek(kind, self.quest(kind)) for kind in self.order_kinds()}
        mentions = [each for kind, live in orders.items() for each in self.mentions(kind, live)]
        customers = self.customers(mentions)
        for kind, live in orders.items():
            if request.asks_for(kind):
                self.drafts.take(kind, live, Quest(customers=customers))
        if request.asks_for("reservations") and customers:
            self.take_stock(Quest(customers=customers))
        if not request.is_about_customers:
            self.drafts.leave_unused()

    def take_stock(self, quest: Quest) -> None:
        """Reservations come last and may take most calls: unless they were asked for by themselves, what was
        read before is not lost where the budget ends."""
        try:
            stock = self.seek("reservations", quest)
        except BudgetExceeded as error:
            if "reservations" in self.request.kinds or not self.drafts.found:
                raise
            why = f"they may take {error.needed:,} calls: `import reservations` when the budget has them"
            self.drafts.skipped.append(Indescribable("reservations", why))
            return
        self.drafts.take("reservations", stock, quest)
        if not (self.request.codes or self.drafts.managed("customers")):
            self.drafts.skipped.extend(unexplained_stock(stock))

    def mentions(self, kind: str, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """The customers that orders name; their ship-tos matter only where the orders are to be written."""
        mentions = WRITINGS[kind].mentions(live)
        return mentions if self.request.asks_for(kind) else [Mention(each.customer) for each in mentions]

    def order_kinds(self) -> list[str]:
        """The kinds of orders that are read: those that are asked for; if they must say whom it is about and
        none is, all of them."""
        asked = [kind for kind in ORDERS if self.request.asks_for(kind)]
        is_known = bool(self.request.codes or self.drafts.managed("customers"))
        return asked if asked or is_known else [*ORDERS]

    def quest(self, kind: str) -> Quest:
        """The orders of the dates; whose they may be, where that is known before they are read."""
        codes = self.request.sought_codes
        customers = frozenset() if codes else self.drafts.managed("customers")
        return Quest(customers=customers, codes=codes, dates=self.request.dates)

    def customers(self, mentions: Sequence[Mention]) -> frozenset[int]:
        """The ids of the customers that this is about; those that have no name yet get one."""
        managed = self.drafts.managed("customers")
        codes = self.request.sought_codes
        if not codes and managed:
            return managed
        quest = Quest(
            customers=frozenset() if codes else frozenset(each.customer for each in mentions),
            codes=codes,
            is_thorough=self.request.is_about_customers,
            ship_tos=frozenset(each.customer for each in mentions if each.has_ship_to),
        )
        if not (quest.codes or quest.customers):
            return frozenset()
        live = self.seek("customers", quest)
        self.raise_if_unknown(live)
        self.drafts.take("customers", live, quest)
        return frozenset(each.id for each in live)

    def raise_if_unknown(self, live: Sequence[LiveResource]) -> None:
        known = {str(each.attributes["code"]).lower() for each in live}
        for code in self.request.codes:
            if code.strip().lower() not in known:
                listed = self.reading.live.get("customers", ())
                near = get_close_matches(code.upper(), [str(each.attributes["code"]) for each in listed], n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UsageError(f"--customer {code}: no customer has that code in Komet{hint}")

    def seek(self, kind: str, quest: Quest) -> tuple[LiveResource, ...]:
        """What Komet holds of `quest`, once the budget is known to suffice."""
        calls = WRITINGS[kind].calls(quest, self.drafts.scope)
        project = self.session.configuration.project
        left = project.komet.daily_limit - self.session.calls_used_today
        if calls > left - project.reserve:
            raise BudgetExceeded(calls, left, project.reserve)
        self.announce(calls, f"to read {kind.replace('_', ' ')}")
        quest = replace(quest, managed=self.drafts.managed(kind))
        return drive(WRITINGS[kind].seek(quest, self.drafts.scope), self.session.connection.port)


def _hidden(drafts: Drafts, request: Request) -> dict[str, tuple[str, ...]]:
    """What Komet shows of no resource of a kind; of customers whom only orders name more was left out."""
    kinds = {address.kind for address in drafts.found}
    if not request.is_about_customers:
        kinds -= {"customers"}
    return {kind: each.hidden for kind, each in WRITINGS.items() if kind in kinds}
