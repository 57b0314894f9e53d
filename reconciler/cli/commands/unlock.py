"""`reconciler unlock`: end a lease whose process is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.confirmation import is_confirmed, raise_if_nobody_answers
from reconciler.cli.settings import Settings, pass_settings
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from reconciler.model.value import Json
    from reconciler.state.lease import Holder

CANCELLED = 1


@click.command(cls=Command)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_settings
def command(settings: Settings, yes: bool) -> int:
    """End the lease of an apply whose process is gone.

    An apply that is still alive notices before its next call, and stops.
    """
    from reconciler.cli.opening import open_configuration, open_memory

    with open_memory(open_configuration(settings)) as (state, scope):
        holder = state.lease.holder(scope.account)
        if holder is None:
            _tell(settings, scope.account, None, f"No apply holds account {scope.account}.")
            return 0
        if not yes:
            raise_if_nobody_answers("unlock")
            screen.say(f"{_who(holder)} holds account {scope.account}.")
            if not is_confirmed("If that process is alive, it will stop half-way. End its lease?"):
                screen.say("Nothing was changed.")
                return CANCELLED
        state.lease.break_lease(scope.account)
        _tell(settings, scope.account, holder, f"Ended: {_who(holder)} no longer holds {scope.account}.")
        return 0


def _who(holder: Holder) -> str:
    since, until = (f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in (holder.since, holder.expires))
    return f"{inert(holder.name)} (since {since}, until {until})"


def _tell(settings: Settings, account: str, holder: Holder | None, text: str) -> None:
    if not settings.json:
        screen.put(text)
        return
    held: Json = None
    if holder is not None:
        since, until = holder.since.isoformat(), holder.expires.isoformat()
        held = {"holder": holder.name, "since": since, "expires": until}
    screen.put_json({"account": account, "ended": held})
