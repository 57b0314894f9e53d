"""The commands about the files themselves: fmt, render, graph, accept, import, completion, and variables."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.driver import CUSTOMER, ORDER, SECRET, Shop
from reconciler.cli.commands.completion import SHELLS, completion_script
from reconciler.cli.commands.import_ import KINDS
from reconciler.kinds.writings import WRITINGS

SEASON = """\
vars_files: [vars/season.yaml]
vars: {carrier: KLA}
environments:
  quiet:
    vars_files: [vars/quiet.yaml]
"""


@pytest.fixture
def seasonal(shop: Shop) -> Shop:
    """A repository whose order is a template, with variables from files."""
    project = shop.folder / "reconciler.yaml"
    project.write_text(project.read_text(encoding="utf-8") + SEASON, encoding="utf-8")
    (shop.folder / "vars").mkdir()
    (shop.folder / "vars" / "season.yaml").write_text("boxes: 41\nvendor: ALTAFLOR\ncarrier: ATC\n")
    (shop.folder / "vars" / "quiet.yaml").write_text("boxes: 7 # few\n")
    orders = shop.folder / "config" / "orders.yaml"
    text = orders.read_text(encoding="utf-8").replace("boxes: 40", "boxes: {{ vars.boxes }}")
    text = text.replace("ROSALEDA", "{{ vars.vendor }}").replace(
        "carrier: KLA", "carrier: {{ vars.carrier }}"
    )
    orders.unlink()
    orders.with_name("orders.yaml.j2").write_text(text, encoding="utf-8")
    return shop


def leaf(shop: Shop, *arguments: str, **variables: str) -> dict[str, object]:
    """Value and origin of the order's attributes, by name; of its first item's boxes too."""
    order = shop.run("render", "--json", *arguments, **variables).json["resources"][ORDER]
    return {
        name: (each["value"], each["origin"])
        for name, each in {**order, "boxes": order["items"]["freedom-60"]["boxes"]}.items()
        if "value" in each
    }


def test_variables_from_files(seasonal: Shop) -> None:
    """Files go before nothing, vars before files, the environment before the project, what is typed first."""
    assert leaf(seasonal)["boxes"] == (41, "config/orders.yaml.j2:11")
    assert leaf(seasonal)["carrier"] == ("KLA", "config/orders.yaml.j2:8")
    assert leaf(seasonal, "-e", "quiet")["boxes"] == (7, "config/orders.yaml.j2:11")
    assert leaf(seasonal, "-e", "quiet")["vendor"] == ("ALTAFLOR", "config/orders.yaml.j2:4")
    assert leaf(seasonal, RECONCILER_VAR_boxes="8")["boxes"] == (8, "config/orders.yaml.j2:11")
    typed = leaf(seasonal, "--var", "boxes=9", RECONCILER_VAR_boxes="8", RECONCILER_VAR="boxes=10")
    assert typed["boxes"] == (9, "config/orders.yaml.j2:11")


def test_render_tells_where_variables_come_from(seasonal: Shop) -> None:
    """Each with its file and line, or with --var."""
    settings = seasonal.run("render", "-e", "quiet", "--var", "vendor=SABANA", "--json").json["project"]
    lines = (seasonal.folder / "reconciler.yaml").read_text(encoding="utf-8").splitlines()
    own = lines.index("vars: {carrier: KLA}") + 1
    assert settings["vars"] == {
        "boxes": {"value": 7, "origin": "vars/quiet.yaml:1"},
        "carrier": {"value": "KLA", "origin": f"reconciler.yaml:{own}"},
        "vendor": {"value": "SABANA", "origin": "--var"},
    }
    text = seasonal.run("render", "-e", "quiet").out
    assert any(line.split() == ["boxes:", "7", "#", "vars/quiet.yaml:1"] for line in text.splitlines())


def test_render_reads_back_as_what_is_planned(shop: Shop) -> None:
    """What it prints is YAML of the same resources, and no token's source is in it."""
    ended = shop.run("render", "customers.*", "purchase_orders.*")
    assert ended.code == 0
    before = shop.run("plan", "--json").json
    token = "    token: (sensitive)"
    assert token in ended.out and SECRET not in ended.out and "KOMET_BLOOMNET" not in ended.out
    shutil.rmtree(shop.folder / "config")
    (shop.folder / "config").mkdir()
    kept = "\n".join(line for line in ended.out.splitlines() if "token:" not in line)
    (shop.folder / "config" / "all.yaml").write_text(kept, encoding="utf-8")
    after = shop.run("plan", "--json").json
    for document in (before, after):
        for change in document["changes"]:
            del change["origin"]
    assert after["changes"] == before["changes"]


