"""`reconciler completion`: what makes a shell complete commands, options and addresses."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "reconciler"
ASKS = "_RECONCILER_COMPLETE"
"""The variable by which the script asks the program itself what may follow: it is never out of date."""


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(SHELLS))
@pass_settings
def command(settings: Settings, shell: str) -> int:
    """Print the script that makes SHELL complete commands, options, and addresses of the configuration.

    \b
    bash   eval "$(reconciler completion bash)" in ~/.bashrc
    zsh    eval "$(reconciler completion zsh)" in ~/.zshrc
    fish   reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    script = completion_script(shell)
    if settings.json:
        screen.put_json({"shell": shell, "script": script})
    else:
        screen.put(script)
    return 0


def completion_script(shell: str) -> str:
    """The script for `shell`, one of `SHELLS`."""
    from reconciler.cli.program import program

    completes: type[ShellComplete] | None = get_completion_class(shell)
    assert completes is not None
    completer = completes(program, {}, PROGRAM, ASKS)
    return completer.source_template % completer.source_vars()
