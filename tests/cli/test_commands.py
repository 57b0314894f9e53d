"""The commands that are neither plan nor apply, each as it is used."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cli.driver import ORDER, SECRET, TOKEN, Shop
from reconciler.kinds.registry import REGISTRY
from reconciler.verify.doctor import WRITES

PACKAGE = Path(__file__).resolve().parents[2] / "reconciler"


def test_validate_counts(shop: Shop) -> None:
    """In one line that a person can compare with what was meant."""
    ended = shop.run("validate")
    assert ended.out == "config is valid: 1 customer, 1 purchase order in 2 files\n"


def test_init_makes_a_repository_that_works_at_once(shop: Shop, tmp_path: Path) -> None:
    """init, validate, plan, apply; then only a person's work is left; and what to type next is right."""
    shop.variables[TOKEN] = "simulator-company"
    made = shop.type("init", str(tmp_path / "Our Shop!"))
    assert made.code == 0
    assert "export KOMET_COMPANY_TOKEN=simulator-company" in made.out
    folder = str(tmp_path / "Our Shop!")
    assert shop.type("validate", "-C", folder, "--json").json["project"] == "our-shop"
    assert shop.type("plan", "-C", folder, "--detailed-exitcode").code == 2
    assert shop.type("apply", "-C", folder, "--yes").code == 10
    left = shop.type("plan", "-C", folder, "--json").json
    assert left["calls"]["apply"] == 0
    assert {step["by"] for change in left["changes"] for step in change["steps"]} == {"operator"}


def test_init_leads_an_editor_to_schemas_that_are_there(shop: Shop, tmp_path: Path) -> None:
    """Every yaml-language-server line names a file of the new repository."""
    root = tmp_path / "new"
    shop.type("init", str(root))
    files = [path for path in root.rglob("*.yaml") if ".schemas" not in path.parts]
    assert len(files) == 5
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, path
        schema = json.loads((path.parent / found[1]).read_text(encoding="utf-8"))
        assert schema["$schema"].startswith("https://json-schema.org/")


def test_init_writes_whose_copy_the_workflows_call(shop: Shop, tmp_path: Path) -> None:
    """With `--owner` only the commit is left to be filled in; what GitHub would not take is refused."""
    assert shop.type("init", str(tmp_path / "a"), "--owner", "acme/x").code == 64
    assert shop.type("init", str(tmp_path / "a"), "--owner", "acme").code == 0
    for name in ("plan", "apply", "drift"):
        text = (tmp_path / "a" / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
        assert f"uses: acme/reconciler/.github/workflows/reconcile-{name}.yml@v" in text
        assert "OWNER" not in text


def test_init_overwrites_nothing(shop: Shop, tmp_path: Path) -> None:
    """Not even half of it: what is there is listed, and nothing is written."""
    root = tmp_path / "new"
    root.mkdir()
    (root / "README.md").write_text("mine")
    ended = shop.type("init", str(root))
    assert ended.code == 64
    assert "README.md" in ended.err
    assert [path.name for path in root.iterdir()] == ["README.md"]
    assert (root / "README.md").read_text() == "mine"


def test_demo_ends_as_it_tells(shop: Shop) -> None:
    """The whole story, in a folder that is left to play in, with no token needed."""
    del shop.variables[TOKEN]
    ended = shop.type("demo", RECONCILER_ENV="no-such-environment")
    assert ended.code == 0
    assert ended.out.count("No changes.") == 3
    assert "items.freedom-60.boxes   30 → 40" in ended.out
    assert "guard confirmed refuses" in ended.out
    found = re.search(r"  cd (\S+)\n.*", ended.out, re.DOTALL)
    assert found
    again = subprocess.run(
        ["bash", "-ec", found[0]], env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
    shutil.rmtree(Path(found[1]).parent)
    assert again.returncode == 0, again.stderr
    assert "No changes." in again.stdout


def test_worklist_in_every_form(shop: Shop) -> None:
    """The same steps as text, CSV and JSON, with screen, address and since when."""
    shop.run("apply", "--yes")
    (shop.folder / "config" / "orders.yaml").unlink()
    shop.run("apply", "--yes", "--allow", "lost_file")
    del shop.variables[TOKEN]
    text, table, document = (shop.run("worklist", "--format", form) for form in ("text", "csv", "json"))
    assert "☐ cancel P057200" in text.out
    assert f"{ORDER} · open since 2027-01-04" in text.out
    (row,) = csv.DictReader(io.StringIO(table.out))
    assert row["address"] == ORDER
    (step,) = document.json["steps"]
    assert step["instruction"] == row["instruction"]
    assert text.code == table.code == document.code == 10
    assert shop.run("worklist", "--json").json == document.json


def test_history_tells_who_and_what(shop: Shop) -> None:
    """Each run with author, commit and counts; one run with its calls."""
    assert shop.run("history").out == "Nothing was applied yet.\n"
    shop.run("apply", "--yes", GITHUB_ACTOR="dana", GITHUB_SHA="0123456789abcdef")
    (run,) = shop.run("history", "--json").json["runs"]
    assert run["author"] == "dana"
    assert run["exit_code"] == 0
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", run["run"])
    assert "2 done, 8 calls" in shop.run("history").out
    shown = shop.run("history", run["run"])
    assert "purchase.order.create  done" in shown.out
    methods = [call["method"] for call in shop.run("history", run["run"], "--json").json["calls"]]
    assert methods == ["customer.update", "purchase.order.create"]


def test_history_knows_the_commit(shop: Shop) -> None:
    """The commit that is checked out goes before what the environment says."""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "config"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=shop.folder, check=True, capture_output=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=shop.folder, check=True, capture_output=True)
    shop.run("apply", "--yes", GITHUB_SHA="0123456789abcdef")
    (run,) = shop.run("history", "--json").json["runs"]
    assert run["commit"] == head.stdout.decode().strip()


def test_unlock_asks_before_it_ends_anything(shop: Shop) -> None:
    """Without a terminal and without --yes nothing happens."""
    assert "No apply holds account" in shop.run("unlock").out
    assert shop.run("unlock", "--json").json == {"account": "simulator-seed/6316", "ended": None}


def test_doctor_finds_nothing_wrong(shop: Shop) -> None:
    """It says how many calls it makes before it makes them, and counts them."""
    ended = shop.run("doctor")
    assert ended.code == 0
    said = re.search(r"with (\d+) calls, none of which writes", ended.err)
    assert said
    assert shop.writes() == []
    document = shop.run("doctor", "--json").json
    assert document["calls"] == int(said[1])
    verdicts = {check["name"]: check["verdict"] for check in document["checks"]}
    assert verdicts["token"] == verdicts["company"] == verdicts["quota"] == "ok"
    assert verdicts["writing"] == "unknown"
    used = 2 * document["calls"]
    assert f"{used} of 3,000 calls used today" in json.dumps(document)


def test_doctor_names_each_method_that_is_not_ticked(shop: Shop) -> None:
    """And where to tick it; the others are tried all the same."""
    ended = shop.run("doctor", **{TOKEN: "may-not-list-orders"})
    assert ended.code == 9
    remedy = "tick purchase.order.list under Setup > Settings > Integrations > Tokens"
    assert remedy in ended.out
    assert "60 products" in ended.out


@pytest.mark.parametrize(("token", "code"), [("unknown-token", 9), ("simulator-bloomnet", 9), ("", 9)])
def test_doctor_knows_a_token_that_is_none(shop: Shop, token: str, code: int) -> None:
    """An unknown token, one of another kind, and none at all."""
    ended = shop.run("doctor", **{TOKEN: token})
    assert ended.code == code
    assert "✗ token" in ended.out
    assert token == "" or token not in ended.out + ended.err


def test_doctor_compares_the_company(shop: Shop) -> None:
    """The number of another company is a fault of the configuration."""
    shop.edit("reconciler.yaml", "company: 6316", "company: 6317")
    ended = shop.run("doctor")
    assert ended.code in (3, 9)
    assert "6317" in ended.out


def test_doctor_when_nobody_answers(shop: Shop) -> None:
    """One call tells it; the rest is not tried."""
    shop.edit("reconciler.yaml", "simulator:seed.yaml", "http://127.0.0.1:9/api")
    ended = shop.run("doctor")
    assert ended.code == 1
    assert "✗ host" in ended.out
    assert "check komet.url" in ended.out


@pytest.mark.parametrize("kind", sorted(WRITES))
def test_doctor_lists_every_writing_method(kind: str) -> None:
    """Its list is that of the methods which the kind's own code calls."""
    text = "".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "kinds" / kind).glob("*.py"))
    used = set(re.findall(r'"([a-z]+(?:\.[a-z]+)*\.(?:add|update|create|delete|confirm))"', text))
    assert used == set(WRITES[kind])


