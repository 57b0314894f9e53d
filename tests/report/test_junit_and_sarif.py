"""A run for the machines of a code host: JUnit and SARIF."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from reconciler.model.event import Outcome
from reconciler.report.document import plan_document
from reconciler.report.junit import render_junit
from reconciler.report.report import Report
from reconciler.report.sarif import render_sarif
from report.plans import full_document, full_plan, summary_of

FAULT: dict[str, Any] = {
    **full_document()["diagnostics"][0],
    "severity": "error",
    "summary": "unknown key 'shipdate'",
    "suggestion": "ship_date",
    "detail": "see the schema",
    "origin": {"file": "config/a b.yaml", "line": 12, "column": 7},
    "also": [{"file": "config/c.yaml", "line": 3, "column": 1}],
}
INVALID = {"kind": "ConfigurationError", "message": "x", "diagnostics": [FAULT, {**FAULT, "origin": None}]}
BROKEN = {"kind": "UsageError", "message": "no reconciler.yaml"}


def suite(report: Report) -> Element:
    """The one suite."""
    (found,) = fromstring(render_junit(report)).iter("testsuite")
    counts = [found.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == [
        str(len(found.findall(path)))
        for path in ("testcase", "testcase/failure", "testcase/error", "testcase/skipped")
    ]
    return found


def test_every_file_of_a_valid_configuration_passed() -> None:
    """A test for each."""
    found = suite(Report("validate", files=("reconciler.yaml", "config/a.yaml")))
    assert [case.get("name") for case in found] == ["reconciler.yaml", "config/a.yaml"]
    assert found.get("failures") == "0"


def test_every_fault_failed() -> None:
    """Where it stands is its class, what is wrong its name, how to go on its text."""
    found = suite(Report("validate", error=INVALID))
    case = found[0]
    assert (case.get("classname"), case.get("name")) == ("config/a b.yaml:12", "unknown key 'shipdate'")
    assert case[0].text == "unknown key 'shipdate'\ndid you mean ship_date?\nsee the schema"
    assert found.get("failures") == "2" and found.get("errors") == "0"
    broken = suite(Report("validate", error=BROKEN))
    assert broken.get("errors") == "1" and broken[0][0].get("message") == "no reconciler.yaml"


def test_every_change_of_an_apply_is_a_test() -> None:
    """What failed, went stale or is in doubt fails; what waits or was not begun is left out."""
    plan = full_plan()
    ended = (
        *(Outcome.DONE, Outcome.SKIPPED, Outcome.FAILED, Outcome.STALE),
        Outcome.IN_DOUBT,
        Outcome.WAITING,
    )
    summary = summary_of(plan, *ended, Outcome.NOT_STARTED, error="Komet went away")
    found = suite(Report("apply", plan=plan_document(plan), summary=summary))
    words = [[inner.tag for inner in case] for case in found]
    assert words == [["failure"], [], [], *[["failure"]] * 3, ["skipped"], ["skipped"], [], ["error"]]
    assert found[0].get("classname") == "guards"


def test_a_fault_stands_at_its_line() -> None:
    """By the file's way from the root of the git repository, as a URI, in code points."""
    report = json.loads(render_sarif(Report("validate", error=INVALID), folder="stock/miami"))
    (run,) = report["runs"]
    first, second = run["results"]
    assert report["version"] == "2.1.0" and run["columnKind"] == "unicodeCodePoints"
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "stock/miami/config/a%20b.yaml"},
                "region": {"startLine": 12, "startColumn": 7},
            }
        }
    ]
    assert first["message"]["text"] == "unknown key 'shipdate'. Did you mean ship_date? see the schema"
    assert (
        first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "stock/miami/config/c.yaml"
    )
    assert "locations" not in second
    assert {each["ruleId"] for each in run["results"]} <= {
        each["id"] for each in run["tool"]["driver"]["rules"]
    }


def test_a_fault_is_known_again_when_lines_move() -> None:
    """Its fingerprint depends on what and in which file, not on where."""

    def fingerprint(**more: Any) -> str:
        error = {**INVALID, "diagnostics": [{**FAULT, **more}]}
        (result,) = json.loads(render_sarif(Report("validate", error=error)))["runs"][0]["results"]
        return str(result["partialFingerprints"])

    moved = {"file": "config/a b.yaml", "line": 99, "column": 1}
    assert fingerprint() == fingerprint(origin=moved)
    assert fingerprint() != fingerprint(origin={**moved, "file": "config/d.yaml"})
    assert fingerprint() != fingerprint(summary="another")


def test_a_run_that_could_not_check_anything_is_no_success() -> None:
    """No results would mean that all is well."""
    (run,) = json.loads(render_sarif(Report("validate", error=BROKEN)))["runs"]
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert [each["ruleId"] for each in run["results"]] == ["run-failed"]
    (fine,) = json.loads(render_sarif(Report("validate")))["runs"]
    assert fine["invocations"] == [{"executionSuccessful": True}] and fine["results"] == []
