"""From a Komet URL to a connection: over the network, or to the simulator in this process."""

from __future__ import annotations

import importlib
import ipaddress
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from reconciler.errors import AccessError, KometError, UsageError
from reconciler.komet.live import LiveKomet, Pace
from reconciler.komet.port import CallCounter, KometPort
from reconciler.model.project import KometSettings
from reconciler.model.secret import Secret

SIMULATOR = "simulator:"


class Connection(Struct, frozen=True):
    """A way to an account.

    `account` is its stable name, under which calls are counted. `now` is the account's clock in UTC: the
    system's, or the simulator's, whose dates stand still. `wait` lets seconds pass on it.
    """

    port: KometPort
    now: Callable[[], datetime]
    account: str
    close: Callable[[], None]
    wait: Callable[[float], None] = time.sleep

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def account_name(settings: KometSettings) -> str:
    """The stable name of the account that `settings` mean, without opening anything."""
    if settings.url.startswith(SIMULATOR):
        return f"simulator-{_seed_name(settings.url)}/{settings.company}"
    url = _checked(settings.url)
    return f"{_host(url)}/{settings.company}"


def open_komet(
    settings: KometSettings,
    token: Secret,
    *,
    root: Path,
    state_folder: Path,
    writing: bool,
    ledger: CallCounter,
    parallel: int = 4,
    clock: Callable[[], datetime] | None = None,
    pace: Pace | None = None,
) -> Connection:
    """A connection to the account of `settings`, seen with `token`; no call is made yet.

    `simulator:SEED` is a seed file below `root`, or a built-in seed by its name. UsageError for a URL that
    must not be used, AccessError for a token that cannot be one, KometError for a seed that cannot be used.
    """
    _raise_if_unusable(token)
    if settings.url.startswith(SIMULATOR):
        return _embedded(settings, token, root, state_folder, writing, ledger, pace or Pace())
    url = _checked(settings.url)
    wire = _client().network_wire(
        _api_url(url), token, trust_environment=not _is_loopback(url.hostname or "")
    )
    port = LiveKomet(
        wire,
        settings.company,
        ledger,
        writing=writing,
        seconds=float(settings.timeout),
        parallel=parallel,
        pace=pace or Pace(),
    )
    return Connection(port, clock or _system_clock, account_name(settings), wire.close)


def _client() -> ModuleType:
    """The module that knows httpx, imported when a connection is opened.

    httpx would import rich for a command line of its own, which doubles the time; it does without where that
    cannot be imported.
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    return importlib.import_module("reconciler.komet.client")


def _embedded(
    settings: KometSettings,
    token: Secret,
    root: Path,
    state_folder: Path,
    writing: bool,
    ledger: CallCounter,
    pace: Pace,
) -> Connection:
    """The simulator in this process, which does one thing at a time: threads would only cost."""
    name = _seed_name(settings.url)
    simulator = _simulator(_seed(settings.url, root), state_folder / f"simulator-{name}.db")
    wire = _client().embedded_wire(simulator.wsgi, token)
    port = LiveKomet(
        wire,
        settings.company,
        ledger,
        writing=writing,
        seconds=float(settings.timeout),
        parallel=1,
        pace=pace,
    )

    def close() -> None:
        wire.close()
        simulator.close()

    return Connection(port, simulator.now, account_name(settings), close, wait=lambda seconds: None)


def _simulator(seed: str, store: Path) -> Any:
    """The embedded simulator, known by name only; what it has to say about its seed is a KometError."""
    embed = importlib.import_module("reconciler.simulator.embed")
    complaint = importlib.import_module("reconciler.simulator.errors").SimulatorError
    try:
        return embed.open_simulator(seed, store)
    except complaint as error:
        raise KometError("simulator", str(error)) from None


def _seed(url: str, root: Path) -> str:
    """A path for what looks like one, else the name of a built-in seed."""
    text = url.removeprefix(SIMULATOR)
    return str(root / text) if "/" in text or Path(text).suffix else text


def _seed_name(url: str) -> str:
    name = Path(url.removeprefix(SIMULATOR)).stem
    if not name:
        raise UsageError(f"{url!r} names no seed: expected simulator:FILE or simulator:NAME")
    return name


def _checked(text: str) -> SplitResult:
    """The URL in parts, when a token may be sent to it."""
    try:
        url = urlsplit(text.strip())
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise UsageError("the Komet URL cannot be understood") from None
    if url.username is not None or url.password is not None:
        raise UsageError("the Komet URL must not hold a user name or password")
    if url.scheme not in ("https", "http") or not host:
        raise UsageError(f"{text!r} is no Komet URL: expected https://HOST/api or simulator:SEED")
    if url.query or url.fragment:
        raise UsageError(f"{text!r} is no Komet URL: it must end with its path")
    if url.scheme == "http" and not _is_loopback(host):
        raise UsageError(
            f"{text!r} would send the token unprotected: http is only for this machine, use https"
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _api_url(url: SplitResult) -> str:
    """The base URL with `/api/` at its end, whether it was written or not."""
    path = url.path.rstrip("/").removesuffix("/api")
    return f"{url.scheme}://{url.netloc}{path}/api/"


def _host(url: SplitResult) -> str:
    usual = {"https": 443, "http": 80}[url.scheme]
    host = (url.hostname or "").lower()
    return host if url.port in (None, usual) else f"{host}:{url.port}"


def _raise_if_unusable(token: Secret) -> None:
    text = token.reveal()
    if not text or not all("!" <= letter <= "~" for letter in text):
        raise AccessError(
            "a token is empty, or holds a blank, a line break or a letter outside ASCII: no Komet token does"
        )


def _system_clock() -> datetime:
    return datetime.now(UTC)
