"""Looking with the customers' own tokens, for the commands that do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reconciler.cli.progress import Progress
from reconciler.report.style import counted

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.config.configuration import Configuration
    from reconciler.session import Session
    from reconciler.verify.finding import Verification


def verify(settings: Settings, session: Session, addresses: Sequence[str], *, wait: bool) -> Verification:
    """What is seen of `addresses`, of everything where there is none; each batch of calls is announced.

    With `wait` what is too fresh to judge is looked at again.
    """
    from reconciler.cli.shops import opening_shops
    from reconciler.workflow import verify_account

    with opening_shops(session) as connect, Progress(settings) as progress:
        return verify_account(
            session,
            connect,
            addresses,
            announce=lambda calls, what: progress.stays(f"{counted(calls, 'call')} {what}"),
            wait=_waiting(session.configuration, progress) if wait else None,
        )


def _waiting(configuration: Configuration, progress: Progress) -> Callable[[float], None]:
    """Sleeps; on the embedded simulator, whose clock stands still, lets its time pass instead."""
    from reconciler.cli import stranger

    is_simulated = configuration.project.komet.url.startswith(stranger.URL)

    def wait(seconds: float) -> None:
        progress.now(f"waiting {seconds:.0f} seconds: BloomNet looks every five minutes")
        if not is_simulated:
            time.sleep(seconds)
            return
        simulator = stranger.open_simulator(*stranger.seed_and_store(configuration))
        try:
            simulator.operator("advance", seconds=int(seconds))
        finally:
            simulator.close()

    return wait
