"""Words of other programs are told what they are here."""

from __future__ import annotations

import re

import click
import pytest

from cli.driver import Shop
from reconciler.cli import elsewhere
from reconciler.cli.program import COMMANDS, program


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("plan -out x.plan", "there is no option '-out': it is `--out` here, with two dashes"),
        ("plan --refresh=false", "there is no option '--refresh': `plan --offline` shows"),
        ("apply -auto-approve", "there is no option '-auto-approve': `apply --yes`"),
        ("-chdir=shop plan", "there is no option '-chdir': `-C DIR`"),
        ("plan --rewrit x", "'--rewrite'"),
        ("destroy", "`plan --destroy --out FILE`"),
        ("state list", "`coverage` tells"),
        ("taint x", "there is no command 'taint': what is replaced"),
        ("simulator sync", "there are desk, reset, serve"),
    ],
)
def test_what_was_probably_meant(shop: Shop, typed: str, hint: str) -> None:
    """It is wrong usage still, and the message names what does it here."""
    ended = shop.type(*typed.split())
    assert ended.code == 64
    assert hint in ended.err


def test_every_hint_names_what_there_is() -> None:
    """No hint for a word of our own, and no hint that names a command or an option that we have not."""
    assert not set(elsewhere.COMMANDS) & set(COMMANDS)
    options = {name for each in COMMANDS for param in _params(each) for name in param.opts}
    for hint in (*elsewhere.COMMANDS.values(), *elsewhere.OPTIONS.values()):
        assert set(re.findall(r"--?[A-Za-z][\w-]*", hint)) <= options, hint
        for words in re.findall(r"`([a-z][^`]*)`", hint):
            assert words.split()[0] in COMMANDS or words == "vars:", hint


def _params(name: str) -> list[click.Parameter]:
    command = program.get_command(click.Context(program), name)
    assert command is not None
    return [*command.params, *program.params]
