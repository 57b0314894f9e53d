"""The same amount of work for Terraform and for octoDNS, each in the form that suits it best."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Unexpected, measure
from benchmarks.rows import Measured

TERRAFORM, OCTODNS = "terraform", "octodns"
NOOP = "no-op"
MOST_CASES = 10_000
"""Resources: beyond, Terraform needs minutes and gigabytes, and octoDNS minutes for each run."""

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


def find_terraform() -> str | None:
    """Where Terraform is, if it is on this machine."""
    return shutil.which("terraform")


def measure_terraform(folder: Path, size: int, runs: int, limit: float) -> Iterator[Measured]:
    """`terraform plan` over `size` `terraform_data`: nothing to do, one in a hundred changed, all new."""
    program = find_terraform()
    assert program is not None
    folder.mkdir(parents=True)
    _write_terraform(folder, size, changed=0)
    (folder / "terraform.tfstate").write_text(json.dumps(_terraform_state(size)))
    _quietly([program, "init", "-input=false", "-no-color"], folder)
    command = [program, "plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"]

    def plan(what: str, expected: int) -> Measured:
        figure = measure(
            command, folder=folder, environment=_QUIET, runs=runs, expected=expected, limit=limit
        )
        return Measured(TERRAFORM, size, None, what, figure)

    yield plan(NOOP, 0)
    _write_terraform(folder, size, changed=100)
    yield plan("1 % changed", 2)
    (folder / "terraform.tfstate").unlink()
    yield plan("all new", 2)


def _write_terraform(folder: Path, size: int, changed: int) -> None:
    """`size` resources, of which every `changed`-th costs more than the state says; 0 for none."""
    parts = []
    for place in range(size):
        values = SCALARS | {"comments": f"Programme {place}"}
        if changed and place % changed == 0:
            values |= {"cost": 0.29}
        body = ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
        parts.append(f'resource "terraform_data" "r{place}" {{\n  input = {{ {body} }}\n}}\n')
    (folder / "main.tf").write_text("".join(parts))


def _terraform_state(size: int) -> dict[str, Any]:
    """The state after an apply: to make it by applying would take hours, since each create rewrites it."""
    names = {bool: "bool", int: "number", float: "number", str: "string"}
    types = ["object", {key: names[type(value)] for key, value in sorted(SCALARS.items())}]

    def resource(place: int) -> dict[str, Any]:
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

    return {
        "version": 4,
        "terraform_version": "1.0.0",
        "serial": 1,
        "lineage": str(uuid.UUID(int=7)),
        "outputs": {},
        "resources": [resource(place) for place in range(size)],
        "check_results": None,
    }


def install_octodns(folder: Path) -> Path:
    """octoDNS in a virtual environment of its own; where its command is."""
    command = folder / "bin" / "octodns-sync"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        _quietly([str(folder / "bin" / "pip"), "install", "--quiet", "octodns"], folder)
    return command


def measure_octodns(command: Path, folder: Path, size: int, runs: int, limit: float) -> Iterator[Measured]:
    """`octodns-sync` from YAML to YAML over `size` records of four lines: the same three cases, of which the
    first alone beyond `MOST_CASES`."""
    for side in ("source", "target"):
        (folder / side).mkdir(parents=True)
    provider = "octodns.provider.yaml.YamlProvider"
    settings = {
        "providers": {
            side: {"class": provider, "directory": f"./{side}", "enforce_order": False}
            for side in ("source", "target")
        },
        "zones": {"example.com.": {"sources": ["source"], "targets": ["target"]}},
    }
    (folder / "config.yaml").write_text(json.dumps(settings))

    def sync(what: str) -> Measured:
        arguments = [str(command), "--config-file", "config.yaml", "--quiet"]
        figure = measure(arguments, folder=folder, environment={}, runs=runs, limit=limit)
        return Measured(OCTODNS, size, None, what, figure)

    _write_zone(folder / "target", size, changed=0)
    _write_zone(folder / "source", size, changed=0)
    yield sync(NOOP)
    if size > MOST_CASES:
        return
    _write_zone(folder / "source", size, changed=100)
    yield sync("1 % changed")
    (folder / "target" / "example.com.yaml").write_text("---\n{}\n")
    yield sync("all new")


def _write_zone(folder: Path, size: int, changed: int) -> None:
    records = []
    for place in range(size):
        last = 2 if changed and place % changed == 0 else 1
        records.append(
            f"r{place}:\n  ttl: 300\n  type: A\n  value: 10.{place // 65536}.{place // 256 % 256}.{last}\n"
        )
    (folder / "example.com.yaml").write_text("---\n" + "".join(records))


def _quietly(command: list[str], folder: Path) -> None:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=None)
    if ended.returncode:
        raise Unexpected(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
