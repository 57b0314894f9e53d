"""The destinations of notifications, from settings that satisfy the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from reconciler.model.notification import FOR_SOMEBODY, Occasion
from reconciler.model.project import Destination, TokenSource
from reconciler.model.value import Path

_OURS = frozenset(
    ["connection", "content-encoding", "content-length", "content-type", "host", "transfer-encoding"]
)
_FOR_SECRETS = re.compile(r"(?i)auth|cookie|credential|key|passw|secret|signature|token")


def destinations_of(settings: Mapping[str, Any]) -> tuple[Destination, ...]:
    """What stands under `notifications`, converted already, in the order of names; null is none."""
    return tuple(
        _destination(name, settings[name]) for name in sorted(settings) if settings[name] is not None
    )


def notification_faults(settings: Mapping[str, Any], root: FilePath) -> Iterator[tuple[Path, str, str, bool]]:
    """What no schema can say of `settings`: where, what is wrong, what to do, whether a secret is there."""
    for name, each in settings.items():
        if each is None:
            continue
        headers = each.get("headers", {})
        for header, value in headers.items():
            place: Path = (name, "headers", header)
            if header.lower() in _OURS:
                yield place, f"the header '{header}' is written by reconciler", "leave it out", False
            elif isinstance(value, str) and _FOR_SECRETS.search(header):
                yield (
                    place,
                    f"what stands in the header '{header}' looks like a secret (the line is not shown)",
                    f"write {header}: {{env: VARIABLE}} or {header}: {{file: PATH}}",
                    True,
                )
            elif any(header.lower() == other.lower() for other in headers if other < header):
                yield place, f"the header '{header}' stands here twice, in different letters", "", False
        template = each.get("template")
        if template is not None and (why := _refusal(template, root)) is not None:
            yield (name, "template"), f"'{template}' {why}", "", False


def _destination(name: str, settings: Mapping[str, Any]) -> Destination:
    same = ("template", "timeout", "allow_http")
    return Destination(
        name=name,
        url=TokenSource(**settings["url"]),
        on=tuple(Occasion(each) for each in settings.get("on", FOR_SOMEBODY)),
        headers={
            header: value if isinstance(value, str) else TokenSource(**value)
            for header, value in settings.get("headers", {}).items()
        },
        **{key: settings[key] for key in same if key in settings},
    )


def _refusal(name: str, root: FilePath) -> str | None:
    try:
        if not (root / name).resolve().is_relative_to(root.resolve()):
            return "lies outside of the repository"
        return None if (root / name).is_file() else "does not exist"
    except (OSError, RuntimeError, ValueError):
        return "cannot be a file's name"
