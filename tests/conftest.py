"""What all tests share: golden files with the one way to rewrite them, a server, reports that travel."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import Server, find_binaries
from thorough import USUAL

collect_ignore = ["cases", "faults"]
"""Folders without tests, and many of them."""

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""What a worker or a program has compiled serves the next one, whatever the environment says."""

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile(
    "thorough",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    max_examples=10 * USUAL,
)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites the golden files; review is `git diff`."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The laws of a case one after the other, so that what was told and planned for one serves the next."""
    places = [place for place, item in enumerate(items) if _case(item)]
    for place, item in zip(places, sorted((items[place] for place in places), key=_case), strict=True):
        items[place] = item


def _case(item: pytest.Item) -> str:
    """Of a law in `test_cases` the case it is about."""
    if item.path.name != "test_cases.py" or not hasattr(item, "callspec"):
        return ""
    return str(item.callspec.params.get("case", ""))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector need not look at it after every few objects."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged may hold halves of characters, which no worker could send to the one who gathers."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the golden file at a path, to the letter; or rewrite the file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: run pytest --update-golden and read it"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for the whole session, one for each worker; skipped where none is installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    server = Server(binaries)
    with server.running():
        yield server
