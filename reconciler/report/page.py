"""Pages from templates: whatever a document holds is text on them, and nothing is loaded from anywhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.model.inert import inert

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent / "templates"

_DATE = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)", re.ASCII)
_CODE = re.compile(r"`([^`]+)`")


def render_page(template: str, **values: Any) -> str:
    """The page of `template`. Every text is made inert and then escaped; an unknown name is an error."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["worded"] = _worded
    return environment


def _worded(text: str) -> Markup:
    """`text` with its dates marked, so that no line ends within one and a copy is what was written, and with
    what it has in backticks as code."""
    from markupsafe import Markup, escape

    marked = _DATE.sub(r"<time>\g<0></time>", str(escape(inert(text))))
    return Markup(_CODE.sub(r"<code>\1</code>", marked))


def _inert(value: object) -> object:
    """Texts that are not markup already are made inert, before the template escapes them."""
    return inert(value) if type(value) is str else value