def test_render_of_an_environment(shop: Shop) -> None:
    """The overlay's values with the overlay's lines."""
    project = shop.folder / "reconciler.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text + "environments:\n  quiet:\n    budget: {reserve: 7}\n", encoding="utf-8")
    line = len(text.splitlines()) + 3
    settings = shop.run("render", "-e", "quiet", "--json").json["project"]
    assert settings["budget"]["reserve"] == {"value": 7, "origin": f"reconciler.yaml:{line}"}
    assert settings["komet"]["token"]["value"] == "(sensitive)"
    assert shop.run("render", "nothing.*").code == 64


def test_fmt_lists_what_it_changes_and_check_writes_nothing(shop: Shop) -> None:
    """--check ends with 2 while a file is not canonical; afterwards there is nothing to do."""
    file = shop.folder / "config" / "customers.yaml"
    tidy = file.read_text(encoding="utf-8")
    assert shop.run("fmt", "--check").code == 0
    file.write_text(tidy.replace("{code: BLOOM}", "{ code:   BLOOM }"), encoding="utf-8")
    file.chmod(0o640)
    checked = shop.run("fmt", "--check")
    assert (checked.code, checked.out) == (2, "config/customers.yaml\n")
    assert "{ code:" in file.read_text(encoding="utf-8")
    ended = shop.run("fmt", "config/customers.yaml")
    assert (ended.code, ended.out) == (0, "config/customers.yaml\n")
    assert file.read_text(encoding="utf-8") == tidy
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_fmt_leaves_templates_alone_and_says_so(seasonal: Shop) -> None:
    """They are no YAML; of a file that cannot be read nothing is written."""
    template = seasonal.folder / "config" / "orders.yaml.j2"
    before = template.read_text(encoding="utf-8")
    ended = seasonal.run("fmt", "--json")
    assert ended.json == {"changed": [], "left_alone": ["config/orders.yaml.j2"], "written": True}
    assert "1 template left alone: config/orders.yaml.j2" in seasonal.run("fmt").err
    assert template.read_text(encoding="utf-8") == before
    (seasonal.folder / "config" / "broken.yaml").write_text("a: [1\n", encoding="utf-8")
    (seasonal.folder / "config" / "untidy.yaml").write_text("customers:   {}\n", encoding="utf-8")
    assert seasonal.run("fmt").code == 3
    assert (seasonal.folder / "config" / "untidy.yaml").read_text(encoding="utf-8") == "customers:   {}\n"


@pytest.mark.parametrize("path", ["nothing.yaml", "../nothing", "seed.txt"])
def test_fmt_of_what_is_not_there(shop: Shop, path: str) -> None:
    """Is wrong usage, as is a file that is no YAML."""
    (shop.folder / "seed.txt").write_text("a: 1\n", encoding="utf-8")
    assert shop.run("fmt", path).code == 64


def test_graph(shop: Shop) -> None:
    """Mermaid, dot and JSON say the same, the same every time, without network and token."""
    shop.variables.clear()
    document = shop.run("graph", "--json").json
    assert document["edges"] == [{"from": CUSTOMER, "to": ORDER}]
    mermaid = shop.run("graph").out
    assert mermaid.startswith("flowchart LR\n") and "r0 --> r1" in mermaid
    dot = shop.run("graph", "--format", "dot").out
    assert f'"{CUSTOMER}" -> "{ORDER}";' in dot
    assert dot == shop.run("graph", "--format", "dot").out


def test_accept_writes_what_a_person_changed(shop: Shop) -> None:
    """Said line by line; --dry-run writes nothing; afterwards nothing is left to plan."""
    assert shop.run("apply", "--yes").code == 0
    line = shop.order()["lines"][0]["id"]
    shop.with_simulator(lambda simulator: simulator.operator("edit-line", line=line, boxes=33))
    file = shop.folder / "config" / "orders.yaml"
    before = file.read_text(encoding="utf-8")
    dry = shop.run("accept", ORDER, "--dry-run")
    assert "items.freedom-60.boxes   40 → 33" in dry.out
    assert file.read_text(encoding="utf-8") == before
    ended = shop.run("accept", ORDER)
    assert ended.code == 0 and "1 resource was taken over" in ended.out
    assert file.read_text(encoding="utf-8") == before.replace("boxes: 40", "boxes: 33")
    assert shop.run("plan", "--detailed-exitcode").code == 0
    again = shop.run("accept", ORDER, "--json").json
    assert (again["written"], again["files"]) == (False, [])


