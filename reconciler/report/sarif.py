"""The faults of a configuration as SARIF 2.1.0, which code hosts show at the line they are about."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

from reconciler import __version__
from reconciler.model.inert import inert
from reconciler.model.value import Json
from reconciler.report.report import Document, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_RULES: list[tuple[str, str]] = [
    ("invalid-configuration", "The configuration says something that cannot be meant."),
    ("run-failed", "The configuration could not be checked."),
]


def render_sarif(report: Report, *, folder: str = "") -> str:
    """`report` as one run. `folder` leads from the root of the git repository to that of the configuration:
    code hosts look for files from the former."""
    faults = report.error.get("diagnostics") or [] if report.error else []
    results: list[Json] = [_result(each, folder) for each in faults]
    if report.error is not None and not faults:
        results.append(
            {"ruleId": "run-failed", "level": "error", "message": _message(report.error["message"])}
        )
    document: dict[str, Json] = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": report.error is None or bool(faults)}],
                "results": results,
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _driver() -> dict[str, Json]:
    rules: list[Json] = [
        {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}}
        for name, text in _RULES
    ]
    return {"name": "reconciler", "version": __version__, "rules": rules}


def _result(each: Document, folder: str) -> Json:
    origin = each["origin"]
    result: dict[str, Json] = {
        "ruleId": "invalid-configuration",
        "level": "error" if each["severity"] == "error" else "warning",
        "message": _message(_words(each)),
        "partialFingerprints": {"fault/v1": _fingerprint(each)},
    }
    if origin is None:
        return result
    locations: list[Json] = [_location(origin, folder)]
    related: list[Json] = [
        _location(other, folder) | {"message": _message("also here")} for other in each["also"]
    ]
    return result | {"locations": locations} | ({"relatedLocations": related} if related else {})


def _words(each: Document) -> str:
    near = f" Did you mean {each['suggestion']}?" if each["suggestion"] is not None else ""
    detail = f" {each['detail']}" if each["detail"] else ""
    return f"{each['summary']}.{near}{detail}"


def _location(origin: Document, folder: str) -> dict[str, Json]:
    uri = quote("/".join(part for part in (folder, origin["file"]) if part))
    region: dict[str, Json] = {"startLine": origin["line"], "startColumn": origin["column"]}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _message(text: str) -> dict[str, Json]:
    """A message without what would be a link in it: `[words](where)`."""
    return {"text": inert(text).replace("](", "] (")}


def _fingerprint(each: Document) -> str:
    """The same for the same fault when lines above it come and go."""
    file = each["origin"]["file"] if each["origin"] else ""
    told = "\n".join([file, each["summary"], str(each["address"]), (each["source"] or "").strip()])
    return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:32]
