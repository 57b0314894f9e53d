"""Connections with the customers' own tokens, as the environment gives them."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from reconciler.cli.opening import chosen_clock

if TYPE_CHECKING:
    from reconciler.komet.port import KometPort
    from reconciler.model.project import TokenSource
    from reconciler.session import Session


def opening_shops(session: Session) -> AbstractContextManager[Callable[[TokenSource], KometPort]]:
    """What connects to the session's account with another token; calls go into the same ledger."""
    from reconciler.shops import open_shops

    return open_shops(session, os.environ, clock=chosen_clock())
