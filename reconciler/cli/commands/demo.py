"""`reconciler demo`: the whole way once, on a simulated account, told as it goes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import ReconcilerError, UsageError

PACKAGE = Path(__file__).resolve().parent.parent.parent
TOKENS = {"KOMET_COMPANY_TOKEN": "simulator-company", "KOMET_BLOOMNET_TOKEN": "simulator-bloomnet"}
ORDER = "purchase_orders.valentines-freedom"
LOWERED = 30
SOLD = 5


class OtherwiseThanTold(ReconcilerError):
    """A step of the demo did not end as the demo says."""


@click.command(cls=Command)
@click.option("--pause", is_flag=True, help="Wait for Enter before each step.")
@pass_settings
def command(settings: Settings, pause: bool) -> int:
    """Walk through it all on a simulated Komet account.

    Validate, plan, apply, clicks, verify, a sale, a guard, drift and repair, told in plain words. Everything
    happens in a new temporary folder, which is left for you to play in.
    """
    if settings.json:
        raise UsageError("the demo is a story and has no JSON form")
    folder = Path(tempfile.mkdtemp(prefix="reconciler-demo-")) / "quickstart"
    shutil.copytree(quickstart_folder(), folder, ignore=shutil.ignore_patterns(".reconciler"))
    with _clean_environment():
        _Demo(folder, settings, pause).tell()
    return 0


def quickstart_folder() -> Path:
    """The quick start: in `reconciler/examples` of a wheel, else in `examples` of the checkout."""
    for examples in (PACKAGE / "examples", PACKAGE.parent / "examples"):
        if (examples / "quickstart").is_dir():
            return examples / "quickstart"
    raise ReconcilerError("the quick start is not installed: reinstall reconciler")


class _Demo:
    """The demo in one folder."""

    def __init__(self, folder: Path, settings: Settings, pause: bool) -> None:
        self._folder = folder
        self._options = _options(settings)
        self._pause = pause
        self._steps = 0

    def tell(self) -> None:
        """The whole story; `OtherwiseThanTold` at the first step that does not end as it should."""
        self._begin()
        self._first_apply()
        self._clicks()
        self._purchase()
        self._guard()
        self._drift()
        self._end()

    def _begin(self) -> None:
        self._say(
            "A flower wholesaler keeps stock for BloomNet: boxes on hand with the customer on them that "
            "stands for BloomNet, and future boxes by purchase orders made out to it. What is wanted stands "
            "in three small YAML files. Komet is simulated on this machine: no network, and nothing real can "
            "happen."
        )
        for name in ("config/customers.yaml", "config/stock.yaml", "config/orders.yaml"):
            self._show_file(name)
        self._step("Is the configuration in order? This needs neither network nor token.")
        self._run("validate")

    def _first_apply(self) -> None:
        self._step(
            "What would change? A plan only reads. It shows every change with its reason, and what it costs: "
            "calls, of which Komet allows so many a day, and money."
        )
        self._run("plan", "--out", "first.plan")
        self._step(
            "Do precisely that. Each call is written to a journal before it leaves, and what was written is "
            "read back, so that not even a lost connection or a kill makes a second order."
        )
        self._run("apply", "--plan", "first.plan", expected=10)

    def _clicks(self) -> None:
        self._step(
            "Komet's API cannot put a customer on boxes that are there already: that is for a person, and "
            "exit code 10 said so. The worklist tells which line on which screen."
        )
        self._run("worklist", expected=10)
        self._step(
            "Saved is not visible. verify looks with BloomNet's own token, and says of what it does not see "
            "which condition fails."
        )
        self._run("verify", expected=11)
        self._reserve("first.plan")
        number = self._order()["number"]
        self._click("approve", number=number)
        self._click("confirm", number=number)
        self._click("advance", minutes=5)
        self._step(
            "A person has clicked, the farm has confirmed, and five minutes have passed. Nobody has to "
            "report any of it. (--detailed-exitcode lets CI tell: 0 for nothing to do, 2 for changes "
            "pending.)"
        )
        self._run("plan", "--detailed-exitcode")
        self._run("verify")

    def _purchase(self) -> None:
        self._click("buy", customer="BLOOM", line=self._lines_to_reserve("first.plan")[0], boxes=SOLD)
        self._step(f"A florist buys {SOLD} boxes through BloomNet. The next plan tops the reservation up.")
        self._run("plan", "--detailed-exitcode", "--out", "topup.plan", expected=2)
        self._reserve("topup.plan")
        self._step("It is clicked, and all is as wanted again.")
        self._run("plan", "--detailed-exitcode")

    def _guard(self) -> None:
        self._step(
            "Somebody plans to remove everything. Guards judge every plan, and one refuses this, since the "
            "farm has confirmed the order: it names itself and the one flag that lets it through."
        )
        self._run("plan", "--destroy", expected=4)

    def _drift(self) -> None:
        order = self._order()
        line = order["lines"][0]
        self._click("edit-line", line=line["id"], boxes=LOWERED)
        self._step(
            f"One night somebody clicks in Komet's web UI, and {line['boxes']} boxes of {line['product']} "
            f"become {LOWERED}. Nobody would notice before Valentine's Day. The next plan does."
        )
        self._run("plan", "--detailed-exitcode", "--show-calls", "--out", "repair.plan", expected=2)
        self._step(
            "Put it right. The missing boxes are ordered as one more line, so that what the farm has "
            "confirmed stays confirmed."
        )
        self._run("apply", "--plan", "repair.plan")
        self._step("And once more: nothing to do.")
        self._run("plan", "--detailed-exitcode")

    def _end(self) -> None:
        self._say(
            "That was all. The folder is yours to play in; change some boxes in config/orders.yaml and plan:"
        )
        exports = "".join(f"  export {name}={value}\n" for name, value in TOKENS.items())
        screen.put(f"  cd {shlex.quote(str(self._folder))}\n{exports}  {_program()} plan")

    def _step(self, text: str) -> None:
        """The next step, in a sentence or two."""
        if self._pause:
            screen.ask("\n(Enter) ")
            sys.stdin.readline()
        self._steps += 1
        self._say(f"{self._steps}. {text}")

    def _say(self, text: str) -> None:
        screen.put("\n" + fill(text, width=100) + "\n")

    def _show_file(self, name: str) -> None:
        text = (self._folder / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("# yaml-language-server")]
        screen.put(f"  {name}")
        screen.put("\n".join(f"  │ {line}" for line in lines))

    def _run(self, *arguments: str, expected: int = 0) -> None:
        """Runs a real command on the folder, as it would be typed there."""
        from reconciler.cli.program import run

        screen.put(f"$ reconciler {' '.join(arguments)}")
        screen.flush()
        code = run(["-C", str(self._folder), *self._options, *arguments])
        if code != expected:
            raise OtherwiseThanTold(
                f"`reconciler {' '.join(arguments)}` ended with {code}, and the demo expected {expected}. "
                f"The folder is {self._folder}"
            )

    def _reserve(self, plan: str) -> None:
        """A person puts the customer on every line that a saved plan names."""
        for line in self._lines_to_reserve(plan):
            self._click("stock-customer", line=line, customer="BLOOM")

    def _lines_to_reserve(self, plan: str) -> list[int]:
        """The lines that a saved plan asks a person to put the customer on."""
        document = json.loads((self._folder / plan).read_text(encoding="utf-8"))
        steps = [
            step for change in document["changes"] for step in change["steps"] if step["by"] == "operator"
        ]
        return [int(step["key"].removeprefix("reserve ")) for step in steps]

    def _simulator(self) -> Any:
        from reconciler.cli.stranger import open_simulator

        return open_simulator(
            str(self._folder / "seed.yaml"), self._folder / ".reconciler" / "simulator-seed.db"
        )

    def _order(self) -> dict[str, Any]:
        """The order that the demo made, as the simulated Komet holds it."""
        simulator = self._simulator()
        try:
            orders = simulator.state()["purchase_orders"]
        finally:
            simulator.close()
        ours = [order for order in orders if ORDER.partition(".")[2] in (order["comments"] or "")]
        if len(ours) != 1:
            raise OtherwiseThanTold(f"there are {len(ours)} orders for {ORDER}, and there should be one")
        found: dict[str, Any] = ours[0]
        return found

    def _click(self, action: str, **values: Any) -> None:
        """What a person does in the web UI."""
        simulator = self._simulator()
        try:
            simulator.operator(action, **values)
        finally:
            simulator.close()


def _program() -> str:
    """What to type to start this very program: its name alone where the shell finds it by that."""
    script = Path(sys.executable).with_name("reconciler")
    if not script.is_file():
        return f"{shlex.quote(sys.executable)} -m reconciler"
    return script.name if shutil.which(script.name) == str(script) else shlex.quote(str(script))


def _options(settings: Settings) -> list[str]:
    """The global options that the demo hands on."""
    options = ["--no-color"] if settings.no_color else []
    options += ["--verbose"] if settings.verbose else []
    if settings.log_json is not None:
        options += ["--log-json", str(settings.path(str(settings.log_json)).resolve())]
    return options


@contextmanager
def _clean_environment() -> Iterator[None]:
    """The simulator's tokens, and none of the settings that may stand in the user's environment."""
    former = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("RECONCILER_")]:
        del os.environ[name]
    os.environ.update(TOKENS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(former)