def test_doctor_knows_every_kind() -> None:
    """A kind without its writing methods would be left out in silence."""
    assert set(REGISTRY) <= set(WRITES)


def test_simulator_reset_begins_again(shop: Shop) -> None:
    """The account is as the seed says, and the next plan sees it."""
    shop.run("apply", "--yes")
    assert shop.run("simulator", "reset").code == 0
    assert shop.run("plan", "--detailed-exitcode").code == 2


def test_simulator_reset_writes_a_larger_seed(shop: Shop) -> None:
    """It can be used as it tells, and is not overwritten."""
    ended = shop.run("simulator", "reset", "--generate", "40")
    assert "simulator:seed-40.yaml" in ended.out
    shop.edit("reconciler.yaml", "simulator:seed.yaml", "simulator:seed-40.yaml")
    assert shop.run("plan", **{TOKEN: "simulator-company"}).code == 0
    assert shop.run("simulator", "reset", "--generate", "40").code == 64


def test_what_is_clicked_at_the_desk_the_next_plan_sees(shop: Shop) -> None:
    """`simulator desk` shows this repository's own account, and plans beside it read the same one."""
    shop.run("apply", "--yes")
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "simulator", "desk", "--port", "0", "--json"],
        cwd=shop.folder,
        env=shop.environment({"PYTHONUNBUFFERED": "1"}),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    url = json.loads("".join(process.stdout.readline() for _ in range(3)))["url"]
    assert "P057200" in httpx.get(url, params={}, follow_redirects=True).text + httpx.get(f"{url}orders").text
    cancelled = httpx.post(url.replace("/_desk/", "/_operator/cancel"), json={"number": "P057200"})
    assert cancelled.status_code == 200
    assert "was cancelled in Komet" in shop.run("plan").out
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_simulator_serve_answers_until_ctrl_c(shop: Shop) -> None:
    """On a loopback port; what it prints is enough to use it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "simulator", "serve", "--port", "0", "--json"],
        cwd=shop.folder,
        env=shop.environment({"PYTHONUNBUFFERED": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    url = json.loads("".join(lines))["url"]
    assert url.startswith("http://127.0.0.1:")
    answer = httpx.get(f"{url}/boxtype.list", params={"authenticationToken": SECRET}).json()
    assert len(answer["boxtypes"]) == 12
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in complaint
