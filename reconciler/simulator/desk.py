"""The desk: a small web page on which a person does what people do in Komet's own screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from msgspec import Struct

from reconciler.simulator import desk_prebooks, desk_views
from reconciler.simulator.clock import Clock
from reconciler.simulator.desk_forms import operator_params
from reconciler.simulator.errors import Refused
from reconciler.simulator.gate import Reply
from reconciler.simulator.store import Store

if TYPE_CHECKING:
    from jinja2 import Environment

    from reconciler.simulator.embed import Simulator

ROOT = "/_desk/"
HTML = "text/html;charset=UTF-8"
_TEMPLATES = Path(__file__).parent / "templates"
_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)
View = Callable[[Store, Clock, dict[str, str]], dict[str, Any]]
PAGES: dict[str, tuple[str, View]] = {
    "": ("Stock", desk_views.stock),
    "orders": ("Purchase orders", desk_views.orders),
    "prebooks": ("Prebooks", desk_prebooks.prebooks),
    "reservations": ("Reservations", desk_views.reservations),
    "shops": ("Seen by customers", desk_views.shops),
    "sales": ("Sales", desk_views.sales),
    "log": ("Calls", desk_views.log),
    "actions": ("Everything else", desk_views.actions),
}
"""Path below `/_desk/`: the tab's title, and what reads its content."""


class Visit(Struct, frozen=True):
    """A request for the desk; `path` is below `/_desk`, the query and the body still encoded."""

    verb: str
    path: str
    query: str
    body: bytes
    host: str
    origin: str | None


def answer(simulator: Simulator, visit: Visit) -> Reply:
    """The page, or the redirection after an action."""
    name = visit.path.removeprefix("/")
    if visit.verb == "POST" and name.startswith("do/"):
        return _carry_out(simulator, visit, name.removeprefix("do/"))
    if visit.verb not in ("GET", "HEAD"):
        return _plain(405, "The desk is read with GET, and acts on POST to /_desk/do/<action>.")
    if not visit.path:
        return _redirect(ROOT)
    if name == "style.css":
        return Reply(200, (_TEMPLATES / name).read_bytes(), "text/css;charset=UTF-8", headers=_HEADERS)
    if name not in PAGES:
        return _plain(404, "The desk has no such page.")
    return _page(simulator, name, _fields(visit.query))


def _page(simulator: Simulator, name: str, asked: dict[str, str]) -> Reply:
    title, view = PAGES[name]
    shown = simulator.read(
        lambda store, clock: desk_views.surroundings(store, clock) | view(store, clock, asked)
    )
    text = (
        _templates()
        .get_template(f"{name or 'stock'}.html")
        .render(
            **shown,
            title=title,
            here=name,
            tabs=[(path, tab) for path, (tab, _) in PAGES.items()],
            back=ROOT + name + _kept(asked),
            message=asked.get("message"),
            failed=asked.get("failed"),
            asked=defaultdict(str, asked),
        )
    )
    return Reply(200, text.encode("utf-8", "replace"), HTML, headers=_HEADERS)


def _kept(asked: dict[str, str]) -> str:
    """The query of the page without the last action's message, to come back to the same view."""
    kept = {key: value for key, value in asked.items() if key not in ("message", "failed")}
    return f"?{urlencode(kept, errors='replace')}" if kept else ""


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _carry_out(simulator: Simulator, visit: Visit, action: str) -> Reply:
    """Do the action, then back to where the form stood, with a message."""
    if visit.origin is not None and urlsplit(visit.origin).netloc != visit.host:
        return _plain(403, "The desk takes forms from its own pages only.")
    fields = _fields(visit.body.decode("utf-8", "replace"))
    back = fields.pop("back", ROOT)
    done = fields.pop("done", "") or f"Done: {action}"
    try:
        simulator.act(action, operator_params(fields))
    except Refused as refusal:
        return _redirect(_with(back, "failed", str(refusal)))
    return _redirect(_with(back, "message", done))


def _with(back: str, key: str, text: str) -> str:
    """`back`, if it is a page of the desk, with one thing more in its query."""
    parts = urlsplit(back) if back.startswith(ROOT) else urlsplit(ROOT)
    query = {name: value for name, value in _fields(parts.query).items() if name not in ("message", "failed")}
    told = urlencode({**query, key: text[:300]}, errors="replace")
    return urlunsplit(("", "", parts.path, told, quote(parts.fragment)))


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=None))


def _redirect(where: str) -> Reply:
    safe = "".join(letter for letter in where if letter.isascii() and letter.isprintable())
    return Reply(303, b"", HTML, headers=(("Location", safe), *_HEADERS))


def _plain(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), "text/plain;charset=UTF-8", headers=_HEADERS)
