"""A run as JUnit XML: a file or a change is a test that passed, failed or was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from reconciler.model.inert import inert
from reconciler.report.report import Document, Report
from reconciler.report.words import OUTCOMES, place_words

_FAILING = frozenset({"stale", "failed", "in_doubt"})
_OPEN = frozenset({"waiting_for_operator", "not_started"})
_NOT_XML = re.compile(r"[\ufffe\uffff]")


class Test(Struct, frozen=True):
    """One test: `ending` is `passed`, `failure`, `error` or `skipped`, `word` its sort in one word."""

    group: str
    name: str
    ending: str = "passed"
    word: str = ""
    message: str = ""


def render_junit(report: Report) -> str:
    """`report` as one suite: each file or fault of a configuration is a test, each change of an apply."""
    tests = list(_tests(report))
    endings = [test.ending for test in tests]
    suite = Element("testsuite", name=f"reconciler {report.command}", tests=str(len(tests)))
    for attribute, ending in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(endings.count(ending)))
    for test in tests:
        _add(suite, test)
    suites = Element("testsuites", dict(suite.attrib))
    suites.append(suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _tests(report: Report) -> Iterator[Test]:
    for file in report.files:
        yield Test("configuration", file)
    faults = report.error.get("diagnostics") or [] if report.error else []
    for each in faults:
        yield _fault(each)
    if report.plan is not None:
        for guard in report.plan["guards"]:
            if guard["verdict"] == "refused":
                yield Test("guards", guard["name"], "failure", "refused", guard["detail"])
    for change in report.summary["changes"] if report.summary else ():
        yield _change(change)
    yield from _end(report, is_told=bool(faults))


def _fault(each: Document) -> Test:
    place = place_words(each["origin"]) or str(each["address"] or "configuration")
    near = f"\ndid you mean {each['suggestion']}?" if each["suggestion"] is not None else ""
    detail = f"\n{each['detail']}" if each["detail"] else ""
    return Test(place, each["summary"], "failure", each["severity"], f"{each['summary']}{near}{detail}")


def _change(change: Document) -> Test:
    kind, _, name = change["address"].partition(".")
    outcome = change["outcome"]
    ending = "failure" if outcome in _FAILING else "skipped" if outcome in _OPEN else "passed"
    message = "\n".join([OUTCOMES[outcome], *filter(None, [change["message"]]), *change["waiting"]])
    return Test(kind, name, ending, outcome, message)


def _end(report: Report, *, is_told: bool) -> Iterator[Test]:
    """What ended the run, unless its faults say so already."""
    if report.error is not None and not is_told:
        yield Test("reconciler", report.command, "error", report.error["kind"], report.error["message"])
    if report.summary is not None and report.summary["error"]:
        yield Test("reconciler", report.command, "error", "ended_early", report.summary["error"])


def _add(suite: Element, test: Test) -> None:
    case = SubElement(suite, "testcase", classname=_text(test.group), name=_text(test.name))
    if test.ending == "passed":
        return
    lines = [_text(line) for line in test.message.split("\n")]
    ended = SubElement(case, test.ending, message=lines[0])
    if test.ending != "skipped":
        ended.set("type", _text(test.word))
    ended.text = "\n".join(lines)


def _text(text: str) -> str:
    """What XML can hold: no control characters, no non-characters."""
    return _NOT_XML.sub("\ufffd", inert(text))
