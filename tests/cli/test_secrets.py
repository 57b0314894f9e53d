"""The tokens are in nothing that any command writes, shows or leaves behind, whatever goes wrong."""

from __future__ import annotations

import html
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import click
import pytest

from cli.driver import CUSTOMER, ORDER, Shop
from reconciler.cli.program import COMMANDS, program
from reconciler.komet.client import HttpxWire
from reconciler.notify import web
from reconciler.notify.parcel import Parcel

COMPANY = 'company/"0123456789"&=+%41<secret>'
BLOOMNET = 'bloomnet/"0123456789"&=+%41<secret>'
WEBHOOK = 'webhook/"0123456789"&=+%41<secret>'
HEADER = 'header/"0123456789"&=+%41<secret>'
NOTIFICATIONS = """
notifications:
  chat:
    url: {env: CHAT_WEBHOOK}
    on: [failed, refused, budget, drift, flapping, worklist, pending, applied, recovered]
    headers: {Authorization: {env: CHAT_AUTHORIZATION}}
    timeout: 0.2
"""
SEED = {
    "extends": "wholesaler",
    "tokens": [
        {"value": COMPANY, "name": "Ours", "type": "Company"},
        {"value": BLOOMNET, "name": "BloomNet", "type": "Customer", "customer": "BLOOM"},
    ],
}
KOMETS_OWN = ("seed.yaml", "simulator-seed.db", "simulator-seed.db-wal", "simulator-seed.db-shm", "tokens")
"""What belongs to the simulated Komet, which knows its tokens, and where the tokens are read from."""

ENDLESS = ("simulator desk", "simulator serve", "watch")
"""Commands that go on until they are interrupted."""

GIVEN = {
    "addresses": [ORDER],
    "customer": ["bloomnet"],
    "file": ["saved.json"],
    "kinds": [],
    "paths": [],
    "run": [],
    "shell": ["bash"],
    "destinations": [],
    "directory_": [],
    "folder": [],
}
"""What stands for an argument, by its name; an address for one that is not known here."""

MORE = {
    "apply": [["--yes"], ["--plan", "saved.json"]],
    "plan": [["--out", "again.json", "--show-calls"], ["--format", "html"], ["--destroy"]],
    "worklist": [["--format", "csv"], ["--format", "html"]],
    "show": [["--format", "html"]],
    "import": [["--out", "imported"]],
    "init": [["made"]],
}
"""Ways to start a command beside the plain one."""


def every_command() -> Iterator[str]:
    """Each command of the program that does something itself; a new one is among them by itself."""
    for name in COMMANDS:
        found = program.get_command(click.Context(program), name)
        if isinstance(found, click.Group):
            yield from (f"{name} {below}" for below in sorted(found.commands))
        else:
            yield name


def ways(name: str) -> list[list[str]]:
    """Command lines for the command `name`: with what it needs, and each of the ways in `MORE`."""
    found: click.Command | None = program
    for part in name.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), part)
    assert found is not None
    needed = [
        text
        for each in found.params
        if isinstance(each, click.Argument)
        for text in GIVEN.get(str(each.name), [CUSTOMER] if each.required else [])
    ]
    return [[*name.split(), *needed], *([*name.split(), *needed, *more] for more in MORE.get(name, []))]


def forms(token: str) -> set[bytes]:
    """The token in every spelling that it could be written in."""
    spellings = {token, quote(token, safe=""), quote(token), json.dumps(token)[1:-1], html.escape(token)}
    return {each.encode() for each in spellings} | {each.replace("/", "\\/").encode() for each in spellings}


def leaks(content: bytes) -> list[bytes]:
    marked = (COMPANY, BLOOMNET, WEBHOOK, HEADER)
    return sorted(form for token in marked for form in forms(token) if form in content)


@pytest.fixture
def marked(shop: Shop) -> Shop:
    """A repository whose account has marked tokens, with a saved plan; the tokens are in the environment, as
    is the marked address of a webhook that nobody answers at."""
    (shop.folder / "seed.yaml").write_text(json.dumps(SEED), encoding="utf-8")
    (shop.folder / ".reconciler" / "simulator-seed.db").unlink()
    shop.variables |= {"KOMET_COMPANY_TOKEN": COMPANY, "KOMET_BLOOMNET_TOKEN": BLOOMNET}
    shop.variables |= {"CHAT_WEBHOOK": f"http://127.0.0.1:1/{WEBHOOK}", "CHAT_AUTHORIZATION": HEADER}
    with (shop.folder / "reconciler.yaml").open("a", encoding="utf-8") as project:
        project.write(NOTIFICATIONS)
    assert shop.run("plan", "--out", "saved.json").code == 0
    return shop


