"""A customer of the configuration in canonical form, its carriers and locations looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.customers.fields import FIELDS, SHIP_TO_FIELDS, Field
from reconciler.kinds.kind import Notice, Scope
from reconciler.kinds.references import References
from reconciler.model.resource import DesiredResource, ResolvedResource
from reconciler.model.value import Json, Path, Value, decimal_text


def resolve_customer(desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
    """`desired` in canonical form: only what is written is managed, null asks to clear."""
    references = References(desired.address, scope, notice)
    written = desired.attributes
    komet = written["komet"]
    assert isinstance(komet, Mapping)
    fields = {
        name: _canonical(references, name, field, written[name])
        for name, field in FIELDS.items()
        if name in written
    }
    ship_tos: dict[str, Json] = {}
    if isinstance(section := written.get("ship_to"), Mapping):
        for name, each in sorted(section.items()):
            assert isinstance(each, Mapping)
            ship_tos[name] = _ship_to(references, each, ("ship_to", name))
    if references.failed:
        return None
    id, code = komet.get("id"), komet.get("code")
    attributes: dict[str, Json] = {
        "id": id if isinstance(id, int) else None,
        "code": str(code) if code is not None else None,
        "create": written.get("create") is True,
        "fields": fields,
        "ship_tos": ship_tos,
    }
    policy: dict[str, Json] = {"on_remove": str(written.get("on_remove") or "keep")}
    return ResolvedResource(desired.address, attributes, desired.origin, policy)


def _canonical(references: References, name: str, field: Field, value: Value) -> Json:
    if value is None or value == "":
        return None
    if field.form == "flag":
        return value is True
    if field.form == "amount":
        return decimal_text(Decimal(str(value)))
    if field.form in ("emails", "codes"):
        assert isinstance(value, Sequence)
        return _list(references, name, field, value)
    return str(value).strip()


def _list(references: References, name: str, field: Field, values: Sequence[Value]) -> Json:
    if field.form == "emails":
        found = {str(each).strip() for each in values}
    else:
        found = {references.entry("locations", each, (name, index)).code for index, each in enumerate(values)}
    listed: list[Json] = [*sorted(found)]
    return listed or None


def _ship_to(references: References, written: Mapping[str, Value], path: Path) -> Json:
    fields: dict[str, Json] = {
        name: str(written[name]).strip() or None if written[name] is not None else None
        for name in SHIP_TO_FIELDS
        if name in written
    }
    if "carrier" in written:
        carrier = written["carrier"]
        fields["carrier_id"] = (
            references.entry("carriers", carrier, (*path, "carrier")).id if carrier else None
        )
    return fields
