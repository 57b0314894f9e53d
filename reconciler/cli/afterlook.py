"""Looking, after an apply, whether the buyers see what was applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from reconciler.cli import screen
from reconciler.cli.failure import error_document, tell

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.model.summary import Summary
    from reconciler.model.value import Json
    from reconciler.session import Session

VERIFIED = ("reservations", "purchase_orders")


class Afterlook(Struct, frozen=True):
    """What `apply --verify` saw as JSON, as text, and the exit code of both together."""

    document: dict[str, Json]
    text: str
    exit_code: int


def look_after(settings: Settings, session: Session, summary: Summary) -> Afterlook | None:
    """What the buyers see of what ended well; None where nothing of it can be seen by anybody.

    It waits until BloomNet can have looked. An error takes nothing away from what was applied: it is told,
    and apply's own exit code stays where it is not 0.
    """
    from reconciler.cli.verifying import verify
    from reconciler.errors import ReconcilerError
    from reconciler.report.verify import render_verification
    from reconciler.verify.document import verification_document
    from reconciler.verify.finding import exit_code_after

    wanted = session.configuration.resources
    addresses = [
        str(each.address)
        for each in summary.results
        if each.is_finished and each.address.kind in VERIFIED and each.address in wanted
    ]
    if not addresses:
        return None
    try:
        found = verify(settings, session, addresses, wait=True)
    except ReconcilerError as error:
        if not settings.json:
            tell(error, settings)
        return Afterlook(error_document(error), "", summary.exit_code or error.exit_code)
    project = session.configuration.project.name
    document = verification_document(found, project, session.connection.now())
    text = render_verification(document, color=screen.has_color(settings))
    return Afterlook(document, text, exit_code_after(summary.exit_code, found))
