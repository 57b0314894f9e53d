"""The program: its commands by name, and how a run ends."""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Sequence
from keyword import iskeyword

import click

from reconciler import __version__
from reconciler.cli import screen
from reconciler.cli.command import CONTEXT, USAGE, Group
from reconciler.cli.settings import Settings, is_true, shared_options

COMMANDS = (
    "demo",
    "init",
    "validate",
    "fmt",
    "render",
    "graph",
    "plan",
    "show",
    "apply",
    "drift",
    "watch",
    "accept",
    "import",
    "worklist",
    "verify",
    "coverage",
    "handover",
    "doctor",
    "notify",
    "history",
    "undo",
    "unlock",
    "simulator",
    "completion",
)
"""The commands in the order in which they are met; each is a module of its own, imported when needed."""


class Program(Group):
    """The commands, of which only the one that is asked for is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command = importlib.import_module(f"reconciler.cli.commands.{module}").command
        assert isinstance(command, click.Command)
        return command


program = Program(
    name="reconciler",
    help="Reservations, purchase orders and customer mappings for Komet Sales and BloomNet, kept in YAML.\n\n"
    "`plan` shows what would change, what it costs and what a person has to click; `apply` does precisely "
    "that. Start with `reconciler demo`, or with `reconciler init`.",
    context_settings=CONTEXT,
    epilog="Exit codes: 0 done · 1 error · 2 changes pending · 3 configuration · 4 guard · 5 budget · "
    "6 saved plan unusable · 7 partly applied · 8 locked · 9 access · 10 operator steps open · "
    "11 not visible · 64 usage.",
)
program.params = [*shared_options(with_environment=True)]
program = click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")(program)


GARBAGE = (3_000_000, 50, 50)
"""When the collector looks for circles: seldom, since resources hold none, however many there are."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command line to its exit code. Whatever goes wrong is told once, without a traceback."""
    settings = Settings()
    screen.prepare()
    gc.set_threshold(*GARBAGE)
    try:
        code = program.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=settings)
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        return _wrong_usage(error, settings, arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 the last resort: told, never a traceback
        from reconciler.cli.failure import tell

        return tell(error, settings)
    finally:
        screen.flush()


def _wrong_usage(error: click.UsageError, settings: Settings, arguments: Sequence[str]) -> int:
    """Wrong usage is shown with the command's own usage line."""
    from reconciler.cli.failure import say_error

    if settings.json or "--json" in arguments or is_true(os.environ, "RECONCILER_JSON"):
        message = error.format_message()
        screen.put_json({"error": {"kind": "UsageError", "message": message}, "exit_code": USAGE})
    say_error(error.format_message(), settings)
    if error.ctx is not None:
        screen.say(error.ctx.get_usage())
        screen.say(f"Try '{error.ctx.command_path} --help'.")
    return USAGE
