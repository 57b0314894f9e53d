"""Templates of notifications: what they make is JSON, whatever their values hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Undefined
from markupsafe import Markup

from reconciler.config.files import FileFault, read_source
from reconciler.config.sandbox import Sandbox, Variables
from reconciler.config.source import Mark, SourceFile
from reconciler.config.template import render_source
from reconciler.model.value import Json, Value

_HOW = 'a text stands in quotes, "{{ notification.title }}"; anything else is {{ value | tojson }}'


def render_notification(
    name: str, root: Path, variables: Mapping[str, Value], document: Mapping[str, Json]
) -> bytes:
    """The JSON that the template `name` makes of `document`, which it calls `notification`.

    FileFault at the template's line when it cannot be rendered, or when what it makes is not JSON.
    """
    values = {"vars": Variables(variables), "notification": dict(document)}
    rendered = render_source(read_source(root, name), root, values, _Quoting)
    try:
        made = json.loads(rendered.text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise _fault(rendered, Mark(error.lineno, error.colno), f"{error.msg.lower()} here") from None
    except (ValueError, RecursionError) as error:
        raise _fault(rendered, Mark(1, 1), str(error) or "it is too deep") from None
    if not isinstance(made, dict):
        raise _fault(rendered, Mark(1, 1), "it is no object: it begins with no {")
    return json.dumps(made).encode()


class _Quoting(Sandbox):
    """A sandbox in which a value that is written is escaped as within the quotes of a JSON text; what
    `tojson` or a macro made is JSON already, and marked so."""

    def written(self, value: Any) -> Any:
        """`value` as JSON takes it between quotes; nothing at all for null."""
        if isinstance(value, Markup | Undefined):
            return super().written(value)
        if value is None or isinstance(value, bool):
            return "" if value is None else json.dumps(value)
        return json.dumps(super().written(value), ensure_ascii=False)[1:-1]

    def concat(self, parts: Iterable[Any]) -> str:
        """What a macro or a block made: its values are escaped already."""
        return Markup(self.joined(parts))


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _fault(rendered: SourceFile, mark: Mark, why: str) -> FileFault:
    """A fault at `mark` of what was made: its line is shown, and the template's is named."""
    return FileFault(rendered.fault(mark, f"what this template makes is not JSON: {why}", detail=_HOW))
