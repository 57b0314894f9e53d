"""The options that every command takes, before or after its name, or from the environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from msgspec import Struct, field


class Settings(Struct):
    """What the global options say. What stands after the command's name goes before what stands in front."""

    directory: Path = Path()
    environment: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    json: bool = False
    no_color: bool = False
    verbose: bool = False
    log_json: Path | None = None

    def path(self, text: str) -> Path:
        """The path that `text` means, as if the program had been started in the directory of `-C`."""
        return self.directory / text


pass_settings = click.make_pass_decorator(Settings, ensure=True)
"""Hands a command its settings as the first argument."""


def key_and_value(text: str) -> tuple[str, str]:
    """`KEY=VALUE` in two; the value may hold further equal signs."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.BadParameter(f"{text!r} is not of the form KEY=VALUE")
    return key, value


def shared_options(*, with_environment: bool) -> list[click.Option]:
    """The global options. Their variables are read once, by the program itself, so that any option wins."""

    def option(
        *names: str, variable: str, keep: Callable[[Settings, Any], None], **more: Any
    ) -> click.Option:
        return click.Option(
            names,
            envvar=f"RECONCILER_{variable}" if with_environment else None,
            expose_value=False,
            callback=_keeper(keep),
            **more,
        )

    return [
        option(
            "-C",
            "--dir",
            "directory",
            variable="DIR",
            keep=lambda settings, value: setattr(settings, "directory", Path(value)),
            metavar="DIR",
            help="Run as if started in DIR.",
        ),
        option(
            "-e",
            "--env",
            "environment",
            variable="ENV",
            keep=lambda settings, value: setattr(settings, "environment", value or None),
            metavar="NAME",
            help="Use this environment of the project.",
        ),
        option(
            "--var",
            "variables",
            variable="VAR",
            keep=lambda settings, value: settings.variables.update(map(key_and_value, value)),
            multiple=True,
            metavar="KEY=VALUE",
            help="Set a variable of the templates; may be repeated.",
        ),
        option(
            "--json",
            "json",
            variable="JSON",
            keep=lambda settings, value: setattr(settings, "json", value),
            is_flag=True,
            help="Print results, and errors, as JSON.",
        ),
        option(
            "--no-color",
            "no_color",
            variable="NO_COLOR",
            keep=lambda settings, value: setattr(settings, "no_color", value),
            is_flag=True,
            help="No colour; NO_COLOR is obeyed too.",
        ),
        option(
            "-v",
            "--verbose",
            "verbose",
            variable="VERBOSE",
            keep=lambda settings, value: setattr(settings, "verbose", value),
            is_flag=True,
            help="Tell of every call, and where an error came from.",
        ),
        option(
            "--log-json",
            "log_json",
            variable="LOG_JSON",
            keep=lambda settings, value: setattr(settings, "log_json", Path(value)),
            metavar="FILE",
            help="Append every call and every step to FILE, one JSON object a line.",
        ),
    ]


SHARED_NAMES = ("directory", "environment", "variables", "json", "no_color", "verbose", "log_json")
"""The parameters that `shared_options` makes."""


def is_true(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable that switches something on does so."""
    return environ.get(name, "").strip().lower() in ("1", "true", "t", "yes", "y", "on")


def _keeper(keep: Callable[[Settings, Any], None]) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """A callback that keeps a value which somebody gave."""

    def note(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        given = ctx.get_parameter_source(str(param.name))
        if given in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT):
            keep(ctx.ensure_object(Settings), value)
        return value

    return note
