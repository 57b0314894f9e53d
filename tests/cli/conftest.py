"""The repository that the tests of the command line work in."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from seeded import copy_of

from cli.driver import SECRET, Shop
from reconciler.simulator.embed import open_simulator
from reconciler.simulator.server import serve

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
SEED = f"""\
extends: wholesaler
tokens:
  - {{value: {SECRET}, name: Tests, type: Company}}
  - {{value: may-not-list-orders, name: Less, type: Company, methods: [boxtype.*, carrier.*, location.*, product.*, vendor.*, customer.*]}}
  - {{value: may-not-create, name: Reader, type: Company, methods: ["*.list", customer.*]}}
"""  # noqa: E501

UNWANTED = shutil.ignore_patterns(".reconciler", "stock.yaml")
NOON = "2027-01-04T14:00:00+00:00"
SOON = "2027-01-04T14:01:00+00:00"
"""A minute later: no call of noon can still take effect, so that an apply has none to wait for."""


@cache
def _account() -> bytes:
    """The account of SEED as it lies on the disk: planted once, and written down for each shop."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seed.yaml").write_text(SEED, encoding="utf-8")
        open_simulator(folder / "seed.yaml", folder / "account.db").close()
        return (folder / "account.db").read_bytes()


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The quick start's customer and order on a simulated account of its own, with nothing applied yet.

    Its reservation, which waits for a person, is left out: calls alone bring about what is wanted.
    """
    for name in [name for name in os.environ if name.startswith(("RECONCILER_", "KOMET_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    folder = shutil.copytree(QUICKSTART, tmp_path / "shop", ignore=UNWANTED)
    (folder / "seed.yaml").write_text(SEED, encoding="utf-8")
    (folder / ".reconciler").mkdir()
    (folder / ".reconciler" / "simulator-seed.db").write_bytes(_account())
    return Shop(folder, capsys, monkeypatch)


Hook: TypeAlias = Callable[[str], None]


@pytest.fixture
def served(shop: Shop) -> Callable[[Hook], Shop]:
    """The same account over HTTP. `on_request` is called with the path of each request."""

    def start(on_request: Hook) -> Shop:
        simulator = shop.with_simulator(copy_of)
        answer = simulator.wsgi

        def hooked(environ: Any, start_response: Any) -> Any:
            on_request(environ["PATH_INFO"])
            return answer(environ, start_response)

        simulator.wsgi = hooked
        ports: list[int] = []
        ready = threading.Event()

        def on_ready(port: int) -> None:
            ports.append(port)
            ready.set()

        threading.Thread(target=serve, args=(simulator, 0, on_ready), daemon=True).start()
        assert ready.wait(10)
        shop.edit("reconciler.yaml", "simulator:seed.yaml", f"http://127.0.0.1:{ports[0]}/api")
        shop.variables["RECONCILER_NOW"] = NOON
        return shop

    return start
