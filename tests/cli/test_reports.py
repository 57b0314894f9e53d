"""`--report` and `--format`: several forms of one run, written however it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from cli.conftest import Hook
from cli.driver import ORDER, Shop
from reconciler.cli.reports import workflow_link

FORMS = ("text", "json", "markdown", "html")


def all_forms(*forms: str) -> list[str]:
    """A report of each form, in a file that is called after it."""
    return [word for form in forms for word in ("--report", f"{form}=report.{form}")]


def test_a_workflow_is_started_where_github_has_it() -> None:
    """The page of the workflow that called; of another repository's, and outside of GitHub, none."""
    here = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "acme/flowers"}
    for called, page in (
        (
            "acme/flowers/.github/workflows/plan.yml@refs/pull/1/merge",
            "/acme/flowers/actions/workflows/plan.yml",
        ),
        ("other/flowers/.github/workflows/plan.yml@main", ""),
        ("", ""),
    ):
        assert workflow_link({**here, "GITHUB_WORKFLOW_REF": called}) == (
            page and f"https://github.example{page}"
        )
    assert workflow_link({}) == ""


def report(shop: Shop, form: str) -> str:
    """What stands in the report of that form."""
    return (shop.folder / f"report.{form}").read_text(encoding="utf-8")


def test_one_run_writes_every_form(shop: Shop) -> None:
    """All of them of the same plan."""
    ended = shop.run("plan", "--json", *all_forms(*FORMS))
    document = ended.json
    assert ended.code == 0
    assert json.loads(report(shop, "json")) == document
    assert ORDER in report(shop, "text") and "Plan: 1 to create" in report(shop, "text")
    assert report(shop, "markdown").startswith("<!-- reconciler:quickstart: -->\n")
    for form in ("markdown", "html"):
        assert document["digest"] in report(shop, form)
    assert [path.name for path in shop.folder.iterdir() if path.name.startswith(".report")] == []


@pytest.mark.parametrize(("form", "begin"), [("markdown", "<!-- reconciler:"), ("html", "<!doctype html>")])
def test_a_form_is_printed(shop: Shop, form: str, begin: str) -> None:
    """By `plan`, and by `show` of the saved plan the same."""
    planned = shop.run("plan", "--format", form, "--out", "p")
    assert planned.out.startswith(begin)
    shown = shop.run("show", str(shop.folder / "p"), "--format", form)
    assert shown.code == 0 and shown.out == planned.out


def test_a_plan_that_a_guard_refuses_is_reported(shop: Shop) -> None:
    """With the guard in front."""
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 1")
    assert shop.run("plan", *all_forms(*FORMS)).code == 4
    assert "Guard `max_commitment` refuses" in report(shop, "markdown")
    assert "<h1>Plan: refused by a guard</h1>" in report(shop, "html")
    assert shop.run("apply", "--yes", *all_forms("markdown", "json", "junit")).code == 4
    assert "Not applied: a guard refuses the plan" in report(shop, "markdown")
    assert json.loads(report(shop, "json"))["exit_code"] == 4
    assert fromstring(report(shop, "junit")).get("failures") == "1"


def test_faults_of_a_configuration_are_reported(shop: Shop) -> None:
    """Every form says that there is no plan and why; the comment keeps its marker, so that it is found."""
    shop.edit("config/orders.yaml", "ship_date", "shipdate")
    assert shop.run("plan", "-e", "prod", *all_forms(*FORMS)).code == 3
    assert report(shop, "markdown").startswith("<!-- reconciler:quickstart:prod -->\n### No plan: the config")
    for form in FORMS:
        assert "shipdate" in report(shop, form)
    assert json.loads(report(shop, "json"))["exit_code"] == 3


def test_an_account_that_refuses_is_reported(shop: Shop) -> None:
    """So is a token that is missing, and whatever else ends a run; a report of before does not stay."""
    assert shop.run("plan", *all_forms(*FORMS)).code == 0
    shop.variables["KOMET_COMPANY_TOKEN"] = ""
    ended = shop.run("plan", *all_forms(*FORMS))
    assert ended.code == 9
    assert "### No plan: the run ended with an error" in report(shop, "markdown")
    for form in FORMS:
        assert "KOMET_COMPANY_TOKEN" in report(shop, form)
        assert ORDER not in report(shop, form)


def test_an_apply_reports_its_outcome(shop: Shop) -> None:
    """The plan, and how each change ended; JSON is what `--json` prints."""
    ended = shop.run("apply", "--yes", "--json", *all_forms(*FORMS, "junit"))
    assert ended.code == 0
    assert json.loads(report(shop, "json")) == ended.json
    assert "### Applied" in report(shop, "markdown") and "<b>done</b>" in report(shop, "markdown")
    assert 'data-outcome="done"' in report(shop, "html")
    assert "Apply: 2 done." in report(shop, "text")
    assert fromstring(report(shop, "junit")).get("tests") == "2"


