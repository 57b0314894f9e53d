"""Customers as a configuration writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from reconciler.kinds.customers.answer import ALL, DETAILS, SHIP_TOS, detailed, listed_customers
from reconciler.kinds.customers.fields import FIELDS, SHIP_TO_FIELDS, Field, wanted_customer
from reconciler.kinds.customers.view import field_before, live_ship_to
from reconciler.kinds.kind import Reading, Scope, Subject
from reconciler.kinds.naming import distinct_names, slug
from reconciler.kinds.writing import (
    Accepted,
    Described,
    Drifted,
    Indescribable,
    Mention,
    Quest,
    plain_code,
)
from reconciler.model.query import Query
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json, Value

_LONGEST_CODE = 10
"""Characters of a customer's or a carrier's code (Komet API §3.1)."""


class CustomersWriting:
    """How customers are written: what an answer shows (Komet API §3.1), never what it hides."""

    hidden = tuple(name for name, each in FIELDS.items() if not each.is_readable)

    def calls(self, quest: Quest, scope: Scope) -> int:
        """One, and what each that is sought adds."""
        count = len(quest.codes) + len(quest.customers)
        return 1 + (2 * count if quest.is_thorough else len(quest.ship_tos))

    def seek(self, quest: Quest, scope: Scope) -> Reading:
        """One list of all, then two calls for each that is sought thoroughly: its details and its ship-tos.

        What is written of a customer beyond the list is read at every plan: so of others it is left.
        """
        (answer,) = yield [ALL]
        listed = listed_customers(answer)
        found = {
            id: each
            for id, each in listed.items()
            if id in quest.customers or str(each.attributes["code"]).lower() in quest.codes
        }
        queries = [
            Query(method, {"customerId": id})
            for id in found
            if id not in quest.managed
            for method in _methods(id, quest)
        ]
        answers = (yield queries) if queries else ()
        return tuple(_with_namesakes(each, listed) for each in detailed(found, queries, answers).values())

    def mentions(self, live: Sequence[LiveResource]) -> Sequence[Mention]:
        """None: a customer names no other one."""
        return ()

    def describe(
        self, live: Sequence[LiveResource], quest: Quest, scope: Scope
    ) -> Sequence[Described | Indescribable]:
        """Each customer with all that was read of it; ship-tos that share a name cannot be told apart."""
        return [_described(each, scope) for each in live if each.id not in quest.managed]

    def accept(
        self, subject: Subject, written: Mapping[str, Value], drifted: Drifted, scope: Scope
    ) -> Accepted:
        """Readable attributes and ship-tos; an attribute that was emptied in Komet becomes null."""
        live = subject.match.live
        assert subject.resolved is not None
        if live is None:
            return Accepted(written, left=("it does not exist in Komet yet",))
        after = dict(written)
        for name, wanted in wanted_customer(subject.resolved.attributes).fields.items():
            field = FIELDS[name]
            known, now = field_before(subject, live, name)
            if known and field.is_readable and now != wanted and (name,) in drifted:
                after[name] = _written(field, now)
        ship_tos = _ship_tos(subject, written.get("ship_to"), drifted, scope)
        if ship_tos:
            after["ship_to"] = ship_tos
        else:
            after.pop("ship_to", None)
        return Accepted(after)


def _methods(id: int, quest: Quest) -> tuple[str, ...]:
    if quest.is_thorough:
        return (DETAILS, SHIP_TOS)
    return (SHIP_TOS,) if id in quest.ship_tos else ()


def _with_namesakes(live: LiveResource, listed: Mapping[int, LiveResource]) -> LiveResource:
    """`live` without a code that others have too: only its id names it then."""
    code = str(live.attributes["code"]).lower()
    if sum(str(each.attributes["code"]).lower() == code for each in listed.values()) == 1:
        return live
    return replace(live, attributes={**live.attributes, "code": ""})


def _described(live: LiveResource, scope: Scope) -> Described:
    code, name = str(live.attributes["code"]), str(live.attributes["name"])
    listed = _rows(live.attributes.get("ship_tos"))
    titles = Counter(_title(each) for each in listed)
    ship_tos = [each for each in listed if titles[_title(each)] == 1]
    is_coded = 0 < len(code) <= _LONGEST_CODE
    attributes: dict[str, Value] = {"komet": {"code": code} if is_coded else {"id": live.id}}
    if name:
        attributes["name"] = name
    if live.attributes["active"] is False:
        attributes["active"] = False
    details = live.attributes.get("details")
    for field_name, value in (details if isinstance(details, dict) else {}).items():
        if value is not None:
            attributes[field_name] = _written(FIELDS[field_name], value)
    if ship_tos:
        names = distinct_names([(slug(each["name"]), slug(each["name"], each["id"])) for each in ship_tos])
        attributes["ship_to"] = {
            chosen: _ship_to(each, scope) for chosen, each in sorted(zip(names, ship_tos, strict=True))
        }
    unsaid = ("ship-tos of one name cannot be told apart",) if len(ship_tos) < len(listed) else ()
    return Described((slug(name), slug(name, code), slug(name, live.id)), attributes, live, unsaid)


def _title(ship_to: Mapping[str, Json]) -> str:
    return str(ship_to["name"]).strip().casefold()


def _rows(value: Json) -> list[dict[str, Json]]:
    rows = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return sorted(rows, key=lambda each: int(str(each["id"])))


def _written(field: Field, value: Json) -> Value:
    """The canonical `value` as a configuration has it."""
    return Decimal(str(value)) if field.form == "amount" and value is not None else value


def _ship_to(row: Mapping[str, Json], scope: Scope) -> dict[str, Value]:
    written: dict[str, Value] = {name: row[name] for name in SHIP_TO_FIELDS if row.get(name)}
    carrier = _carrier(row, scope)
    return written | ({"carrier": carrier} if carrier else {})


def _carrier(row: Mapping[str, Json], scope: Scope) -> str | None:
    id = row.get("carrier_id")
    return plain_code(scope.catalogue, "carriers", id, _LONGEST_CODE) if isinstance(id, int) else None


def _ship_tos(subject: Subject, written: Value, drifted: Drifted, scope: Scope) -> dict[str, Value]:
    """The section with live values; a ship-to that is gone from Komet goes."""
    assert subject.resolved is not None
    wanted = wanted_customer(subject.resolved.attributes).ship_tos
    after: dict[str, Value] = {}
    for name, each in (written if isinstance(written, Mapping) else {}).items():
        assert isinstance(each, Mapping)
        found = live_ship_to(subject, name)
        if found is None:
            if ("ship_to", name) not in drifted:
                after[name] = each
            continue
        after[name] = {
            key: _live_value(found, key, scope)
            if _has_moved(found, wanted[name], key) and ("ship_to", name, key) in drifted
            else value
            for key, value in each.items()
        }
    return after


def _has_moved(found: Mapping[str, Json], wanted: Mapping[str, Json], key: str) -> bool:
    name = "carrier_id" if key == "carrier" else key
    return name in wanted and found.get(name) != wanted[name]


def _live_value(found: Mapping[str, Json], key: str, scope: Scope) -> Value:
    return _carrier(found, scope) if key == "carrier" else found.get(key)
