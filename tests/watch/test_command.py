"""`watch` as it is run: its output, its files, its end; and the units that run it."""

from __future__ import annotations

import configparser
import json
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from cli.conftest import shop
from cli.driver import SECRET, Shop
from prometheus_client.parser import text_string_to_metric_families

from reconciler.cli.program import program

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

__all__ = ["shop"]


def test_one_look_tells_and_writes_metrics(shop: Shop) -> None:
    """A line on stdout, and a whole file that a collector of another user may read."""
    ended = shop.run("watch", "--looks", "1", "--metrics-file", "reconciler.prom")
    assert ended.code == 0
    assert "1 to create" in ended.out and "next in 5 minutes" in ended.out
    file = shop.folder / "reconciler.prom"
    text = file.read_text(encoding="utf-8")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {
        "reconciler_changes_pending",
        "reconciler_calls_left_today",
        "reconciler_drifted_resources",
    } <= names
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert SECRET not in text + ended.out + ended.err


def test_each_look_is_a_json_object_on_a_line(shop: Shop) -> None:
    """With --json; after --apply with what was applied."""
    ended = shop.run("watch", "--looks", "1", "--apply", "--json")
    (line,) = ended.out.splitlines()
    document = json.loads(line)
    assert document["pending"]["create"] == 1 and document["applied"]["exit_code"] == 0
    assert shop.run("plan", "--detailed-exitcode").code == 0


def test_an_error_of_the_configuration_is_told(shop: Shop) -> None:
    """It may be mended before the next look; what waiting cannot mend ends with its exit code."""
    assert shop.run("watch", "--looks", "1", KOMET_COMPANY_TOKEN="").code == 9
    shop.edit("config/orders.yaml", "ROSALEDA", "NOBODY")
    ended = shop.run("watch", "--looks", "1")
    assert ended.code == 0 and "failed: " in ended.out


@pytest.mark.parametrize("every", ["5", "1s", "25h", "-5m", "5 m", "0m", "1d"])
def test_a_rhythm_that_is_none_is_refused(shop: Shop, every: str) -> None:
    """As wrong usage, before anything is read."""
    assert shop.run("watch", "--every", every).code == 64


def test_it_listens_on_this_machine_unless_told(shop: Shop) -> None:
    """An address without a port is wrong usage."""
    assert shop.run("watch", "--metrics-host", "0.0.0.0").code == 64
    ended = shop.run("watch", "--looks", "1", "--metrics-port", "0")
    assert ended.code == 0 and "metrics at http://127.0.0.1:" in ended.err


def test_sigterm_ends_it_well(shop: Shop) -> None:
    """While it waits, at once, with 0 and without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "watch", "--every", "1h"],
        cwd=shop.folder,
        env=shop.environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "next in 1 hour" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def commands() -> Iterator[list[str]]:
    """Every command line that the examples run."""
    for unit in sorted((EXAMPLES / "systemd").glob("*.service")):
        parsed = configparser.RawConfigParser(strict=False)
        parsed.optionxform = str  # type: ignore[assignment, method-assign]
        parsed.read_string(unit.read_text(encoding="utf-8"))
        yield shlex.split(parsed["Service"]["ExecStart"])[1:]
    for file in sorted((EXAMPLES / "kubernetes").glob("*.yaml")):
        yield container_of(yaml.safe_load(file.read_text(encoding="utf-8")))["args"]


def container_of(document: Any) -> Any:
    spec = document["spec"]
    spec = spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec
    (container,) = spec["template"]["spec"]["containers"]
    return container


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_the_examples_run_what_there_is(arguments: list[str]) -> None:
    """Each command line is one that the program takes."""
    name, *rest = arguments
    context = click.Context(program)
    command = program.get_command(context, name)
    assert command is not None
    command.make_context(name, list(rest), parent=context)


def test_every_timer_has_its_service() -> None:
    """And is installed by itself."""
    for timer in (EXAMPLES / "systemd").glob("*.timer"):
        assert timer.with_suffix(".service").is_file()
        assert "WantedBy=timers.target" in timer.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted((EXAMPLES / "kubernetes").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_pod_mounts_what_it_has(file: Path) -> None:
    """Every volume is there, used, and the token comes from a secret."""
    spec = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]
    pod = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"]
    containers = [*pod["initContainers"], *pod["containers"]]
    mounted = {mount["name"] for each in containers for mount in each["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    (variable,) = pod["containers"][0]["env"]
    assert variable["name"] == "KOMET_COMPANY_TOKEN" and "secretKeyRef" in variable["valueFrom"]
