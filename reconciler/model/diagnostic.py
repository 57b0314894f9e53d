"""What is wrong or worth knowing, said once and shown in every form."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.value import Path


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops, a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(Struct, frozen=True):
    """One fault or remark.

    `summary` says in plain words what is wrong, `suggestion` what was probably meant (the bare value, shown
    as «did you mean»), `detail` how to go on. `origin` is where it stands, `source` that line of the file
    (None where it must not be shown). A later stage that knows no files gives `address` and `path` instead.
    """

    severity: Severity
    summary: str
    detail: str = ""
    suggestion: str | None = None
    origin: Origin | None = None
    source: str | None = None
    address: Address | None = None
    path: Path = ()
    also: tuple[Origin, ...] = ()
