"""A parsed file to its sheet, checked by every rule that needs no other file."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.config.attributes import kept_bytes
from reconciler.config.circumstances import Circumstances
from reconciler.config.own_rules import own_faults
from reconciler.config.references import references
from reconciler.config.resources import Written, collect
from reconciler.config.rules import claims, is_for_standing_orders
from reconciler.config.sheet import Facts, Row, Sheet
from reconciler.config.yaml_document import Document
from reconciler.model.value import digest_of


def read_sheet(document: Document, circumstances: Circumstances) -> Sheet | None:
    """The sheet of `document`, or None when the file has any fault, whatever stands in others."""
    if document.faults or not document.is_whole:
        return None
    collection = collect([document], most=1)
    written = list(collection.resources.values())
    if collection.faults or any(fault for each in written for fault in own_faults(each, circumstances)):
        return None
    bodies = [kept_bytes(each.attributes) for each in written]
    rows: list[Row] = [
        (each.address.kind, each.address.name, *each.mark, digest_of(each.attributes), len(body))
        for each, body in zip(written, bodies, strict=True)
    ]
    moves = {old: move.new for old, move in collection.moves.items()}
    return Sheet(rows, b"".join(bodies), moves, _facts(written))


def _facts(written: Sequence[Written]) -> Facts:
    customers = [each for each in written if each.address.kind == "customers"]
    return Facts(
        needs=_needs(written),
        claims=[claim for each in written for claim in claims(each)],
        standing=[each.address.name for each in customers if is_for_standing_orders(each)],
        reserving=sorted({each.sound["customer"] for each in written if each.address.kind == "reservations"}),
        ship_tos={each.address.name: [*each.sound.get("ship_to", ())] for each in customers},
        shipping=sorted({pair for each in written for pair in _shipping(each)}),
    )


def _needs(written: Sequence[Written]) -> dict[str, dict[str, list[str]]]:
    needs: dict[str, dict[str, dict[str, None]]] = {}
    for each in written:
        of_kind = needs.setdefault(each.address.kind, {})
        for _, target in references(each.address.kind, each.attributes):
            of_kind.setdefault(target.kind, {})[target.name] = None
    return {kind: {target: [*names] for target, names in found.items()} for kind, found in needs.items()}


def _shipping(written: Written) -> list[tuple[str, str]]:
    ship_to = written.sound.get("ship_to") if written.address.kind == "prebooks" else None
    return [(written.sound["customer"], ship_to)] if isinstance(ship_to, str) else []
