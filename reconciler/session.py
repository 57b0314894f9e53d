"""Everything that one command works with, opened together: configuration, state, connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from reconciler.config.configuration import Configuration
from reconciler.config.tokens import read_token
from reconciler.errors import QuotaExhausted, TokenMissing, UsageError
from reconciler.komet.offline import open_offline
from reconciler.komet.open import SIMULATOR, Connection, account_name, open_komet
from reconciler.komet.passing import TooFast
from reconciler.state.open import State, open_state
from reconciler.state.scope import Scope
from reconciler.state.snapshots import Snapshot


class Session(Struct, frozen=True):
    """One configuration repository with its state and its account, for the length of one command.

    Offline, `snapshot` is what takes the place of reading the account. What `rests_on_memory` may be told
    answers that were given before: of that nothing is kept as if it had been read now.
    """

    configuration: Configuration
    state: State
    connection: Connection
    snapshot: Snapshot | None = None
    rests_on_memory: bool = False

    @property
    def is_offline(self) -> bool:
        """Whether what is to be known was read before, and no call is made."""
        return self.snapshot is not None

    @property
    def scope(self) -> Scope:
        """Whose memory in the state is ours."""
        project = self.configuration.project
        return Scope(project.name, project.environment, self.connection.account)

    @property
    def today(self) -> date:
        """The business day, which is also the quota's day (A9)."""
        return _day(self.connection.now(), self.configuration)

    @property
    def calls_used_today(self) -> int:
        """The calls of the account today, those of other projects on this state included."""
        return self.state.ledger.used(self.connection.account, self.today)


@contextmanager
def open_session(
    configuration: Configuration,
    environ: Mapping[str, str],
    *,
    writing: bool,
    clock: Callable[[], datetime] | None = None,
    parallel: int = 4,
) -> Iterator[Session]:
    """A session that may write to Komet only if `writing`. `TokenMissing` comes before anything is opened."""
    settings = configuration.project.komet
    try:
        token = read_token(settings.token, configuration.root, environ)
    except TokenMissing as missing:
        raise _with_hint(missing, settings.url) from None
    with open_state(configuration.project.state, configuration.root) as state:
        opened: list[Connection] = []
        account = account_name(settings)
        counter = state.ledger.counter(account, lambda: _day(opened[0].now(), configuration))
        connection = open_komet(
            settings,
            token,
            root=configuration.root,
            state_folder=state.folder,
            writing=writing,
            ledger=counter,
            parallel=parallel,
            clock=clock,
        )
        opened.append(connection)
        with connection:
            try:
                yield Session(configuration, state, connection)
            except TooFast:
                raise
            except QuotaExhausted:
                state.ledger.note_exhausted(account, _day(connection.now(), configuration))
                raise


@contextmanager
def open_offline_session(
    configuration: Configuration, clock: Callable[[], datetime] | None = None
) -> Iterator[Session]:
    """A session on what was read last, without a token and without a call.

    The simulator's time stands still: there it is the moment of the reading. UsageError when nothing was
    ever read.
    """
    settings = configuration.project.komet
    with open_state(configuration.project.state, configuration.root) as state:
        project = configuration.project
        snapshot = state.snapshots.get(Scope(project.name, project.environment, account_name(settings)))
        if snapshot is None:
            raise UsageError(
                "nothing was read of this account yet: `reconciler plan` reads it, --offline rests on that"
            )
        taken = snapshot.taken_at
        still = (lambda: taken) if settings.url.startswith(SIMULATOR) else None
        with open_offline(settings, clock or still or _system_clock) as connection:
            yield Session(configuration, state, connection, snapshot)


def _system_clock() -> datetime:
    return datetime.now(UTC)


def _day(now: datetime, configuration: Configuration) -> date:
    return now.astimezone(ZoneInfo(configuration.project.komet.timezone)).date()


def _with_hint(missing: TokenMissing, url: str) -> TokenMissing:
    """The embedded simulator's tokens are no secret: say which one to set."""
    if not url.startswith(SIMULATOR):
        return missing
    variable = missing.where.removeprefix("environment variable ")
    if variable == missing.where:
        return missing
    return TokenMissing(missing.where, f"The embedded simulator takes: export {variable}=simulator-company")
