"""The desk in a real browser: headless Chromium, clicking; skipped where there is none."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from reconciler.simulator.desk import PAGES
from reconciler.simulator.driver import Komet, wholesaler
from reconciler.simulator.embed import make_simulator

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

LINE, PHONE = 88101, 390
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,900",
)


class _Server(ThreadingMixIn, WSGIServer):
    """A browser opens connections ahead and keeps them idle: each has its own thread."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """A handler that writes no log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Desk:
    """A served simulator and a browser on its desk."""

    def __init__(self, komet: Komet, url: str, browser: Chrome) -> None:
        self.komet = komet
        self.url = url
        self.browser = browser

    def open(self, page: str) -> None:
        """Go to a page of the desk."""
        self.browser.get(f"{self.url}/_desk/{page}")

    def find(self, css: str) -> WebElement:
        """The first element."""
        return self.browser.find_element("css selector", css)

    def send(self, button: WebElement) -> None:
        """Click what sends a form, and wait until the page that answers has come."""
        from selenium.webdriver.support.expected_conditions import staleness_of
        from selenium.webdriver.support.wait import WebDriverWait

        page = self.find("html")
        button.click()
        WebDriverWait(self.browser, 10).until(staleness_of(page))

    def told(self) -> str:
        """The message on the page."""
        return self.find(".told").text

    def width(self) -> tuple[int, int]:
        """How wide the content is, and the window."""
        found: Any = self.browser.execute_script(
            "return [document.documentElement.scrollWidth, window.innerWidth]"
        )
        return int(found[0]), int(found[1])

    def emulate(self, command: str, **params: Any) -> None:
        """Pretend to be another device."""
        self.browser.execute_cdp_cmd(f"Emulation.{command}", params)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Headless Chromium with a fresh profile."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield found
    found.quit()


@pytest.fixture
def desk(browser: Chrome) -> Iterator[Desk]:
    """A fresh wholesaler on a free port of this machine."""
    komet = Komet(make_simulator(wholesaler()))
    server = make_server("127.0.0.1", 0, komet.sim.wsgi, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Desk(komet, f"http://127.0.0.1:{server.server_port}", browser)
    server.shutdown()
    thread.join()
    server.server_close()
    komet.http.close()
    komet.sim.close()


def test_reserve_a_line_by_clicking(desk: Desk) -> None:
    """BLOOM is typed on a line and reserved; then BloomNet sees it."""
    desk.open("shops")
    assert "Nothing that is reserved" in desk.find("#reserved-BLOOM").text
    desk.open("?location=MIA&product=RSFRE60")
    desk.find(f"#line-{LINE} input[name=customer]").send_keys("BLOOM")
    desk.send(desk.find(f"#line-{LINE} .do > form button"))
    assert desk.told() == f"Line {LINE} is reserved."
    assert desk.find(f"#line-{LINE} .chip.reserved").text == "BLOOM"
    desk.open("shops")
    seen = desk.find("#reserved-BLOOM").text
    assert "Roses Freedom 60cm" in seen and str(LINE) in seen
    assert len(desk.komet.reserved()) == 1


def test_confirm_an_order_by_clicking(desk: Desk) -> None:
    """The farm confirms an order of BloomNet's; its boxes are offered then."""
    number = desk.komet.create()["purchaseOrderNumber"]
    desk.open(f"orders?number={number}")
    order = f"#order-{number}"
    assert "Unseen: not confirmed" in desk.find(order).text
    desk.send(desk.find(f"{order} > footer button.main"))
    assert desk.told() == f"{number} is confirmed by the farm."
    assert "10 offered" in desk.find(order).text
    assert [row["quantity"] for row in desk.komet.reserved()] == [10]


def test_split_behind_more(desk: Desk) -> None:
    """What is rarely needed opens with a click, without JavaScript."""
    desk.open("?location=MIA&product=RSFRE60")
    desk.find(f"#line-{LINE} summary").click()
    form = desk.find(f"#line-{LINE} form[action='/_desk/do/stock-split']")
    form.find_element("name", "boxes").send_keys("4")
    form.find_element("name", "customer").send_keys("BLOOM")
    desk.send(form.find_element("css selector", "button"))
    assert desk.told() == f"Line {LINE} was split."
    assert [row["quantity"] for row in desk.komet.reserved()] == [4]


def test_five_minutes_pass_by_clicking(desk: Desk) -> None:
    """The clock on the page moves on."""
    desk.open("log")
    assert "14:00:00" in desk.find("time").text
    desk.send(desk.find("#pass-five-minutes"))
    assert "14:05:00" in desk.find("time").text


def test_on_a_phone(desk: Desk, tmp_path: Path) -> None:
    """On a phone no page scrolls sideways, with everything opened, in dark colours too."""
    desk.emulate("setDeviceMetricsOverride", width=PHONE, height=800, deviceScaleFactor=1, mobile=True)
    desk.emulate("setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    try:
        for page in PAGES:
            desk.open(page)
            desk.browser.execute_script("document.querySelectorAll('details').forEach(x => x.open = true)")
            assert desk.width() == (PHONE, PHONE), page
        dark = desk.browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        assert dark == "rgb(21, 24, 21)"
        assert desk.browser.save_screenshot(str(tmp_path / "phone.png"))
        assert (tmp_path / "phone.png").stat().st_size > 5000
    finally:
        desk.emulate("clearDeviceMetricsOverride")
        desk.emulate("setEmulatedMedia", features=[])


def test_hostile_texts_do_nothing(desk: Desk) -> None:
    """A name that is markup is shown as it is written, and no script of it runs."""
    name = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
    desk.komet.sim.operator("edit-customer", customer="BLOOM", name=name)
    desk.open("shops")
    assert desk.find("#shop-BLOOM h3").text == f"What {name} sees"
    assert desk.browser.title.startswith("Seen by customers")
