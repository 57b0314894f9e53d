"""Notifications of a configuration: to whom they go, what is sent, and how it went. Nothing here prints."""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from msgspec.structs import replace

from reconciler.config.configuration import Configuration
from reconciler.config.files import FileFault
from reconciler.config.tokens import read_secret, read_token
from reconciler.errors import ConfigurationError, TokenMissing
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.notification import Occasion, Occurrence, Subject
from reconciler.model.project import Destination, TokenSource
from reconciler.model.secret import Secret
from reconciler.model.value import Json
from reconciler.notify.parcel import Delivery, Parcel, Reply, refusal_of
from reconciler.notify.sending import Clock, send_all
from reconciler.report.notification import Sender, notification_document

SYSTEM = Clock(time.monotonic, time.sleep, random.random)

SAMPLE = Occurrence(
    (Occasion.TEST,),
    "notify",
    "a test, nothing happened",
    (Subject("customers.example", 'a text with "quotes", a \\ and more\nthan one line'),),
)
"""What is sent by hand, and what a template is tried with: its text holds what breaks a careless one."""


def notifications_of(
    configuration: Configuration, occurrence: Occurrence, sender: Sender
) -> dict[str, dict[str, Json]]:
    """What each destination is to be told of `occurrence`, by its name; who does not listen is left out."""
    heard = {each.name: occurrence.heard_as(each.on) for each in configuration.project.notifications}
    return {
        name: notification_document(occurrence, occasion, sender)
        for name, occasion in heard.items()
        if occasion is not None
    }


def send_notifications(
    configuration: Configuration,
    documents: Mapping[str, Mapping[str, Json]],
    environ: Mapping[str, str],
    clock: Clock = SYSTEM,
) -> tuple[Delivery, ...]:
    """Sends to each destination its document, side by side, in the form of its template; how each went.

    It never raises for what goes wrong there, and is over after the longest of their timeouts.
    """
    parcels: list[Parcel] = []
    failed: dict[str, Delivery] = {}
    for each in configuration.project.notifications:
        if each.name not in documents:
            continue
        try:
            parcels.append(_parcel(configuration, each, documents[each.name], environ))
        except TokenMissing as missing:
            failed[each.name] = Delivery(each.name, 0, _missing_words(missing))
        except FileFault as fault:
            failed[each.name] = Delivery(each.name, 0, _words(fault.diagnostic))
    sent = {each.name: each for each in send_all(parcels, _post(), clock)} if parcels else {}
    return tuple((sent | failed)[name] for name in sorted(sent | failed))


def body_of(configuration: Configuration, name: str, document: Mapping[str, Json]) -> bytes:
    """The JSON that the destination `name` is sent of `document`. FileFault where its template fails."""
    (destination,) = (each for each in configuration.project.notifications if each.name == name)
    return _body(configuration, destination, document)


def raise_if_no_template(configuration: Configuration) -> None:
    """`ConfigurationError` when a template fails with a sample of what its destination listens to."""
    sender = Sender("sample", "sample", None, 1, datetime(2027, 1, 4, 14, tzinfo=UTC))
    faults: dict[Diagnostic, None] = {}
    for each in configuration.project.notifications:
        for occasion in (*each.on, Occasion.TEST) if each.template is not None else ():
            document = notification_document(replace(SAMPLE, occasions=(occasion,)), occasion, sender)
            try:
                _body(configuration, each, document)
            except FileFault as fault:
                faults[fault.diagnostic] = None
    if faults:
        raise ConfigurationError(list(faults))


def unsendable(configuration: Configuration, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The destinations to which nothing could be sent from here, and why; nothing is sent to find out."""
    for each in configuration.project.notifications:
        try:
            url, _ = _secrets(configuration, each, environ)
        except TokenMissing as missing:
            yield each.name, _missing_words(missing)
            continue
        if (why := refusal_of(url, each.allow_http)) is not None:
            yield each.name, why


def _parcel(
    configuration: Configuration,
    destination: Destination,
    document: Mapping[str, Json],
    environ: Mapping[str, str],
) -> Parcel:
    url, headers = _secrets(configuration, destination, environ)
    return Parcel(
        name=destination.name,
        url=url,
        body=_body(configuration, destination, document),
        headers={**headers, "Idempotency-Key": Secret(str(document["id"]))},
        timeout=float(destination.timeout),
        allow_http=destination.allow_http,
    )


def _secrets(
    configuration: Configuration, destination: Destination, environ: Mapping[str, str]
) -> tuple[Secret, dict[str, Secret]]:
    read: Callable[[TokenSource], Secret] = partial(read_secret, root=configuration.root, environ=environ)
    headers = {
        name: Secret(value) if isinstance(value, str) else read(value)
        for name, value in destination.headers.items()
    }
    return read_token(destination.url, configuration.root, environ), headers


def _body(configuration: Configuration, destination: Destination, document: Mapping[str, Json]) -> bytes:
    if destination.template is None:
        return json.dumps(document).encode()
    from reconciler.config.notification_template import render_notification  # jinja2 only for a template

    variables = configuration.project.variables
    return render_notification(destination.template, configuration.root, variables, document)


def _post() -> Callable[[Parcel, float], Reply]:
    """The module that knows httpx, imported when something is sent; see `komet.open` for its `_main`."""
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    post: Callable[[Parcel, float], Reply] = importlib.import_module("reconciler.notify.web").post
    return post


def _missing_words(missing: TokenMissing) -> str:
    return f"{missing.where}: {missing.hint[:1].lower()}{missing.hint[1:]}"


def _words(fault: Diagnostic) -> str:
    place = f"{fault.origin.file}:{fault.origin.line}: " if fault.origin is not None else ""
    return f"{place}{fault.summary}"
