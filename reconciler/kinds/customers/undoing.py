"""What a customer was like before its attributes were changed, as far as anybody saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.kinds.customers.fields import FIELDS, wanted_customer
from reconciler.model.change import AttributeChange
from reconciler.model.value import Json


def restored_customer(
    now: Mapping[str, Json], former: Mapping[str, Json], changed: Sequence[AttributeChange]
) -> tuple[dict[str, Json], tuple[str, ...]]:
    """The attributes `now` with what `changed` put back, and what cannot be, in a sentence each.

    What Komet does not show is put back from what was recorded `former`ly. A ship-to that was added stays,
    since no call removes one (Komet API §3.5).
    """
    fields, ship_tos, then = dict(wanted_customer(now).fields), _ship_tos(now), _ship_tos(former)
    recorded = _recorded(former)
    left: list[str] = []
    for each in changed:
        match each.path:
            case (str(name),) if name in FIELDS and FIELDS[name].is_readable:
                fields[name] = each.before
            case (str(name),) if name in recorded:
                fields[name] = recorded[name]
            case (str(name),):
                left.append(f"{name} stays: what it was before was neither shown by Komet nor recorded")
                fields.pop(name, None)
            case ("ship_to", str(ship_to)):
                left.append(f"the ship-to {ship_to} stays: no call removes one")
                ship_tos.pop(ship_to, None)
            case ("ship_to", str(ship_to), "carrier") if "carrier_id" not in then.get(ship_to, {}):
                left.append(f"the carrier of the ship-to {ship_to} stays: what it was before is not recorded")
                ship_tos[ship_to].pop("carrier_id", None)
            case ("ship_to", str(ship_to), "carrier"):
                ship_tos[ship_to]["carrier_id"] = then[ship_to]["carrier_id"]
            case ("ship_to", str(ship_to), str(name)):
                ship_tos[ship_to][name] = each.before
            case _:
                raise AssertionError(f"a customer has no attribute {each.path}")
    shown: dict[str, Json] = {name: dict(one) for name, one in ship_tos.items()}
    return {**now, "fields": fields, "ship_tos": shown}, tuple(left)


def _recorded(former: Mapping[str, Json]) -> dict[str, Json]:
    """The attributes whose value was known when they were recorded."""
    unknown = former.get("unknown")
    names = [path[0] for path in (unknown if isinstance(unknown, list) else ()) if isinstance(path, list)]
    fields = wanted_customer(former).fields if former else {}
    return {name: value for name, value in fields.items() if name not in names}


def _ship_tos(now: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    return {name: dict(each) for name, each in wanted_customer(now).ship_tos.items()} if now else {}


def reactivated(former: Mapping[str, Json]) -> dict[str, Json]:
    """The attributes of a customer that was deactivated, as one that is active again."""
    return {**former, "fields": {**wanted_customer(former).fields, "active": True}}