def run_all(shop: Shop, names: Sequence[str], *options: str) -> bytes:
    """Everything that the commands show, one after the other in one repository."""
    shown = b""
    for name in names:
        for arguments in ways(name):
            ended = shop.run(*arguments, *options)
            shown += f"$ {arguments}\n{ended.out}{ended.err}".encode("utf-8", "surrogatepass")
    return shown


def raise_if_leaked(shop: Shop, shown: bytes) -> None:
    """Nothing was shown, and nothing lies in any file, the database and its log of writes among them."""
    assert leaks(shown) == []
    for path in sorted(shop.folder.rglob("*")):
        if path.is_file() and not set(path.parts) & set(KOMETS_OWN):
            assert leaks(path.read_bytes()) == [], path


SHORT = [name for name in every_command() if name not in (*ENDLESS, "demo")]


def test_no_command_tells_a_token_from_the_environment(marked: Shop) -> None:
    """Every command, talkative and with a log; verify looks with the customer's token."""
    shown = run_all(marked, SHORT, "-v", "--log-json", "log.jsonl")
    assert b"product.list" in shown
    assert b"Verify:" in shown
    assert b"warning: notification chat (applied) was not taken: no connection" in shown
    raise_if_leaked(marked, shown)


def test_no_command_tells_a_token_from_a_file(marked: Shop) -> None:
    """Every command, as JSON."""
    (marked.folder / "tokens").mkdir()
    (marked.folder / "tokens" / "company").write_text(COMPANY + "\n", encoding="utf-8")
    (marked.folder / "tokens" / "bloomnet").write_text(BLOOMNET + "\n", encoding="utf-8")
    marked.edit("reconciler.yaml", "{env: KOMET_COMPANY_TOKEN}", "{file: tokens/company}")
    marked.edit("config/customers.yaml", "{env: KOMET_BLOOMNET_TOKEN}", "{file: tokens/bloomnet}")
    (marked.folder / "tokens" / "chat").write_text(f"http://127.0.0.1:1/{WEBHOOK}\n", encoding="utf-8")
    (marked.folder / "tokens" / "header").write_text(HEADER, encoding="utf-8")
    marked.edit("reconciler.yaml", "{env: CHAT_WEBHOOK}", "{file: tokens/chat}")
    marked.edit("reconciler.yaml", "{env: CHAT_AUTHORIZATION}", "{file: tokens/header}")
    marked.variables.clear()
    raise_if_leaked(marked, run_all(marked, SHORT, "--json", "-v"))


def test_no_traceback_tells_a_token(marked: Shop) -> None:
    """A fault of ours in the very place where the token is at hand, shown with everything that -v has."""

    def broken(self: HttpxWire | Parcel, *arguments: object) -> None:
        raise RuntimeError(f"{self!r} {getattr(self, '__dict__', {})} {arguments}")

    marked.monkeypatch.setattr(HttpxWire, "_exchange", broken)
    marked.monkeypatch.setattr(web, "_headers", broken)
    shown = run_all(marked, SHORT, "-v", "--log-json", "log.jsonl")
    assert b"RuntimeError" in shown
    assert b"Traceback" in shown
    raise_if_leaked(marked, shown)


def test_a_token_in_the_wrong_place_is_not_shown(marked: Shop) -> None:
    """Written in plain text where its source belongs, under each key that takes one."""
    for name, source in (
        ("reconciler.yaml", "{env: KOMET_COMPANY_TOKEN}"),
        ("config/customers.yaml", "{env: KOMET_BLOOMNET_TOKEN}"),
        ("reconciler.yaml", "{env: CHAT_AUTHORIZATION}"),
        ("reconciler.yaml", "{env: CHAT_WEBHOOK}"),
    ):
        for written in (json.dumps(COMPANY), f"{{env: {json.dumps(COMPANY)}}}", f"[{json.dumps(COMPANY)}]"):
            marked.edit(name, source, written)
            for arguments in (["validate"], ["plan", "--json"], ["plan", "-v"]):
                ended = marked.run(*arguments)
                assert ended.code in (3, 9)
                assert leaks((ended.out + ended.err).encode()) == []
            marked.edit(name, written, source)


@pytest.mark.parametrize("name", [name for name in every_command() if name in ENDLESS])
def test_no_endless_command_tells_a_token(marked: Shop, name: str) -> None:
    """A command that goes on is interrupted once it has said something."""
    port = ["--port", "0"] if name.startswith("simulator") else []
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *name.split(), *port, "-v"],
        cwd=marked.folder,
        env=marked.environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=30)[0]
    assert said
    raise_if_leaked(marked, said)


def test_every_command_is_run() -> None:
    """What is left out above is left out by name, and is there."""
    assert {*SHORT, "demo"} == set(every_command()) - set(ENDLESS)
    assert {name.split()[0] for name in every_command()} == set(COMMANDS)
    assert set(MORE) <= set(every_command())
