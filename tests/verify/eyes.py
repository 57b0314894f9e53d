"""A small world whose customer can be asked what it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
from world import ACCOUNT, World

from reconciler.errors import TokenMissing
from reconciler.kinds.schema import load_schema
from reconciler.komet.client import embedded_wire
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.port import KometPort
from reconciler.model.project import TokenSource
from reconciler.model.secret import Secret
from reconciler.report.verify import render_verification
from reconciler.verify.document import verification_document
from reconciler.verify.finding import Verification
from reconciler.workflow import verify_account

CUSTOMERS = """\
customers:
  bloomnet:
    komet: {code: BLOOM}
    bloomnet: {purpose: reserve, shop_code: "48210000"}
    token: {env: KOMET_BLOOMNET_TOKEN}
"""
ORDERS = """\
purchase_orders:
  weekly:
    vendor: ROSALEDA
    ship_date: 2027-01-18
    location: MIA
    customer: bloomnet
    items:
      freedom: {product: RSFRE60, box_type: HB, boxes: 20, unit: stem, bunches: 12, stems: 25, cost: 0.28, price: 0.42}
      blanca: {product: RSFRE80, box_type: HB, boxes: 6, unit: stem, bunches: 12, stems: 25, cost: 0.30, price: 0.45}
"""  # noqa: E501
RESERVATION = """\
reservations:
  freedom:
    customer: bloomnet
    location: MIA
    product: RSFRE60
    box_type: HB
    unit: stem
    bunches: 12
    stems: 25
    boxes: 20
    tolerance: 2
"""


@dataclass
class Buyer:
    """The world of one test, and what its buyer was seen to see."""

    world: World
    tokens: dict[str, str] = field(default_factory=lambda: {"KOMET_BLOOMNET_TOKEN": "simulator-bloomnet"})
    announced: list[int] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def apply_and_age(self) -> None:
        """Applies the configuration; a quarter of an hour passes."""
        self.world.apply()
        self.world.act("advance", minutes=15)

    def confirm(self) -> None:
        """The farm confirms the order `weekly`."""
        self.world.act("confirm", number=self.number)

    @property
    def number(self) -> str:
        """The number of the order `weekly`."""
        return str(self.world.order("weekly")["number"])

    def line(self, product: str) -> int:
        """The line of a product in the order `weekly`."""
        (line,) = (each for each in self.world.order("weekly")["lines"] if each["product"] == product)
        return int(line["id"])

    def reserve(self) -> list[int]:
        """A person does what the worklist says of the reservation; the lines."""
        lines = []
        for change in self.world.plan().changes:
            for step in change.operator_steps:
                word, _, line = step.key.partition(" ")
                if word == "reserve":
                    self.world.act("stock-customer", line=int(line), customer="BLOOM")
                    lines.append(int(line))
        return lines

    def verify(self, *patterns: str, wait: Callable[[float], None] | None = None) -> Verification:
        """What verify finds; the calls announced are those that were made."""
        self.announced.clear()
        session = self.world.session(writing=False)
        before = len(self.world.calls())
        with session.connection:
            found = verify_account(
                session,
                self.open_shop,
                patterns,
                announce=lambda calls, what: self.announced.append(calls),
                wait=wait,
            )
        made = len(self.world.calls()) - before
        assert (found.calls.predicted, found.calls.made) == (made, made)
        assert sum(self.announced) == made
        document = verification_document(found, "bloomnet-miami", self.world.simulator.now())
        jsonschema.Draft202012Validator(load_schema("verify")).validate(document)
        return found

    def text(self, *patterns: str) -> str:
        """The report."""
        found = self.verify(*patterns)
        return render_verification(verification_document(found, "bloomnet-miami", self.world.simulator.now()))

    def causes(self, *patterns: str) -> dict[str, list[str]]:
        """The names of the causes, by address and item, of what is not visible."""
        return {
            f"{each.address.name} {each.item or ''}".strip(): [cause.name.value for cause in each.causes]
            for each in self.verify(*patterns).findings
            if not each.is_visible
        }

    def open_shop(self, source: TokenSource) -> KometPort:
        """A connection with a customer's token."""
        if source.env not in self.tokens:
            raise TokenMissing(str(source), "It is not set")
        settings = self.world.configuration().project.komet
        counter = self.world.state.ledger.counter(ACCOUNT, lambda: self.world.simulator.now().date())
        return LiveKomet(
            embedded_wire(self.world.border, Secret(self.tokens[str(source.env)])),
            settings.company,
            counter,
            writing=False,
            seconds=30,
            parallel=1,
            pace=Pace(clock=lambda: 0.0, sleep=lambda seconds: None, random=lambda: 0.0),
        )

    def pass_time(self, seconds: float) -> None:
        """What waiting is in a test."""
        self.waits.append(seconds)
        self.world.act("advance", seconds=int(seconds))


def on_a_copy(world: World, root: Path) -> Iterator[Buyer]:
    """Who may see a copy of `world` at `root`, for the length of one test."""
    copied = world.copy(root)
    yield Buyer(copied)
    copied.close()
