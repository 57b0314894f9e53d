"""The reference of commands, options and exit codes, as Markdown, from the program's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
from prose import heading, prose

from reconciler.cli.program import program
from reconciler.cli.settings import SHARED_NAMES
from reconciler.errors import ReconcilerError

ENDINGS = {
    0: ("Done, or nothing to do.", "Nothing."),
    1: ("An error: the API, the network, the unexpected.", "Read the message; after an `apply`, plan again."),
    2: (
        "Changes are pending: `plan --detailed-exitcode`, `drift`; `fmt --check` would change a file.",
        "Look at them.",
    ),
    3: ("The configuration is not valid.", "Every fault is listed with its place: mend them and `validate`."),
    4: ("A guard refused.", "[Read the refusal](../how-to/refused-guard.md)."),
    5: (
        "The call budget does not suffice, or Komet says that the day's calls are used up.",
        "Wait for the quota's next day, or `apply --partial`.",
    ),
    6: ("The saved plan is stale, expired, used or altered.", "Plan again, and have that looked at."),
    7: (
        "Partly applied: something failed, went stale, is in doubt, was left for want of budget, or "
        "interrupted.",
        "[Take over](../how-to/after-a-crash.md): plan again and apply what is left.",
    ),
    8: ("Locked: another apply is under way.", "Wait; if its process is gone, `unlock`."),
    9: ("Authentication or permission.", "`doctor` tells which token or which method."),
    10: ("Everything that calls can do is done; operator steps are open.", "`worklist`."),
    11: ("Something is not visible to the customer.", "[Find out why](../how-to/not-visible.md)."),
    64: ("Wrong usage of the command line.", "The message names the option; see `--help`."),
}
"""What each exit code means, and what to do about it."""


def commands_page() -> str:
    """Every command with its options."""
    lines = [
        "# Commands\n",
        "```text\nreconciler [GLOBAL OPTIONS] COMMAND [OPTIONS]\n```\n",
        "Results go to stdout, progress and remarks to stderr. `reconciler COMMAND --help` tells the same.\n",
        "## Global options\n",
        "Before or after the command. Each may be set by its variable too; what stands in the command line "
        "goes before it.\n",
        *_options(program, shared=True),
    ]
    context = click.Context(program, info_name="reconciler")
    for name in program.list_commands(context):
        lines.extend(_command(name, program.get_command(context, name), context))
    return "\n".join(lines)


def exit_codes_page() -> str:
    """What each exit code means, with the errors that end with it."""
    lines = [
        "# Exit codes\n",
        "Fixed for good. They are told apart so that a job of CI can act on them.\n",
        "| code | meaning | what to do |\n|---|---|---|",
    ]
    lines += [
        f'| <a id="code-{code}"></a>`{code}` | {told} | {remedy} |'
        for code, (told, remedy) in ENDINGS.items()
    ]
    lines += [
        "\n## Errors of the Python API\n",
        "Each class of `reconciler.errors` ends a command with its code.\n",
    ]
    lines += ["| error | code | meaning |\n|---|---|---|"]
    for error in _branch(ReconcilerError):
        meaning = prose((error.__doc__ or "").split("\n\n")[0])
        lines.append(f"| `{error.__name__}` | [`{error.exit_code}`](#code-{error.exit_code}) | {meaning} |")
    return "\n".join(lines) + "\n"


def codes_of_program() -> tuple[int, ...]:
    """The exit codes that the program's own help names."""
    return tuple(int(code) for code in re.findall(r"(?:: |· )(\d+) ", program.epilog or ""))


def _command(
    name: str, command: click.Command | None, parent: click.Context, level: int = 2
) -> Iterator[str]:
    assert command is not None
    context = click.Context(command, info_name=name, parent=parent)
    words = context.command_path.removeprefix("reconciler ")
    fragment = words.replace(" ", "-")
    yield heading(level, f"`{words}`", fragment)
    usage = " ".join([context.command_path, *_pieces(command, context)])
    yield f"```text\n{usage}\n```\n"
    yield _paragraphs(command.help or "")
    yield from _options(command, shared=False)
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from _command(each, command.get_command(context, each), context, level + 1)


def _pieces(command: click.Command, context: click.Context) -> list[str]:
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    has_options = any(isinstance(each, click.Option) for each in _own(command))
    return (["[OPTIONS]"] if has_options else []) + pieces


def _own(command: click.Command) -> list[click.Parameter]:
    return [each for each in command.params if each.name not in SHARED_NAMES]


def _options(command: click.Command, *, shared: bool) -> Iterator[str]:
    """The options of `command` as a list: the global ones, or its own."""
    lines = []
    for each in command.params:
        if not isinstance(each, click.Option) or (each.name in SHARED_NAMES) is not shared:
            continue
        if each.name in ("help", "version"):
            continue
        variable = f" Variable: `{each.envvar}`." if each.envvar else ""
        lines.append(f"- `{_spelling(each)}`: {prose(each.help or '')}{_default(each)}{variable}")
    if lines:
        yield "\n".join(lines) + "\n"


def _spelling(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    metavar = option.metavar or option.make_metavar(click.Context(program))
    return f"{names} {metavar}"


def _default(option: click.Option) -> str:
    if option.is_flag or option.default is None or not isinstance(option.default, str | int):
        return ""
    return f" Default: `{option.default}`."


def _paragraphs(text: str) -> str:
    """Help as Markdown; what is set to the letter (`\\b`) stays so."""
    parts = []
    for part in text.split("\n\n"):
        if part.lstrip().startswith("\b"):
            parts.append("```text\n" + part.lstrip().removeprefix("\b").strip("\n") + "\n```")
        else:
            parts.append(prose(part))
    return "\n\n".join(parts) + "\n"


def _branch(error: type[ReconcilerError]) -> Iterator[type[ReconcilerError]]:
    """`error` and what is derived from it where the tree of errors is drawn."""
    yield error
    for each in error.__subclasses__():
        if each.__module__ == error.__module__:
            yield from _branch(each)
