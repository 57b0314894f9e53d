"""What a command works with, opened as the settings say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.config.load import load_config
from reconciler.config.root import CACHE, find_root
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.config.configuration import Configuration
    from reconciler.session import Session
    from reconciler.state.open import State
    from reconciler.state.scope import Scope

NOW = "RECONCILER_NOW"
"""The variable that takes the place of the system's clock: a plan as of another moment."""

VARIABLE = "RECONCILER_VAR_"
"""What the names begin with of variables that set one of a template."""


def open_configuration(settings: Settings) -> Configuration:
    """The configuration of the repository that the directory belongs to."""
    return load_again(settings)({})


def load_again(settings: Settings) -> Callable[[Mapping[str, str]], Configuration]:
    """What reads that configuration with texts in place of its files, as the settings say."""
    variables = {**variables_of(os.environ), **settings.variables}

    def load(texts: Mapping[str, str]) -> Configuration:
        root = find_root(settings.directory)
        return load_config(root, settings.environment, variables, texts, cache=root / CACHE)

    return load


def variables_of(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of templates that are set as `RECONCILER_VAR_name`, by name."""
    names = [name for name in sorted(environ) if name.startswith(VARIABLE) and name != VARIABLE]
    return {name.removeprefix(VARIABLE): environ[name] for name in names}


@contextmanager
def open_work(
    settings: Settings, configuration: Configuration, *, writing: bool, parallel: int
) -> Iterator[Session]:
    """A session on the account, with the log that the settings ask for."""
    from reconciler.cli.log import logging_to
    from reconciler.session import open_session

    with (
        logging_to(settings),
        open_session(
            configuration, os.environ, writing=writing, clock=chosen_clock(), parallel=parallel
        ) as session,
    ):
        yield session


@contextmanager
def open_offline_work(settings: Settings, configuration: Configuration) -> Iterator[Session]:
    """A session on what was read last: no token, no call."""
    from reconciler.cli.log import logging_to
    from reconciler.session import open_offline_session

    with logging_to(settings), open_offline_session(configuration, chosen_clock()) as session:
        yield session


@contextmanager
def open_memory(configuration: Configuration) -> Iterator[tuple[State, Scope]]:
    """The state alone, without token and network, and whose memory in it is ours."""
    from reconciler.komet.open import account_name
    from reconciler.state.open import open_state
    from reconciler.state.scope import Scope

    project = configuration.project
    with open_state(project.state, configuration.root) as state:
        yield state, Scope(project.name, project.environment, account_name(project.komet))


def chosen_clock() -> Callable[[], datetime] | None:
    """The clock that RECONCILER_NOW sets, or None; a time without zone is UTC."""
    text = os.environ.get(NOW)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{NOW}={text}: expected a moment such as 2027-01-04T14:00:00+00:00") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return lambda: moment
