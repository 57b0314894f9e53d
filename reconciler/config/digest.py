"""The digest that ties a plan to the configuration it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct
from msgspec.json import encode

from reconciler.model.address import Address
from reconciler.model.project import Project
from reconciler.model.resource import DesiredResource
from reconciler.model.value import Json, Value, digest_of, plain

_ELSEWHERE = frozenset(["state", "token", "timeout", "notifications"])
"""Settings that say where things lie, how long to wait and who hears of it: they change nothing that is
planned."""


def digest(
    project: Project, resources: Mapping[Address, DesiredResource], moved: Mapping[Address, Address]
) -> str:
    """Equal for the same settings, resources and moves, however they are spread over files and ordered."""
    written = sorted([*address, wanted.digest] for address, wanted in resources.items())
    redirected = sorted([*old, *new] for old, new in moved.items())
    return digest_of([_settings(project), sha256(encode([written, redirected])).hexdigest()])


def settings_digest(project: Project) -> str:
    """Equal for the same settings."""
    return digest_of(_settings(project))


def _settings(value: object) -> Json:
    if isinstance(value, Struct):
        kept = [name for name in value.__struct_fields__ if name not in _ELSEWHERE]
        return {name: _settings(getattr(value, name)) for name in kept}
    if isinstance(value, Mapping):
        return {name: [type(inner).__name__, _settings(inner)] for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_settings(inner) for inner in value]
    known: Value = value  # type: ignore[assignment]
    return plain(known)
