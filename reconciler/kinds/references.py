"""Looking up the codes of one resource, every fault noted with its place and the nearest codes."""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.kinds.catalogue import Entry, Unknown
from reconciler.kinds.kind import Notice, Scope
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.value import Path, Value


class References(Struct):
    """The look-ups of one resource; `failed` once any of them found nothing."""

    address: Address
    scope: Scope
    notice: Notice
    failed: bool = field(default=False)

    def entry(self, name: str, reference: Value, path: Path) -> Entry:
        """The entry of list `name` that `reference` means; if there is none, a fault and an empty entry."""
        found = self.scope.catalogue.lookup(name, reference)
        if isinstance(found, Unknown):
            self.failed = True
            nearest = f"near: {', '.join(found.nearest)}" if len(found.nearest) > 1 else ""
            suggestion = found.nearest[0] if found.nearest else None
            self.fault(found.why, path, suggestion=suggestion, detail=nearest)
            return Entry(0, "", "")
        return found

    def fault(self, summary: str, path: Path, suggestion: str | None = None, detail: str = "") -> None:
        """Notes a fault at `path` of the resource."""
        self.failed = True
        self.notice(
            Diagnostic(
                Severity.ERROR, summary, detail=detail, suggestion=suggestion, address=self.address, path=path
            )
        )