def test_an_apply_that_fails_half_way_reports_it(shop: Shop) -> None:
    """What failed stands beside its change."""
    shop.fault(method="purchase.order.create", kind="unknown_product")
    ended = shop.run("apply", "--yes", *all_forms("markdown", "junit"))
    assert ended.code == 7
    assert "### Partly applied" in report(shop, "markdown") and "<b>failed</b>" in report(shop, "markdown")
    assert fromstring(report(shop, "junit")).get("failures") == "1"


def test_a_termination_is_reported(served: Callable[[Hook], Shop]) -> None:
    """SIGTERM, with which CI ends a job, leaves reports that say so."""
    started: list[subprocess.Popen[bytes]] = []
    shop = served(lambda path: started[0].terminate())
    command = [sys.executable, "-m", "reconciler", "plan", *all_forms("markdown")]
    environment = shop.environment({"PYTHONUNBUFFERED": "1"})
    with subprocess.Popen(command, cwd=shop.folder, env=environment, stderr=subprocess.DEVNULL) as process:
        started.append(process)
        assert process.wait(60) == 1
    assert "interrupted; nothing was changed in Komet" in report(shop, "markdown")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--report", "html=no/where.html"), "there is no folder"),
        (("plan", "--report", "html=config"), "is a folder"),
        (("plan", "--report", "junit=a.xml"), "expected FORMAT=FILE"),
        (("plan", "--report", "html=a", "--report", "text=a"), "the same file"),
        (("apply", "--report", "sarif=a"), "expected FORMAT=FILE"),
        (("validate", "--report", "html=a"), "expected FORMAT=FILE"),
    ],
)
def test_a_report_that_cannot_be_is_wrong_usage(shop: Shop, arguments: tuple[str, ...], words: str) -> None:
    """Said in plain words before anything is read."""
    ended = shop.run(*arguments)
    assert ended.code == 64
    assert words in ended.err
    assert "reading account" not in ended.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_report_that_cannot_be_written_leaves_the_others_whole(shop: Shop) -> None:
    """And ends with 1, naming it."""
    closed = shop.folder / "closed"
    closed.mkdir(mode=0o500)
    ended = shop.run("plan", "--report", "text=closed/a", *all_forms("markdown"))
    assert ended.code == 1 and "closed/a cannot be written" in ended.err
    assert report(shop, "markdown")


def test_a_valid_configuration_in_every_form(shop: Shop) -> None:
    """Every file passed."""
    assert shop.run("validate", *all_forms("text", "json", "junit", "sarif")).code == 0
    names = [case.get("name") for case in fromstring(report(shop, "junit")).iter("testcase")]
    assert names == ["reconciler.yaml", "config/customers.yaml", "config/orders.yaml"]
    assert json.loads(report(shop, "sarif"))["runs"][0]["results"] == []
    assert json.loads(report(shop, "json"))["valid"] is True
    assert report(shop, "text").startswith("config is valid")


def test_faults_for_a_code_host(shop: Shop, tmp_path: Path) -> None:
    """Printed on stdout, while stderr tells a person; paths are those of the git repository."""
    (tmp_path / ".git").mkdir()
    shop.edit("config/orders.yaml", "ship_date", "shipdate")
    ended = shop.run("validate", "--format", "sarif", "--report", "junit=report.junit")
    assert ended.code == 3
    results = json.loads(ended.out)["runs"][0]["results"]
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results}
    assert uris == {f"{shop.folder.name}/config/orders.yaml"}
    assert "shipdate" in ended.err and "The configuration is not valid" in ended.err
    assert int(fromstring(report(shop, "junit")).get("failures") or 0) == len(results)


def test_the_comment_leads_to_the_run(shop: Shop) -> None:
    """What does not fit is to be found in the files of the CI run."""
    variables = {"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
    item = "{product: RSFRE60, box_type: HB, boxes: 1, unit: stem, bunches: 12, stems: 25, cost: 0.28}"
    orders = "\n".join(
        f"  order-{n}:\n    vendor: ROSALEDA\n    ship_date: 2027-02-01\n    location: MIA\n"
        f"    customer: bloomnet\n    comments: number {n}\n    items: {{freedom: {item}}}"
        for n in range(300)
    )
    (shop.folder / "config" / "orders.yaml").write_text(f"purchase_orders:\n{orders}\n", encoding="utf-8")
    ended = shop.run("plan", "--format", "markdown", "--report", "html=plan.html", **variables)
    assert "more changes not shown here" in ended.out
    assert "All of it is in `plan.html`. <https://git.example/a/b/actions/runs/7>" in ended.out
    assert len(ended.out.encode()) <= 65_000
