"""`reconciler notify`: try the notifications out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError
from reconciler.model.inert import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json
    from reconciler.notify.parcel import Delivery

NOT_TAKEN = 1


@click.command(cls=Command)
@click.argument("destinations", metavar="[NAME]...", nargs=-1)
@click.option("--show", is_flag=True, help="Print what would be sent, and send nothing.")
@pass_settings
def command(settings: Settings, destinations: tuple[str, ...], show: bool) -> int:
    """Send a test to these destinations of the project, or to all of them.

    Komet is not asked, and no token is needed but those of the destinations. It ends with 1 when a
    destination did not take the test.
    """
    from reconciler.cli.notifying import send_quietly, sender_of
    from reconciler.cli.opening import open_configuration
    from reconciler.notifying import SAMPLE, notifications_of, raise_if_no_template

    configuration = open_configuration(settings)
    wanted = _wanted(configuration, destinations)
    raise_if_no_template(configuration)
    documents = notifications_of(configuration, SAMPLE, sender_of(configuration))
    chosen = {name: documents[name] for name in wanted}
    if show:
        return _show(configuration, chosen)
    sent = send_quietly(settings, configuration, chosen)
    if settings.json:
        screen.put_json({"notifications": [_document(each) for each in sent]})
    else:
        screen.put("\n".join(_line(each) for each in sent))
    return NOT_TAKEN if any(each.failure is not None for each in sent) else 0


def _wanted(configuration: Configuration, named: Sequence[str]) -> list[str]:
    known = [each.name for each in configuration.project.notifications]
    if not known:
        raise UsageError("the project has no notifications: write them in reconciler.yaml")
    for name in named:
        if name not in known:
            raise UsageError(
                f"there is no destination {name!r} under notifications; there are {', '.join(known)}"
            )
    return [name for name in known if name in named or not named]


def _show(configuration: Configuration, documents: dict[str, dict[str, Json]]) -> int:
    import json

    from reconciler.notifying import body_of

    bodies = {name: body_of(configuration, name, document) for name, document in documents.items()}
    screen.put_json({name: json.loads(body) for name, body in bodies.items()})
    return 0


def _document(delivery: Delivery) -> Json:
    return {"destination": delivery.name, "tries": delivery.tries, "failure": delivery.failure}


def _line(delivery: Delivery) -> str:
    if delivery.failure is None:
        return f"✓ {delivery.name}  took the test"
    return f"✗ {delivery.name}  {inert(delivery.failure)}"
