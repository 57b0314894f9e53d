"""`reconciler import`: configuration for what exists in Komet."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.options import parallel as parallel_option
from reconciler.cli.progress import Progress
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.config.configuration import Configuration
    from reconciler.importing import Imported
    from reconciler.kinds.writing import Indescribable
    from reconciler.model.value import Json

KINDS = ("customers", "reservations", "purchase_orders", "prebooks")
SPAN = timedelta(days=60)
SHOWN = 5

_day = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="import", cls=Command)
@click.argument("kinds", metavar="[KIND]...", nargs=-1, type=click.Choice(KINDS))
@click.option(
    "--customer", "codes", multiple=True, metavar="CODE", help="Only this customer's; may be repeated."
)
@click.option("--from", "first", type=_day, metavar="DATE", help="First ship date of orders: today.")
@click.option("--to", "last", type=_day, metavar="DATE", help="Last ship date: 60 days later. A call each.")
@click.option(
    "--out", "folder", required=True, metavar="DIR", help="The folder to write to: best under config/."
)
@parallel_option
@pass_settings
def command(
    settings: Settings,
    kinds: tuple[str, ...],
    codes: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    folder: str,
    parallel: int,
) -> int:
    """Write configuration for what exists: customers, reservations, standalone purchase orders and prebooks.

    Planning it at once changes nothing. Without --customer it is about the customers that the configuration
    names; where it names none, about all that orders are made out to. What is managed already is left out,
    and no file is ever overwritten. Komet is only read.

    Of customers that only orders name, code, name and the ship-tos of prebooks are written: what is written
    beyond that is read at every plan. Name KIND customers, or --customer, for all that can be read of them.
    """
    from reconciler.cli.opening import load_again, open_configuration, open_work
    from reconciler.importing import Request, import_account, note_import

    place = settings.path(folder)
    _raise_if_there(place)
    configuration = open_configuration(settings)
    with (
        open_work(settings, configuration, writing=False, parallel=parallel) as session,
        Progress(settings) as progress,
    ):
        start = first.date() if first else session.today
        request = Request(kinds, codes, start, last.date() if last else start + SPAN)
        progress.now(f"reading account {session.connection.account}, as a plan does")
        imported = import_account(
            session,
            request,
            load_again(settings),
            lambda calls, what: progress.now(f"at most {calls:,} calls {what}"),
        )
        texts = {name: _head(place / name, configuration) + text for name, text in imported.texts.items()}
        _write(place, texts)
        note_import(session, imported)
    if settings.json:
        screen.put_json(_document(imported, place, texts))
    else:
        screen.put("\n".join(_lines(imported, place, texts, configuration)))
    return 0


def _raise_if_there(place: Path) -> None:
    names = [name for kind in KINDS for name in (f"{kind}.yaml", kind)]
    there = [name for name in names if (place / name).exists()]
    if there:
        raise UsageError(
            f"nothing was read or written, since {place} holds these already: {', '.join(there)}"
        )
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place} is a file: name a folder")


def _write(place: Path, texts: Mapping[str, str]) -> None:
    from reconciler.config.saving import save_texts
    from reconciler.errors import ReconcilerError

    for folder in sorted({(place / name).parent for name in texts} | {place}):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReconcilerError(f"{folder} cannot be made: {error.strerror}") from None
    save_texts(place, texts)


def _head(file: Path, configuration: Configuration) -> str:
    """The line by which an editor finds the schema, where the repository has one."""
    schema = configuration.root / ".schemas" / "resources.schema.json"
    if not schema.is_file():
        return ""
    path = Path(os.path.relpath(schema, file.parent.resolve())).as_posix()
    return f"# yaml-language-server: $schema={path}\n"


def _lines(
    imported: Imported, place: Path, texts: Mapping[str, str], configuration: Configuration
) -> Iterator[str]:
    from reconciler.cli.words import counted_kinds
    from reconciler.model.inert import inert
    from reconciler.report.style import counted

    counts = {
        kind: len(list(found)) for kind, found in groupby(imported.resources, lambda address: address.kind)
    }
    if texts:
        yield f"{counted_kinds(counts)} written to {inert(str(place))}: {', '.join(_places(texts))}"
    else:
        yield "Nothing was found that is not managed already; no file was written."
    yield from _reasons("left out", imported.skipped)
    yield from _reasons("not wholly written", imported.unsaid)
    for kind, hidden in imported.hidden.items():
        if hidden:
            yield f"  not shown by Komet, so not in {kind}: {', '.join(hidden)}"
    yield f"{counted(imported.calls, 'call')}."
    if texts and not place.resolve().is_relative_to(configuration.root / "config"):
        yield "Move the files below config/: only what stands there is read."


def _places(texts: Mapping[str, str]) -> Iterator[str]:
    """The files, those of a folder as one."""
    for kind, names in groupby(texts, lambda name: name.partition("/")[0]):
        count = len(list(names))
        yield kind if kind in texts else f"{kind}/ ({count} files)"


def _reasons(word: str, what: Sequence[Indescribable]) -> Iterator[str]:
    """Everything with the same reason on one line, the first of it by name."""
    from reconciler.model.inert import inert

    for reason in sorted({each.why for each in what}):
        told = [inert(each.what) for each in what if each.why == reason]
        more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
        yield f"  {word}: {', '.join(told[:SHOWN])}{more}: {inert(reason)}"


def _document(imported: Imported, place: Path, texts: Mapping[str, str]) -> dict[str, Json]:
    return {
        "folder": str(place),
        "files": [*texts],
        "resources": [str(address) for address in imported.resources],
        "left_out": [{"what": each.what, "why": each.why} for each in imported.skipped],
        "not_written": [{"what": each.what, "why": each.why} for each in imported.unsaid],
        "not_shown": {kind: [*names] for kind, names in imported.hidden.items()},
        "calls": imported.calls,
    }
