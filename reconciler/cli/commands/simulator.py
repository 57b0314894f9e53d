"""`reconciler simulator`: the stand-in for Komet, over HTTP, at its desk, or with a fresh seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import screen
from reconciler.cli.command import Group
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import ReconcilerError, UsageError
from reconciler.report.style import counted

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration

RNG_SEED = 1


@click.group(name="simulator", cls=Group)
def command() -> None:
    """A Komet account on this machine, to try everything on."""


@command.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one.")
@click.option("--seed", metavar="SEED", help="A seed file or `wholesaler`; else that of this repository.")
@click.option("--store", metavar="FILE", help="Where it keeps what happens; else in memory.")
@pass_settings
def serve(settings: Settings, port: int, seed: str | None, store: str | None) -> int:
    """Serve a simulated account over HTTP.

    On this machine only, until Ctrl-C.
    """
    name = _seed(settings, seed)
    _serve(
        name, settings.path(store) if store else None, port, lambda bound: _announce(settings, bound, name)
    )
    return 0


@command.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8766, show_default=True, help="0: a free one.")
@pass_settings
def desk(settings: Settings, port: int) -> int:
    """Click as a person would in Komet's web UI.

    A web page on this machine, over this repository's own simulated account: what is done there, the next
    plan sees. Until Ctrl-C.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.cli.stranger import seed_and_store

    seed, store = seed_and_store(open_configuration(settings))
    _serve(seed, store, port, lambda bound: _announce_desk(settings, bound))
    return 0


@command.command()
@click.option(
    "--generate", type=click.IntRange(1, 1_000_000), metavar="N", help="Write a seed of N orders more."
)
@pass_settings
def reset(settings: Settings, generate: int | None) -> int:
    """Fill the simulated account from its seed again.

    With --generate nothing is reset: a larger seed is written, to be named in the project file.
    """
    from reconciler.cli.opening import open_configuration
    from reconciler.cli.stranger import module, seed_and_store

    configuration = open_configuration(settings)
    if generate is not None:
        return _write_generated(settings, configuration, generate)
    seed, store = seed_and_store(configuration)
    try:
        module("embed").reset(seed, store)
    except module("errors").SimulatorError as error:
        raise ReconcilerError(str(error)) from None
    if settings.json:
        screen.put_json({"seed": seed, "store": str(store)})
    else:
        screen.put(f"The simulated account was filled from {seed} again. The next plan sees it as it is now.")
    return 0


def _serve(seed: str, store: Path | None, port: int, on_ready: Callable[[int], None]) -> None:
    """Serves the account until somebody interrupts it."""
    from reconciler.cli.stranger import module, open_simulator

    simulator = open_simulator(seed, store)
    try:
        module("server").serve(simulator, port, on_ready)
    except KeyboardInterrupt:
        screen.say("\nstopped")
    except OSError as error:
        raise ReconcilerError(f"port {port} of this machine cannot be used: {error.strerror}") from None
    finally:
        simulator.close()


def _seed(settings: Settings, seed: str | None) -> str:
    """The seed that is meant: the one that was named, else this repository's, else the built-in one."""
    from reconciler.cli.opening import open_configuration
    from reconciler.cli.stranger import BUILT_IN, seed_and_store

    if seed is not None:
        return str(settings.path(seed)) if "/" in seed or Path(seed).suffix else seed
    try:
        return seed_and_store(open_configuration(settings))[0]
    except UsageError:
        return BUILT_IN


def _announce_desk(settings: Settings, port: int) -> None:
    url = f"http://127.0.0.1:{port}/_desk/"
    if settings.json:
        screen.put_json({"url": url})
    else:
        screen.put(f"The desk of this repository's simulated account: {url}")
        screen.put("Ctrl-C ends it.")
    screen.flush()


def _announce(settings: Settings, port: int, seed: str) -> None:
    url = f"http://127.0.0.1:{port}/api"
    if settings.json:
        screen.put_json({"url": url, "seed": seed})
        screen.flush()
        return
    screen.put(f"A simulated Komet account ({seed}) answers at {url}")
    screen.put(f"  in reconciler.yaml:  komet: {{url: {url}}}")
    screen.put("  its company token:   export KOMET_COMPANY_TOKEN=simulator-company")
    screen.put(f"  its desk, for people: http://127.0.0.1:{port}/_desk/")
    screen.put("Ctrl-C ends it.")
    screen.flush()


def _write_generated(settings: Settings, configuration: Configuration, count: int) -> int:
    from reconciler.cli.stranger import module
    from reconciler.config.saving import save_text

    path = configuration.root / f"seed-{count}.yaml"
    if path.exists():
        raise UsageError(f"{path} exists already: remove it first")
    document = module("generate").generate_seed(count, RNG_SEED)
    save_text(path, "\n".join(_yaml(document, count)) + "\n")
    if settings.json:
        screen.put_json({"seed": str(path), "orders": count})
    else:
        screen.put(f"{path.name} holds the wholesaler with {counted(count, 'purchase order')} more.")
        screen.put(f"To use it, write in reconciler.yaml:  komet: {{url: simulator:{path.name}}}")
    return 0


def _yaml(document: Mapping[str, Any], count: int) -> Iterator[str]:
    """YAML with a line for each row: JSON is YAML."""
    yield f"# The built-in wholesaler with {counted(count, 'purchase order')} more. Everything is invented."
    for key, value in document.items():
        if isinstance(value, list):
            yield f"{key}:"
            yield from (f"  - {json.dumps(row, ensure_ascii=False)}" for row in value)
        else:
            yield f"{key}: {json.dumps(value, ensure_ascii=False)}"
