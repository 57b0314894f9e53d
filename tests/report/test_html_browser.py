"""The page in a real browser, headless Chromium; skipped where there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.event import Outcome
from reconciler.report.document import plan_document
from reconciler.report.html import render_html
from reconciler.report.report import Report
from report.pixels import read_png
from report.plans import full_document, full_plan, numbered, summary_of

DESK, PHONE = 1280, 390
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONTRAST = """
const channel = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const parts = color => color.match(/[\\d.]+/g).map(Number);
const ground = element => {
  for (let at = element; at; at = at.parentElement) {
    const found = parts(getComputedStyle(at).backgroundColor);
    if (found.length < 4 || found[3] > 0) return found;
  }
  return [255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const faint = [];
let seen = 0;
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.textContent.trim() || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(parts(style.color)), light(ground(element))].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  const isLarge = parseFloat(style.fontSize) >= 24;
  seen += 1;
  if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.textContent.trim()}`);
}
return [seen, faint];
"""
VIOLATION = """
const done = arguments[arguments.length - 1];
document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective), {once: true});
const made = document.createElement(arguments[0]);
if (arguments[0] === 'script') made.textContent = 'document.title = "broken"';
else if (arguments[0] === 'div') made.setAttribute('style', 'color: red');
else made.src = 'https://picture.invalid/x.png';
document.body.append(made);
"""


class Page:
    """A browser on one page."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser = browser
        self.file = folder / "report.html"

    def show(self, report: Report, width: int = DESK, scheme: str = "light") -> None:
        """Writes the page and goes there, on a device of this width."""
        self.file.write_text(render_html(report, show_calls=True), encoding="utf-8")
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._emulate("setEmulatedMedia", features=features)
        self._emulate(
            "setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width == PHONE
        )
        self.browser.get_log("performance")
        self.browser.get(self.file.as_uri())

    def run(self, script: str) -> Any:
        """What a script of the test's own finds."""
        return self.browser.execute_script(script)

    def click(self, css: str) -> None:
        """Clicks the first element."""
        self.browser.find_element("css selector", css).click()

    def shown(self) -> list[str]:
        """The names of the changes that can be seen."""
        found = self.run(
            "return [...document.querySelectorAll('.change')].filter(x => x.checkVisibility())"
            ".map(x => x.querySelector('b').textContent)"
        )
        return [str(name) for name in found]

    def picture(self, css: str) -> Any:
        """A screenshot of the first element."""
        return read_png(self.browser.find_element("css selector", css).screenshot_as_png)

    def requests(self) -> list[str]:
        """Everything that was asked for since the page was shown."""
        told = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        return [
            each["params"]["request"]["url"] for each in told if each["method"] == "Network.requestWillBeSent"
        ]

    def _emulate(self, command: str, **params: Any) -> None:
        self.browser.execute_cdp_cmd(f"Emulation.{command}", params)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Headless Chromium with a fresh profile."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield Page(browser, tmp_path_factory.mktemp("page"))
    browser.quit()


PLANNED = Report("plan", "bloomnet-miami", "staging", plan=full_document())


def reports() -> dict[str, Report]:
    """Pages of every sort."""
    plan = full_plan(guards=())
    summary = summary_of(plan, *Outcome, error="Komet went away")
    fault = {**full_document()["diagnostics"][0], "source": "x: " + "y" * 300}
    long = {**full_document(), "project": "p" * 60, "environment": "e" * 90}
    long["changes"][0]["headline"] = "w" * 500
    long["changes"][1]["address"] = f"purchase_orders.{'n' * 200}"
    long["stock"][0]["stock"] = "s" * 200
    long["money"] = {"commitment": "123456789.00", "fee": "1234567.89", "currency": None}
    return {
        "planned": PLANNED,
        "applied": Report("apply", "shop", plan=plan_document(plan), summary=summary),
        "invalid": Report("plan", "shop", error={"kind": "x", "message": "", "diagnostics": [fault]}),
        "long words": Report("plan", "shop", plan=long),
    }


def test_filters_hide_and_show(page: Page) -> None:
    """Without a script: each box takes its changes away, several together, and one button brings all back."""
    page.show(PLANNED)
    everything = page.shown()
    assert len(everything) == 8
    page.click("#show-create")
    assert page.shown() == [name for name in everything if name not in ("valentines-freedom", "week-6")]
    page.click("#show-purchase_orders")
    assert page.shown() == ["bloomnet", "freedom-60-miami"]
    page.click("button[type=reset]")
    assert page.shown() == everything
    page.click("#only-person")
    assert page.shown() == ["easter", "freedom-60-miami"]


def test_outcomes_are_filtered_too(page: Page) -> None:
    """After an apply what was done can be put out of sight."""
    page.show(reports()["applied"])
    before = len(page.shown())
    page.click("#show-done")
    assert 0 < len(page.shown()) < before


def test_the_keyboard_is_enough(page: Page) -> None:
    """A box is reached and switched by keys, and shows where the focus is."""
    from selenium.webdriver.common.keys import Keys

    page.show(PLANNED)
    box = page.browser.find_element("css selector", "#show-delete")
    page.run("document.querySelector('#show-adopt').focus()")
    page.browser.switch_to.active_element.send_keys(Keys.TAB)
    assert page.browser.switch_to.active_element == box
    outline = "return getComputedStyle(document.querySelector('label.show-delete')).outlineStyle"
    assert page.run(outline) == "solid"
    box.send_keys(Keys.SPACE)
    assert "easter" not in page.shown()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", sorted(reports()))
def test_nothing_scrolls_sideways(page: Page, name: str, width: int) -> None:
    """On a phone as on a desk, with every change opened and words that never end."""
    page.show(reports()[name], width)
    page.run("document.querySelectorAll('details').forEach(x => x.open = true)")
    assert page.run("return document.documentElement.scrollWidth") <= width
    spilled = page.run(
        "return [...document.querySelectorAll('main :is(p, li, td, th, dd, h2, h3, summary)')].filter(x =>"
        " x.checkVisibility() && !x.closest('.unseen') &&"
        " (x.getBoundingClientRect().right > innerWidth + 1 || x.scrollWidth > x.clientWidth + 1))"
        ".map(x => x.textContent)"
    )
    assert spilled == []


def test_no_line_ends_within_a_date(page: Page) -> None:
    """Whatever the width, a date stands on one line, and what is copied is what is written."""
    document = full_document()
    document["changes"][2]["address"] = "purchase_orders.valentines-altaflor-2027-01-04"
    for width in (320, PHONE):
        page.show(Report("plan", "shop", plan=document), width)
        assert page.run(
            "const seen = [...document.querySelectorAll('.change time')].filter(x => x.checkVisibility());"
            "return seen.length > 5 && seen.every(x => x.getClientRects().length === 1)"
        )
    assert "valentines-altaflor-2027-01-04" in page.shown()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["planned", "applied", "invalid"])
def test_every_word_can_be_read(page: Page, name: str, scheme: str) -> None:
    """Text has the contrast that WCAG's AA asks for, in both schemes; dark is dark."""
    page.show(reports()[name], scheme=scheme)
    seen, faint = page.run(CONTRAST)
    assert seen > 5 and faint == []
    background = page.run("return getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(246, 245, 240)", "dark": "rgb(17, 21, 18)"}[scheme]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_shows_what_is_reserved(page: Page, scheme: str) -> None:
    """Of 51 boxes 16 stand reserved, 4 come, the rest is open: the bar has these colours at these places."""
    page.show(PLANNED, scheme=scheme)
    bar = page.picture(".shelves tbody tr:first-child .bar")
    kept, added, free = (bar.at(share / 51, 0.5) for share in (8, 18, 40))
    assert {
        "light": ((29, 107, 72), (99, 185, 140), (213, 219, 212)),
        "dark": ((63, 159, 112), (143, 227, 182), (57, 68, 61)),
    }[scheme] == (kept, added, free)


def test_the_picture_shows_what_an_order_does_on_its_day(page: Page) -> None:
    """The chip of an order that is created is green, that of one that goes is red, in the row of its week."""
    page.show(PLANNED)
    created, gone = (page.picture(f"a.chip.{name}").at(0.005, 0.5) for name in ("create", "delete"))
    assert (created, gone) == ((28, 116, 64), (177, 40, 31))
    column, chip = page.run(
        "const box = css => document.querySelector(css).getBoundingClientRect().left;"
        "return [box('.weekdays span:nth-child(4)'), box('a.chip.update')]"
    )
    assert abs(column - chip) < 12  # Wednesday


def test_nothing_is_asked_for(page: Page) -> None:
    """The page is one file: opening it makes one request, and the browser complains of nothing."""
    page.show(PLANNED)
    assert page.requests() == [page.file.as_uri()]
    assert page.browser.get_log("browser") == []


@pytest.mark.parametrize(
    ("element", "directive"), [("script", "script-src-elem"), ("div", "style-src-attr"), ("img", "img-src")]
)
def test_the_policy_holds(page: Page, element: str, directive: str) -> None:
    """Whatever would get onto the page could neither run nor load anything."""
    page.show(PLANNED)
    title = page.browser.title
    assert page.browser.execute_async_script(VIOLATION, element) == directive
    assert page.browser.title == title


def test_hostile_texts_do_nothing(page: Page) -> None:
    """A name that is markup is shown as it is written."""
    name = "<img src=x onerror=\"document.title='broken'\"><b>"
    document = full_document()
    document["changes"][1]["headline"] = name
    page.show(Report("plan", name, name, plan=document))
    assert page.run("return document.querySelectorAll('.headline')[1].textContent") == name
    assert page.run("return document.querySelectorAll('img').length") == 0
    assert "broken" not in page.browser.title.partition("·")[0]


def test_a_large_plan_is_usable(page: Page) -> None:
    """Of eight hundred changes one is opened and the rest filtered away."""
    page.show(Report("plan", "shop", plan=plan_document(numbered(800))))
    page.click("#show-update")
    assert len(page.shown()) == 500
    page.click("#change-2 summary")
    assert page.run("return document.querySelector('#change-2').open") is True
