"""From a URL to a connection."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import KometError, UsageError
from reconciler.komet.open import Connection, account_name, open_komet
from reconciler.model.project import KometSettings, TokenSource
from reconciler.model.query import Query
from reconciler.model.secret import Secret


class Uncounted:
    def count(self, method: str) -> None:
        pass


def settings(url: str) -> KometSettings:
    return KometSettings(url, 6316, TokenSource(env="KOMET"))


def connect(url: str, root: Path, clock: object = None) -> Connection:
    return open_komet(
        settings(url),
        Secret("simulator-company"),
        root=root,
        state_folder=root / ".reconciler",
        writing=False,
        ledger=Uncounted(),
        clock=None if clock is None else lambda: datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://api.kometsales.com/api", "api.kometsales.com/6316"),
        ("https://api.kometsales.com/api/", "api.kometsales.com/6316"),
        ("https://API.KometSales.com:443", "api.kometsales.com/6316"),
        ("https://komet.example:8443/api", "komet.example:8443/6316"),
        ("http://127.0.0.1:8123/api", "127.0.0.1:8123/6316"),
        ("http://localhost:8123", "localhost:8123/6316"),
        ("simulator:wholesaler", "simulator-wholesaler/6316"),
        ("simulator:seeds/staging.yaml", "simulator-staging/6316"),
    ],
)
def test_an_account_has_one_name(url: str, account: str) -> None:
    """However its URL is spelled, calls are counted under host and company."""
    assert account_name(settings(url)) == account


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://127.9.9.9:1/api", "http://[::1]:1", "http://localhost"]
)
def test_http_is_for_this_machine(url: str, tmp_path: Path) -> None:
    """A loopback address may be reached without TLS."""
    connect(url, tmp_path).close()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.kometsales.com/api",
        "http://localhost.example/api",
        "http://127.0.0.1.example/api",
        "http://0.0.0.0/api",
        "http://10.0.0.1/api",
    ],
)
def test_http_elsewhere_is_refused(url: str, tmp_path: Path) -> None:
    """The token would travel unprotected."""
    with pytest.raises(UsageError, match="unprotected"):
        connect(url, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.kometsales.com",
        "ftp://x/api",
        "https://",
        "https://x/api?a=1",
        "https://x:port/",
        "simulator:",
    ],
)
def test_what_is_no_url_is_refused(url: str, tmp_path: Path) -> None:
    """Each says what is expected."""
    with pytest.raises(UsageError):
        connect(url, tmp_path)


def test_a_password_in_the_url_is_refused_unseen(tmp_path: Path) -> None:
    """It is not shown either."""
    with pytest.raises(UsageError) as refused:
        connect("https://user:sesame@komet.example/api", tmp_path)
    assert "sesame" not in str(refused.value)


def test_the_clock_is_the_callers(tmp_path: Path) -> None:
    """For a real account `now` is the given clock, or the system's, in UTC."""
    with connect("https://komet.example/api", tmp_path, clock=True) as connection:
        assert connection.now() == datetime(2027, 1, 1, tzinfo=UTC)
    with connect("https://komet.example/api", tmp_path) as connection:
        assert connection.now().tzinfo is UTC


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxy is used, one of an unknown kind refused without showing its password."""
    monkeypatch.setenv(name, "gopher://user:sesame@proxy:1")
    with pytest.raises(UsageError, match="proxy") as refused:
        connect("https://komet.example/api", tmp_path)
    assert "sesame" not in str(refused.value)


def test_a_proxy_sees_nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loopback address is never reached through a proxy, which would see the token."""
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy:1")
    connect("http://127.0.0.1:1/api", tmp_path).close()


def test_the_embedded_simulator_answers(tmp_path: Path) -> None:
    """`simulator:NAME` is a Komet in this process, with a clock and a store of its own."""
    with connect("simulator:wholesaler", tmp_path) as connection:
        (answer,) = connection.port.ask([Query("boxtype.list")])
        assert answer.payload["boxtypes"]
        assert connection.now().year == 2027
    assert (tmp_path / ".reconciler" / "simulator-wholesaler.db").is_file()


@pytest.mark.parametrize("url", ["simulator:nowhere.yaml", "simulator:nobody"])
def test_a_seed_that_is_not_there(url: str, tmp_path: Path) -> None:
    """What the simulator has to say about its seed is told as an error of ours."""
    with pytest.raises(KometError, match=r"nowhere|nobody"):
        connect(url, tmp_path)


def test_httpx_is_loaded_when_it_is_needed() -> None:
    """Who does not open a connection does not pay for importing one."""
    code = "import sys, reconciler.komet.open, reconciler.komet.drive; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
