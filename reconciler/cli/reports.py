"""The reports of one command, written when it ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from msgspec import Struct, field

from reconciler.cli import screen
from reconciler.cli.options import F
from reconciler.errors import ReconcilerError, UsageError

if TYPE_CHECKING:
    from reconciler.cli.settings import Settings
    from reconciler.config.configuration import Configuration
    from reconciler.model.value import Json
    from reconciler.report.report import Report
    from reconciler.workflow import RunIdentity

FormatAndFile: TypeAlias = tuple[str, str]

DRAWN = ("markdown", "html", "junit", "sarif")
"""Formats that are printed whole at the end; text and JSON a command prints by itself."""

_WHOLE = ("text", "json", "html")
"""Formats that hold everything, however long it is."""

_RUN = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")


def report_option(*formats: str) -> Callable[[F], F]:
    """`--report FORMAT=FILE`, repeatable, with these formats."""

    def pair(
        ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
    ) -> tuple[FormatAndFile, ...]:
        split = [value.partition("=") for value in values]
        for form, _, file in split:
            if form not in formats or not file:
                raise click.BadParameter(f"expected FORMAT=FILE with one of {', '.join(formats)}")
        return tuple((form, file) for form, _, file in split)

    return click.option(
        "--report",
        "reports",
        multiple=True,
        callback=pair,
        metavar="FORMAT=FILE",
        help=f"Write a report too, however the run ends: {', '.join(formats)}; may be repeated.",
    )


class Told(Struct):
    """What a command has to tell so far: each member is set once it is known.

    `result` is what `--json` prints. An `error` that is set stands for a run that ended without one.
    `identity` is who applies.
    """

    command: str
    environment: str | None
    project: str | None = None
    root: Path | None = None
    plan: Mapping[str, Json] | None = None
    summary: Mapping[str, Json] | None = None
    result: Mapping[str, Json] | None = None
    error: Mapping[str, Json] | None = None
    files: tuple[str, ...] = ()
    words: str = ""
    identity: RunIdentity | None = None

    def about(self, configuration: Configuration) -> Configuration:
        """Notes whose run it is; returns what it was given."""
        self.project, self.environment = configuration.project.name, configuration.project.environment
        self.root = configuration.root
        return configuration

    def ended(self, document: Mapping[str, Json]) -> None:
        """Notes that the run ended without a result: `document` is an error's, as `--json` prints it."""
        self.result, self.error = document, _member(document, "error")


class Outputs(Struct, frozen=True):
    """Where the reports go: `form` to stdout if it is one of `DRAWN`, each of `places` to its file."""

    form: str = "text"
    places: Mapping[Path, str] = field(default_factory=dict)
    show_calls: bool = False


def outputs_of(
    settings: Settings,
    reports: Sequence[FormatAndFile],
    *,
    form: str = "text",
    show_calls: bool = False,
    beside: Sequence[str] = (),
) -> Outputs:
    """The outputs that a command line asks for. `UsageError` where a file cannot be, or is named twice."""
    from reconciler.cli.plan_file import raise_if_no_place

    places = {settings.path(file): each for each, file in reports}
    others = {settings.path(file) for file in beside}
    if len(places) + len(others) < len(reports) + len(beside) or others & set(places):
        raise UsageError("two of --out and --report name the same file")
    for path in (*others, *places):
        raise_if_no_place(path)
    return Outputs(form, places, show_calls)


@contextmanager
def reporting(settings: Settings, command: str, outputs: Outputs) -> Iterator[Told]:
    """Gives what is to be filled in, and writes every report of it at the end: also after an error or a
    signal, and then they say so. An error of the run goes before one of writing."""
    from reconciler.cli.failure import error_document
    from reconciler.cli.stopping import ending_well

    told = Told(command, settings.environment)
    with ending_well() if outputs.places else nullcontext():
        try:
            yield told
        except BaseException as error:
            told.ended(error_document(error))
            for fault in _write(settings, told, outputs):
                screen.say_inert(f"{fault}")
            raise
        for fault in _write(settings, told, outputs):
            raise fault


def _write(settings: Settings, told: Told, outputs: Outputs) -> list[Exception]:
    """Writes what there is to write; what could not be written, in order."""
    if not outputs.places and outputs.form not in DRAWN:
        return []
    from reconciler.config.saving import OWNER_ONLY, save_text

    report = _report(settings, told, outputs)
    faults: list[Exception] = []
    if outputs.form in DRAWN and not settings.json:
        screen.put(_drawn(report, told, outputs.form, outputs))
    for path, form in outputs.places.items():
        try:
            save_text(path, _drawn(report, told, form, outputs), OWNER_ONLY)
        except Exception as fault:  # noqa: BLE001 one report that fails leaves the others whole
            faults.append(fault)
    return faults


def _drawn(report: Report, told: Told, form: str, outputs: Outputs) -> str:
    """The report in one format; each is imported when it is asked for."""
    if form == "json":
        return screen.json_text(told.result or {})
    if form == "markdown":
        from reconciler.report.markdown import render_markdown

        return render_markdown(report, show_calls=outputs.show_calls)
    if form == "html":
        from reconciler.report.html import render_html

        return render_html(report, show_calls=outputs.show_calls)
    if form == "junit":
        from reconciler.report.junit import render_junit

        return render_junit(report)
    if form == "sarif":
        from reconciler.report.sarif import render_sarif

        return render_sarif(report, folder=_folder(told.root))
    from reconciler.report.text import render_text

    return render_text(report, show_calls=outputs.show_calls)


def _report(settings: Settings, told: Told, outputs: Outputs) -> Report:
    from reconciler.report.report import Report

    if told.project is None or told.root is None:
        told.root, told.project = _place_and_name(settings, told)
    return Report(
        command=told.command,
        project=told.project,
        environment=told.environment,
        plan=told.plan,
        summary=told.summary,
        error=told.error,
        files=told.files,
        words=told.words,
        elsewhere=tuple(path.name for path, form in outputs.places.items() if form in _WHOLE),
        link=run_link(os.environ),
        workflow=workflow_link(os.environ),
    )


def _place_and_name(settings: Settings, told: Told) -> tuple[Path | None, str | None]:
    """The repository and the name of the project, also where the configuration is not valid."""
    from reconciler.config.project_name import read_project_name
    from reconciler.config.root import find_root

    try:
        root = find_root(settings.directory)
    except ReconcilerError:
        return None, told.project
    return root, told.project or read_project_name(root)


def _folder(root: Path | None) -> str:
    """The way from the git repository that holds `root` to it, with slashes; nothing where there is none."""
    if root is None:
        return ""
    above = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return root.relative_to(above).as_posix().removeprefix(".")


def run_link(environ: Mapping[str, str]) -> str:
    """The page of the CI run that this is a part of, where its artifacts are."""
    server, repository, run = (environ.get(name, "") for name in _RUN)
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return environ.get("CI_JOB_URL", "")


def workflow_link(environ: Mapping[str, str]) -> str:
    """The page on GitHub at which the workflow that this is a part of is started by hand."""
    server, repository, _ = (environ.get(name, "") for name in _RUN)
    folder, _, file = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].rpartition("/")
    if server and file and folder == f"{repository}/.github/workflows":
        return f"{server}/{repository}/actions/workflows/{file}"
    return ""


def _member(document: Mapping[str, Any], name: str) -> Mapping[str, Json]:
    found = document[name]
    assert isinstance(found, dict)
    return found
