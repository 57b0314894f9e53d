"""What the desk's forms say, turned into the parameters of operator actions."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from reconciler.simulator.faults import KINDS
from reconciler.simulator.operator import known_actions
from reconciler.simulator.switches import Switches, choices_of

_LISTS = frozenset({"methods"})
"""Fields that hold a list, written with blanks or commas between its parts."""
_OPEN = {
    "fault": (
        "kind",
        "method",
        "nth",
        "times",
        "share",
        "seed",
        "seconds",
        "http_status",
        "effect",
        "product",
    ),
    "settings": tuple(Switches.__dataclass_fields__),
}
"""Members of the actions that take any."""
_CHOICES = {"kind": KINDS, "unit": ("Stem", "Bunch"), "type": ()}


def operator_params(sent: dict[str, str]) -> dict[str, Any]:
    """The parameters that a form means.

    An empty field was left out, unless `null` names it: then it clears. `lines.7` is the member 7 of the
    mapping `lines`; a field named in `lists` is a list.
    """
    cleared = set(sent.pop("null", "").split())
    params: dict[str, Any] = {}
    for name, text in sent.items():
        head, dot, tail = name.partition(".")
        if not text.strip():
            if name in cleared:
                params[name] = None
        elif dot:
            params.setdefault(head, {})[tail] = text.strip()
        elif name in _LISTS:
            params[name] = text if text.strip() == "*" else re.split(r"[\s,]+", text.strip())
        else:
            params[name] = text.strip()
    return params


class Field(Struct, frozen=True):
    """One field of a form; with `choices` it is picked from them."""

    name: str
    choices: tuple[str, ...] = ()
    value: str = ""


class Form(Struct, frozen=True):
    """The form of one operator action, with what its docstring promises."""

    action: str
    about: str
    fields: tuple[Field, ...]


def every_form(switches: Switches) -> list[Form]:
    """A form for each action there is; the settings show what is in force."""
    forms = []
    for name, (run, taken) in sorted(known_actions().items()):
        names = _OPEN.get(name) or tuple(sorted(taken))
        shown = tuple(_field(name, each, switches) for each in names)
        forms.append(Form(name, (run.__doc__ or "").split("\n")[0], shown))
    return forms


def _field(action: str, name: str, switches: Switches) -> Field:
    if action == "settings":
        return Field(name, choices_of(name), str(getattr(switches, name)))
    return Field(name, _CHOICES.get(name, ()) if action in ("fault", "stock-add") else ())
