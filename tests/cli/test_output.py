"""What is printed where: results on stdout, everything else on stderr, and nothing that steers a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time

import pytest
from report.plans import plan_of

from cli.driver import ORDER, SECRET, TOKEN, Shop
from reconciler.cli.planning import refuse
from reconciler.cli.settings import Settings
from reconciler.model.plan import GuardVerdict, Verdict

CTRL_C = "\x03"
END = b"the end"


def on_terminal(shop: Shop, arguments: list[str], answer: str = "", **variables: str) -> tuple[int, str]:
    """Runs a command on a terminal of its own, types `answer` when it is asked; code and everything shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=shop.folder,
        env=shop.environment({"TERM": "xterm", **variables}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    shown = b""
    has_ended = False
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and END not in shown:
        if not has_ended and process.poll() is not None:
            has_ended = True
            os.write(theirs, END)  # behind all that it wrote, however long the kernel takes to bring it here
        if not select.select([ours], [], [], 0.05)[0]:
            continue
        shown += os.read(ours, 65536)
        if answer and b"accepted: " in shown:
            if answer == CTRL_C:
                process.send_signal(signal.SIGINT)
            else:
                os.write(ours, answer.encode())
            answer = ""
    os.close(theirs)
    os.close(ours)
    return process.wait(10), shown.removesuffix(END).decode("utf-8").replace("\r\n", "\n")


def test_a_terminal_gets_colour_and_a_question(shop: Shop) -> None:
    """`yes` in full applies."""
    code, shown = on_terminal(shop, ["apply"], "yes\n")
    assert code == 0
    assert "\x1b[" in shown
    assert "Only 'yes' will be accepted: " in shown
    assert "Apply:" in shown
    assert shop.order()["number"] == "P057200"


@pytest.mark.parametrize("answer", ["y\n", "\n", "\x04"])
def test_nothing_but_yes_applies(shop: Shop, answer: str) -> None:
    """Whatever else is typed, nothing is written."""
    code, shown = on_terminal(shop, ["apply"], answer)
    assert code == 1
    assert "Nothing was applied." in shown
    assert shop.writes() == []


def test_ctrl_c_at_the_question(shop: Shop) -> None:
    """It says that nothing was changed."""
    code, shown = on_terminal(shop, ["apply"], CTRL_C)
    assert code == 1
    assert "interrupted; nothing was changed in Komet" in shown
    assert shop.writes() == []


def test_no_color_is_obeyed(shop: Shop) -> None:
    """By option and by both variables; the live line is no colour."""
    for arguments, variables in (
        (["plan", "--no-color"], {}),
        (["plan"], {"NO_COLOR": "1"}),
        (["plan"], {"RECONCILER_NO_COLOR": "true"}),
    ):
        _, shown = on_terminal(shop, arguments, **variables)
        assert ORDER in shown
        assert "\x1b[" not in shown.replace("\r\x1b[2K", "")


def test_a_pipe_gets_no_colour(shop: Shop) -> None:
    """Neither results nor remarks."""
    commands = (["doctor"], ["apply", "--yes"], ["no-such-command"])
    for ended in (shop.start("plan"), *(shop.run(*arguments) for arguments in commands)):
        assert ended.out + ended.err
        assert "\x1b" not in ended.out + ended.err


def test_results_and_progress_are_apart(shop: Shop) -> None:
    """stdout holds the plan alone."""
    ended = shop.run("plan")
    assert ended.out.startswith("quickstart · account 6316 · ")
    assert ended.out.endswith("No fee.\n")
    assert ended.err == "reading account simulator-seed/6316\n"


def test_a_reader_that_goes_away_is_no_error(shop: Shop) -> None:
    """`plan | head -1`, and the same with apply, which is carried out all the same."""
    for command in ("plan", "apply --yes"):
        ended = subprocess.run(
            f"{sys.executable} -u -m reconciler {command} | true",
            shell=True,
            cwd=shop.folder,
            env=shop.environment({}),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in ended.stderr
        assert "Broken" not in ended.stderr
    assert shop.order()["number"] == "P057200"


def test_a_terminal_that_lacks_a_sign(shop: Shop) -> None:
    """What it cannot show is a question mark and no traceback."""
    ended = subprocess.run(
        [sys.executable, "-m", "reconciler", "plan"],
        cwd=shop.folder,
        env=shop.environment({"PYTHONIOENCODING": "latin-1"}),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0
    assert b"ap@bloomnet.example ? ap@example.com" in ended.stdout


def test_what_steers_a_terminal_is_made_inert(shop: Shop) -> None:
    """Neither a file nor an argument can write to the terminal."""
    shop.edit("config/orders.yaml", "Valentine's programme", '"red \\e[31m rtl \\u202E end"')
    for arguments in (
        ["plan"],
        ["apply", "--yes"],
        ["plan", "--target", "\x1b[31m"],
        ["history", "\x1b[31m"],
    ):
        ended = shop.run(*arguments)
        assert "\x1b" not in ended.out + ended.err
        assert "\u202e" not in ended.out + ended.err


def test_show_is_what_plan_was(shop: Shop) -> None:
    """To the letter, without token and network."""
    planned = shop.run("plan", "--out", "p", "--show-calls")
    del shop.variables[TOKEN]
    shop.edit("reconciler.yaml", "simulator:seed.yaml", "https://nowhere.invalid/api")
    assert shop.run("show", "p", "--show-calls").out == planned.out


def test_a_saved_plan_is_for_its_owner(shop: Shop) -> None:
    """Mode 0600, the same bytes as --json, one line end, and no draft left behind."""
    planned = shop.run("plan", "--out", "p", "--json")
    path = shop.folder / "p"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == planned.out
    assert planned.out.endswith("}\n")
    assert not [each.name for each in shop.folder.iterdir() if each.name.startswith(".p.")]


def test_errors_as_json(shop: Shop) -> None:
    """With --json an error is an object on stdout too, and faults come one by one."""
    shop.edit("config/orders.yaml", "ship_date", "shipdate")
    faults = shop.run("plan", "--json")
    assert faults.code == faults.json["exit_code"] == 3
    first = faults.json["error"]["diagnostics"][0]
    assert first["origin"]["file"] == "config/orders.yaml"
    usage = shop.run("plan", "--no-such-option", "--json")
    assert usage.json["exit_code"] == 64
    assert usage.json["error"]["kind"] == "UsageError"


def test_a_summary_as_json(shop: Shop) -> None:
    """apply prints its summary and nothing else, also when a guard refuses."""
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 100")
    refused = shop.run("apply", "--yes", "--json")
    assert refused.json["error"]["guards"][0]["flag"] == "--allow max_commitment"
    assert refused.json["exit_code"] == refused.code == 4
    done = shop.run("apply", "--yes", "--json", "--allow", "max_commitment")
    assert done.json["counts"]["done"] == 2
    assert done.json["exit_code"] == 0


def test_an_unexpected_fault_is_one_line(shop: Shop) -> None:
    """It says that it is ours; only -v shows where it came from."""
    ended = shop.type("validate", "-C", "nul\0byte")
    assert ended.code == 1
    assert "This is a fault of reconciler" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in shop.type("validate", "-v", "-C", "nul\0byte").err


def test_the_token_is_in_no_output(shop: Shop) -> None:
    """Whatever goes well or wrong, with -v and with a log: neither shown nor written down."""
    runs = [
        ["plan", "--out", "p", "--show-calls"],
        ["doctor"],
        ["apply", "--plan", "p"],
        ["apply", "--plan", "p"],
        ["plan", "--json"],
        ["history", "--json"],
        ["plan", "--target", "purchase_orders.none"],
        ["validate"],
    ]
    shown = ""
    for arguments in runs:
        ended = shop.run(*arguments, "-v", "--log-json", "log.jsonl")
        shown += ended.out + ended.err
    for kind in ("html", "http_5xx", "http_403", "over_quota", "wrong_types", "truncated"):
        shop.fault(kind=kind, method="customer.list")
        ended = shop.run("plan", "-v", "--log-json", "log.jsonl")
        shown += ended.out + ended.err
    shop.edit("reconciler.yaml", "simulator:seed.yaml", "http://127.0.0.1:9/api")
    ended = shop.run("plan", "-v", "--log-json", "log.jsonl")
    assert ended.code == 1
    assert "Traceback" in ended.err
    assert SECRET not in shown + ended.out + ended.err
    account = ("seed.yaml", "simulator-seed.db", "simulator-seed.db-wal", "simulator-seed.db-shm")
    for path in shop.folder.rglob("*"):
        if path.is_file() and path.name not in account:
            assert SECRET.encode() not in path.read_bytes(), path


def test_many_ways_through_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """After a refusal of twenty resources three flags are named, and how many more there are."""
    guards = tuple(
        GuardVerdict("protected", Verdict.REFUSED, "", f"protected:purchase_orders.o{number}")
        for number in range(20)
    )
    assert refuse(Settings(), plan_of(guards=guards)) == 4
    *_, last = capsys.readouterr().err.splitlines()
    flags = " ".join(f"--allow protected:purchase_orders.o{number}" for number in range(3))
    assert last.endswith(f"plan again with {flags} and 17 more: each stands below its refusal")
