"""The same amount of work for Terraform and for octoDNS, each in the form that suits it best."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.measure import Command, Unexpected
from benchmarks.rows import Task

TERRAFORM, OCTODNS = "terraform", "octodns"
NOOP, SOME, ALL = "no-op", "1 % changed", "all new"
LARGE = 10_000
"""Resources for which a peer takes the better part of a minute. Beyond, Terraform needs minutes and
gigabytes, and octoDNS minutes for each run."""
NOOP_OF_LARGE = f"no-op of {LARGE:,}"
"""What tells how fast the machine is while more are measured."""
LIMIT = 600
"""Seconds after which a run is given up, and said so."""

SCALARS: dict[str, Any] = {
    "vendor": "FARM0001",
    "ship_date": "2027-01-11",
    "location": "MIA",
    "customer": "shop-1",
    "carrier": "KLA",
    "comments": "Programme",
    "confirm": False,
    "approve": False,
    "boxes": 40,
    "bunches": 12,
    "stems": 25,
    "cost": 0.28,
}
"""What a resource is for Terraform: twelve scalars, a third of what one of our orders says."""

_QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_CLI_CONFIG_FILE": "/dev/null"}


class Peer(Protocol):
    """A program that plans what it is asked to."""

    def task(self, folder: Path, size: int, what: str) -> Task:
        """Its plan of `size` resources, of which none differ, some or all: in a folder of its own below
        `folder`."""
        ...


@dataclass(frozen=True, slots=True)
class Terraform:
    """`terraform plan` over `terraform_data`."""

    program: str

    def task(self, folder: Path, size: int, what: str) -> Task:
        """One resource, one block. `Unexpected` where Terraform cannot be prepared."""
        own = folder / f"{TERRAFORM}-{what}"
        own.mkdir()
        _write_terraform(own, size, changed=100 if what == SOME else 0)
        if what != ALL:
            _write_state(own, size)
        _quietly([self.program, "init", "-input=false", "-no-color"], own)
        plan = [self.program, "plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"]
        expected = 0 if what == NOOP else 2
        return Task(TERRAFORM, size, None, what, Command(plan, own, _QUIET, expected, limit=LIMIT))


@dataclass(frozen=True, slots=True)
class OctoDNS:
    """`octodns-sync` from YAML to YAML over records of four lines."""

    program: Path

    def task(self, folder: Path, size: int, what: str) -> Task:
        """One resource, one record."""
        own = folder / f"{OCTODNS}-{what}"
        provider = "octodns.provider.yaml.YamlProvider"
        settings = {
            "providers": {
                side: {"class": provider, "directory": f"./{side}", "enforce_order": False}
                for side in ("source", "target")
            },
            "zones": {"example.com.": {"sources": ["source"], "targets": ["target"]}},
        }
        _write_zone(own / "source", size, changed=100 if what == SOME else 0)
        _write_zone(own / "target", 0 if what == ALL else size, changed=0)
        (own / "config.yaml").write_text(json.dumps(settings))
        sync = [str(self.program), "--config-file", "config.yaml", "--quiet"]
        return Task(OCTODNS, size, None, what, Command(sync, own, {}, limit=LIMIT))


def find_terraform() -> str | None:
    """Where Terraform is, if it is on this machine."""
    return shutil.which("terraform")


def install_octodns(folder: Path) -> Path:
    """octoDNS in a virtual environment of its own; where its command is."""
    command = folder / "bin" / "octodns-sync"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        _quietly([str(folder / "bin" / "pip"), "install", "--quiet", "octodns"], folder)
    return command


def _write_terraform(folder: Path, size: int, changed: int) -> None:
    """`size` resources, of which every `changed`-th costs more than the state says; 0 for none."""
    with (folder / "main.tf").open("w") as written:
        for place in range(size):
            values = SCALARS | {"comments": f"Programme {place}"}
            if changed and place % changed == 0:
                values |= {"cost": 0.29}
            body = ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
            written.write(f'resource "terraform_data" "r{place}" {{\n  input = {{ {body} }}\n}}\n')


def _write_state(folder: Path, size: int) -> None:
    """The state after an apply: to make it by applying would take hours, since each create rewrites it. It is
    written piece by piece, since whoever measures must stay small."""
    state = {
        "version": 4,
        "terraform_version": "1.0.0",
        "serial": 1,
        "lineage": str(uuid.UUID(int=7)),
        "outputs": {},
        "check_results": None,
        "resources": [],
    }
    before, after = json.dumps(state).rsplit("[]", 1)
    with (folder / "terraform.tfstate").open("w") as written:
        written.write(f"{before}[")
        for place in range(size):
            written.write("," * bool(place) + json.dumps(_resource_in_state(place)))
        written.write(f"]{after}")


def _resource_in_state(place: int) -> dict[str, Any]:
    names = {bool: "bool", int: "number", float: "number", str: "string"}
    types = ["object", {key: names[type(value)] for key, value in sorted(SCALARS.items())}]
    held = {"value": dict(sorted((SCALARS | {"comments": f"Programme {place}"}).items())), "type": types}
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": f"r{place}",
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [
            {
                "schema_version": 0,
                "attributes": {
                    "id": str(uuid.UUID(int=place + 1)),
                    "input": held,
                    "output": held,
                    "triggers_replace": None,
                },
                "sensitive_attributes": [],
            }
        ],
    }


def _write_zone(folder: Path, size: int, changed: int) -> None:
    folder.mkdir(parents=True)
    with (folder / "example.com.yaml").open("w") as written:
        written.write("---\n" + "{}\n" * (not size))
        for place in range(size):
            last = 2 if changed and place % changed == 0 else 1
            value = f"10.{place // 65536}.{place // 256 % 256}.{last}"
            written.write(f"r{place}:\n  ttl: 300\n  type: A\n  value: {value}\n")


def _quietly(command: list[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=None)
    if ended.returncode:
        raise Unexpected(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