def test_accept_of_what_a_template_makes(seasonal: Shop) -> None:
    """Ends with 7, and says where to write what."""
    assert seasonal.run("apply", "--yes").code == 0
    line = seasonal.order()["lines"][0]["id"]
    seasonal.with_simulator(lambda simulator: simulator.operator("edit-line", line=line, boxes=33))
    ended = seasonal.run("accept", ORDER)
    assert ended.code == 7
    assert "config/orders.yaml.j2:3" in ended.err and "items.freedom-60.boxes: 33" in ended.err
    assert seasonal.run("accept", "nothing.*").code == 64


def test_import_writes_files_that_plan_as_unchanged(shop: Shop) -> None:
    """Into a folder below config/, with the schema's line; a second one refuses to overwrite."""
    assert shop.run("apply", "--yes").code == 0
    (shop.folder / ".schemas").mkdir()
    (shop.folder / ".schemas" / "resources.schema.json").write_text("{}", encoding="utf-8")
    arguments = ("import", "--customer", "hudson", "--to", "2027-01-20", "--out", "config/live")
    ended = shop.run(*arguments)
    assert ended.code == 0, ended.err
    folder = shop.folder / "config" / "live"
    assert sorted(path.name for path in folder.iterdir()) == [
        "customers.yaml",
        "purchase_orders.yaml",
        "reservations.yaml",
    ]
    first = (folder / "customers.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../.schemas/resources.schema.json"
    assert "1 customer, 1 reservation, 1 purchase order written" in ended.out
    assert shop.run("plan", "--detailed-exitcode").code == 0
    assert shop.run("fmt", "--check").code == 0
    again = shop.run(*arguments)
    assert again.code == 64 and "nothing was read or written" in again.err


def test_import_elsewhere_says_that_it_is_not_read_there(shop: Shop) -> None:
    """And only the kinds that were asked for are written; an unknown kind or customer is wrong usage."""
    ended = shop.run("import", "customers", "--customer", "HUDSON", "--out", "live")
    assert [path.name for path in (shop.folder / "live").iterdir()] == ["customers.yaml"]
    assert "below config/" in ended.out
    assert shop.run("import", "flowers", "--out", "other").code == 64
    assert shop.run("import", "customers", "--customer", "NOBODY", "--out", "other").code == 64
    assert not (shop.folder / "other").exists()


def test_import_as_json(shop: Shop) -> None:
    """What was written, what was left out, and the calls."""
    ended = shop.run("import", "customers", "--customer", "HUDSON", "--out", "config/live", "--json")
    assert ended.json["resources"] == ["customers.hudson-flower-exchange"]
    assert ended.json["files"] == ["customers.yaml"]
    assert ended.json["calls"] == len(shop.with_simulator(lambda simulator: simulator.part("calls")))


ASK = """
PATH="$PROGRAMS:$PATH"
eval "$(cat "$SCRIPT")"
COMP_WORDS=({words}); COMP_CWORD={place}
_reconciler_completion reconciler
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def ask_bash(shop: Shop, tmp_path: Path, *words: str) -> list[str]:
    """What bash offers for the last of `words`."""
    (tmp_path / "complete.bash").write_text(completion_script("bash"), encoding="utf-8")
    (tmp_path / "reconciler").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    (tmp_path / "reconciler").chmod(0o755)
    text = ASK.format(words=" ".join(f"'{word}'" for word in words), place=len(words) - 1)
    ended = subprocess.run(
        ["bash", "-c", text],
        cwd=shop.folder,
        env=shop.environment({"PROGRAMS": str(tmp_path), "SCRIPT": str(tmp_path / "complete.bash")}),
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert ended.stderr == ""
    return ended.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_options_and_addresses(shop: Shop, tmp_path: Path) -> None:
    """From the program's own tables, and from the configuration of the folder."""
    assert ask_bash(shop, tmp_path, "reconciler", "a") == ["apply", "accept"]
    assert ask_bash(shop, tmp_path, "reconciler", "accept", "cust") == [CUSTOMER]
    assert ask_bash(shop, tmp_path, "reconciler", "plan", "--det") == ["--detailed-exitcode"]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script(shop: Shop, shell: str) -> None:
    """It names the program and the variable by which it asks."""
    script = shop.run("completion", shell).out
    assert "reconciler" in script and "_RECONCILER_COMPLETE" in script
    assert shop.run("completion", "tcsh").code == 64


def test_import_offers_every_kind_that_can_be_written() -> None:
    """A kind that learns to write itself is offered as well."""
    assert tuple(WRITINGS) == KINDS
