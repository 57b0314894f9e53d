"""Both sides of a customer as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.customers.fields import FIELDS, wanted_customer
from reconciler.kinds.kind import Comparison, Scope, ShipTo, Subject
from reconciler.model.change import Change
from reconciler.model.resource import Applied, LiveResource
from reconciler.model.value import Json, Path

UNSEEN = "(not shown by Komet)"
"""Stands for a value that nobody can see where it is to be cleared: it is not known to be empty."""


def compare_customers(subject: Subject, scope: Scope) -> Comparison:
    """Managed attributes and ship-tos. What Komet cannot show is compared with what was last applied."""
    live = subject.match.live
    if subject.resolved is None:
        is_kept = subject.applied is None or subject.applied.policy.get("on_remove") != "deactivate"
        active = live is not None and live.attributes["active"] is True and not is_kept
        return Comparison({"active": active}, {"active": False})
    wanted = wanted_customer(subject.resolved.attributes)
    before: dict[str, Json] = {}
    after: dict[str, Json] = {}
    incomparable: list[Path] = []
    for name, value in wanted.fields.items():
        known, old = (True, None) if live is None else field_before(subject, live, name)
        if not known:
            incomparable.append((name,))
        else:
            before[name], after[name] = old, value
    ships_before: dict[str, Json] = {}
    ships_after: dict[str, Json] = {}
    for name, each in wanted.ship_tos.items():
        found = live_ship_to(subject, name) if live is not None else None
        ships_after[name] = _shown(each, each, scope)
        if found is not None:
            ships_before[name] = _shown(found, each, scope)
    if live is None:
        created: dict[str, Json] = {"code": wanted.code, **after}
        return Comparison(
            {}, {name: value for name, value in created.items() if value is not None} | _section(ships_after)
        )
    return Comparison(
        before | _section(ships_before), after | _section(ships_after), incomparable=tuple(incomparable)
    )


def field_before(subject: Subject, live: LiveResource, name: str) -> tuple[bool, Json]:
    """Whether the value of `name` before is known, and that value."""
    field = FIELDS[name]
    if field.listed:
        return True, live.attributes[name]
    if field.details:
        details = live.attributes.get("details")
        return True, details.get(name) if isinstance(details, dict) else None
    wanted = wanted_customer(subject.resolved.attributes).fields.get(name) if subject.resolved else None
    unseen: Json = None if wanted is not None else UNSEEN
    if subject.rewrite:
        return True, unseen
    applied = subject.applied
    former = wanted_customer(applied.attributes).fields if applied else {}
    if name not in former:
        return _newly_managed(applied), unseen
    if name not in _unknown(applied):
        return True, former[name]
    return former[name] != wanted, unseen


def unsettled_fields(former: Mapping[str, Json], change: Change) -> dict[str, Json]:
    """The attributes of `former` that change when what `change` writes unseen is not known any more."""
    written = {each.path[0] for each in change.attributes}
    kept = {
        name: value
        for name, value in wanted_customer(former).fields.items()
        if FIELDS[name].is_readable or name not in written
    }
    return {"fields": kept}


def live_ship_to(subject: Subject, name: str) -> Mapping[str, Json] | None:
    """The live ship-to `name` stands for: by its name in Komet, else by the name it was last given there."""
    live = subject.match.live
    rows = live.attributes.get("ship_tos") if live else None
    ships = [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)]
    wanted = wanted_customer(subject.resolved.attributes).ship_tos if subject.resolved else {}
    former = wanted_customer(subject.applied.attributes).ship_tos if subject.applied else {}
    for source in (wanted, former):
        title = str(source.get(name, {}).get("name", "")).casefold()
        found = [row for row in ships if str(row["name"]).casefold() == title]
        if title and found:
            return min(found, key=lambda row: int(str(row["id"])))
    return None


def known_ship_tos(subject: Subject) -> dict[str, ShipTo]:
    """The wanted ship-tos of a customer that Komet has, by their names in the configuration."""
    if subject.address.kind != "customers" or subject.resolved is None or subject.match.live is None:
        return {}
    rows = {
        name: live_ship_to(subject, name) for name in wanted_customer(subject.resolved.attributes).ship_tos
    }
    return {
        name: ShipTo(int(str(row["id"])), str(row["name"])) for name, row in rows.items() if row is not None
    }


def _newly_managed(applied: Applied | None) -> bool:
    """An attribute that was added to a customer we know was not written by us before: it is to be."""
    return applied is not None


def _unknown(applied: Applied | None) -> frozenset[str]:
    paths = applied.attributes.get("unknown") if applied else None
    return frozenset(
        str(path[0]) for path in (paths if isinstance(paths, list) else []) if isinstance(path, list)
    )


def _shown(ship_to: Mapping[str, Json], wanted: Mapping[str, Json], scope: Scope) -> Json:
    shown: dict[str, Json] = {name: ship_to.get(name) for name in wanted if name != "carrier_id"}
    if "carrier_id" in wanted:
        id = ship_to.get("carrier_id")
        shown["carrier"] = scope.catalogue.label("carriers", id) if isinstance(id, int) else None
    return shown


def _section(ship_tos: Mapping[str, Json]) -> dict[str, Json]:
    return {"ship_to": dict(ship_tos)} if ship_tos else {}
