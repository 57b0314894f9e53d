"""A verification as one JSON document, from which every other form is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.value import Json
from reconciler.verify.finding import Claim, Finding, Verification

FORMAT = 1
"""The version of the document's form."""


def verification_document(verification: Verification, project: str, at: datetime) -> dict[str, Json]:
    """The verification as JSON (`schemas/verify.schema.json`)."""
    calls = verification.calls
    findings: list[Json] = [_finding(each) for each in verification.findings]
    return {
        "format": FORMAT,
        "project": project,
        "at": at.isoformat(),
        "findings": findings,
        "unverifiable": [
            {
                "customer": each.customer,
                "text": each.text,
                "remedy": each.remedy,
                "addresses": _addresses(each.addresses),
                "is_fault": each.is_fault,
            }
            for each in verification.unverifiable
        ],
        "settled": _addresses(verification.settled),
        "visible": sum(each.is_visible for each in verification.findings),
        "not_visible": sum(not each.is_visible for each in verification.findings),
        "rounds": verification.rounds,
        "calls": {"predicted": calls.predicted, "made": calls.made, "diagnosis": calls.diagnosis},
        "exit_code": verification.exit_code,
    }


def _finding(finding: Finding) -> Json:
    return {
        "address": str(finding.address),
        "item": finding.item,
        "customer": finding.customer,
        "headline": finding.headline,
        "wanted": finding.wanted,
        "seen": finding.seen,
        "accepted": _claim(finding.accepted),
        "stored": _claim(finding.stored),
        "visible": _claim(finding.visible),
        "causes": [
            {"name": each.name.value, "text": each.text, "remedy": each.remedy, "test": each.test}
            for each in finding.causes
        ],
    }


def _claim(claim: Claim) -> Json:
    at = claim.at.isoformat() if claim.at else None
    return {"answered": claim.answered.value, "text": claim.text, "at": at}


def _addresses(addresses: Sequence[Address]) -> list[Json]:
    return [str(each) for each in addresses]
