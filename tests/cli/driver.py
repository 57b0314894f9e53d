"""A configuration repository in a folder of its own, and its commands run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from reconciler.__main__ import main
from reconciler.simulator.embed import Simulator, open_simulator

TOKEN = "KOMET_COMPANY_TOKEN"
SECRET = "not-to-be-seen-anywhere"
"""The token of the repository's simulated account; `seed.yaml` has it, and nothing else may show it."""

ORDER = "purchase_orders.valentines-freedom"
CUSTOMER = "customers.bloomnet"


class Ended(NamedTuple):
    """How a command ended: exit code, results, remarks."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result as JSON."""
        return json.loads(self.out)


@dataclass
class Shop:
    """One repository. `variables` are set for every command."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    variables: dict[str, str] = field(default_factory=lambda: {TOKEN: SECRET})

    def run(self, *arguments: str, **variables: str) -> Ended:
        """Runs a command in this process; `-C` leads here."""
        return self.type("-C", str(self.folder), *arguments, **variables)

    def type(self, *arguments: str, **variables: str) -> Ended:
        """Runs precisely these arguments."""
        with self.monkeypatch.context() as environment:
            for name, value in {**self.variables, **variables}.items():
                environment.setenv(name, value)
            self.capture.readouterr()
            code = main(arguments)
            out, err = self.capture.readouterr()
        return Ended(code, out, err)

    def start(self, *arguments: str, **variables: str) -> Ended:
        """Runs a command in a process of its own."""
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.folder,
            env=self.environment(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process of its own."""
        return {**os.environ, "PYTHONIOENCODING": "utf-8", **self.variables, **variables}

    def edit(self, name: str, before: str, after: str) -> None:
        """Replaces a piece of a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")

    def simulator(self) -> Simulator:
        """The simulated account, as the commands see it."""
        return open_simulator(self.folder / "seed.yaml", self.folder / ".reconciler" / "simulator-seed.db")

    def with_simulator(self, act: Callable[[Simulator], Any]) -> Any:
        """Does something to the simulated account between two commands."""
        simulator = self.simulator()
        try:
            return act(simulator)
        finally:
            simulator.close()

    def fault(self, **script: Any) -> None:
        """Scripts a fault of the simulated account."""
        self.with_simulator(lambda simulator: simulator.operator("fault", **script))

    def order(self) -> dict[str, Any]:
        """The order that an apply made."""

        def find(simulator: Simulator) -> dict[str, Any]:
            orders = simulator.part("purchase_orders")
            (found,) = (each for each in orders if "[rc:" in (each["comments"] or ""))
            return dict(found)

        order: dict[str, Any] = self.with_simulator(find)
        return order

    def writes(self) -> list[str]:
        """The writing methods that the account was called with."""

        def find(simulator: Simulator) -> list[str]:
            methods = [call["method"] for call in simulator.part("calls")]
            return [method for method in methods if not method.endswith((".list", ".get"))]

        methods: list[str] = self.with_simulator(find)
        return methods
