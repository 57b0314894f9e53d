"""Connections to the session's account with the customers' own tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime

from reconciler.config.tokens import read_token
from reconciler.komet.open import open_komet
from reconciler.komet.port import KometPort
from reconciler.model.project import TokenSource
from reconciler.session import Session


@contextmanager
def open_shops(
    session: Session, environ: Mapping[str, str], *, clock: Callable[[], datetime] | None = None
) -> Iterator[Callable[[TokenSource], KometPort]]:
    """Gives what connects with another token: to read only, and counted in the session's ledger.

    All are closed together at the end. `TokenMissing` when a token is not where the configuration says.
    """
    configuration, account = session.configuration, session.connection.account
    counter = session.state.ledger.counter(account, lambda: session.today)
    with ExitStack() as stack:

        def connect(source: TokenSource) -> KometPort:
            connection = open_komet(
                configuration.project.komet,
                read_token(source, configuration.root, environ),
                root=configuration.root,
                state_folder=session.state.folder,
                writing=False,
                ledger=counter,
                clock=clock,
            )
            return stack.enter_context(connection).port

        yield connect
