"""Connections with the customers' own tokens, closed together at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from reconciler.cli.opening import chosen_clock

if TYPE_CHECKING:
    from reconciler.komet.port import KometPort
    from reconciler.model.project import TokenSource
    from reconciler.session import Session


@contextmanager
def opening_shops(session: Session) -> Iterator[Callable[[TokenSource], KometPort]]:
    """Gives what connects to the session's account with another token; calls go into the same ledger."""
    from reconciler.config.tokens import read_token
    from reconciler.komet.open import open_komet

    configuration, account = session.configuration, session.connection.account
    counter = session.state.ledger.counter(account, lambda: session.today)
    with ExitStack() as stack:

        def connect(source: TokenSource) -> KometPort:
            connection = open_komet(
                configuration.project.komet,
                read_token(source, configuration.root, os.environ),
                root=configuration.root,
                state_folder=session.state.folder,
                writing=False,
                ledger=counter,
                clock=chosen_clock(),
            )
            return stack.enter_context(connection).port

        yield connect
