"""Commands and groups that take the global options, and a help that tells the two kinds of options apart."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import click

from reconciler.cli.elsewhere import COMMANDS, option_hint
from reconciler.cli.settings import SHARED_NAMES, shared_options

USAGE = 64
"""The exit code of wrong usage, where click has 2."""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _WithSharedOptions(click.Command):
    """A command whose global options are listed on their own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("context_settings", CONTEXT)
        super().__init__(*args, **more)
        self.params = [*self.params, *shared_options(with_environment=False)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """An option that is another program's is told what it is called here."""
        typed = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            hint = option_hint(typed, {name for each in self.params for name in each.opts})
            if hint is None:
                raise
            raise click.UsageError(hint, ctx) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first."""
        own: list[tuple[str, str]] = []
        shared: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                (shared if param.name in SHARED_NAMES else own).append(record)
        for heading, records in (("Options", own), ("Global options, before or after the command", shared)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)


class Command(_WithSharedOptions):
    """One command."""


class Group(_WithSharedOptions, click.Group):
    """A command with commands of its own."""

    command_class = Command

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, no_args_is_help=False, **more)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a command there is nothing to do but to tell which there are; a shell asks for that too."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(USAGE)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` name; for an unknown one, what was probably meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            known = self.list_commands(ctx)
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            hint = hint if ctx.parent is not None else COMMANDS.get(name, hint)
            ctx.fail(f"there is no command {name!r}: {hint}")
        return super().resolve_command(ctx, args)
