"""The steps that carry a customer from what is live to what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from reconciler.kinds.customers.fields import FIELDS, SHIP_TO_FIELDS, WantedCustomer, wanted_customer
from reconciler.kinds.customers.view import compare_customers, live_ship_to
from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer
from reconciler.model.resource import LiveResource
from reconciler.model.step import ApiStep, CallResult, OperatorStep, Step, known_after_apply
from reconciler.model.value import Json

_SCREEN = "Setup > Customers"


def lower_customer(subject: Subject, scope: Scope) -> tuple[Step, ...]:
    """customer.add or one customer.update, then a call for each ship-to that differs (Komet API §3)."""
    steps = list(_steps(subject, scope))
    return tuple(replace(step, number=number) for number, step in enumerate(steps, start=1))


def interpret_customer(step: ApiStep, answer: Answer) -> CallResult:
    """The id of what was added (A31); a later list tells it where the answer does not."""
    row = row_of(answer)
    if step.method == "customer.add" and (id := row.integer("customerId")) is not None:
        return CallResult({"id": id})
    if step.method == "customer.shipto.add" and (id := row.integer("shipToId")) is not None:
        return CallResult({f"ship_to:{step.params['name']}": id})
    return CallResult()


def _steps(subject: Subject, scope: Scope) -> Iterator[Step]:
    live = subject.match.live
    if subject.resolved is None:
        if live is not None and compare_customers(subject, scope).before["active"]:
            params: dict[str, Json] = {"customerId": live.id, "name": live.attributes["name"], "active": 0}
            yield ApiStep(0, "customer.update", params, "deactivate the customer", paths=(("active",),))
        return
    wanted = wanted_customer(subject.resolved.attributes)
    if live is None:
        yield from _added(subject.address, wanted)
        customer: Json = known_after_apply(subject.address, "id")
    else:
        yield from _updated(subject, wanted, live, scope)
        customer = live.id
    yield from _ship_to_steps(subject, wanted, customer, scope)


def _added(address: Address, wanted: WantedCustomer) -> Iterator[Step]:
    """customer.add takes all but `active`, which a new customer is."""
    params: dict[str, Json] = {"name": wanted.fields.get("name") or wanted.code}
    if wanted.code:
        params["code"] = wanted.code
    for name, value in wanted.fields.items():
        if FIELDS[name].add and value is not None:
            params[FIELDS[name].param] = FIELDS[name].sent(value)
    yield ApiStep(0, "customer.add", params, "create the customer", reversible=False)
    if wanted.fields.get("active") is False:
        inactive = {"customerId": known_after_apply(address, "id"), "name": params["name"], "active": 0}
        yield ApiStep(0, "customer.update", inactive, "deactivate the customer", paths=(("active",),))


def _updated(subject: Subject, wanted: WantedCustomer, live: LiveResource, scope: Scope) -> Iterator[Step]:
    """One customer.update with every value that is known to be wanted, since it may wipe what is left out."""
    comparison = compare_customers(subject, scope)
    changed = [name for name in wanted.fields if comparison.before.get(name) != comparison.after.get(name)]
    sendable = [name for name in changed if FIELDS[name].update]
    if sendable:
        params: dict[str, Json] = {"customerId": live.id, "name": live.attributes["name"]}
        unseen = {path[0] for path in comparison.incomparable}
        for name, value in wanted.fields.items():
            if FIELDS[name].update and name not in unseen:
                params[FIELDS[name].param] = FIELDS[name].sent(value)
        does = f"set {', '.join(name.replace('_', ' ') for name in sendable)}"
        yield ApiStep(0, "customer.update", params, does, paths=tuple((name,) for name in sendable))
    for name in changed:
        if not FIELDS[name].update:
            yield _by_hand(live, name, comparison.before.get(name), wanted.fields[name])


def _by_hand(live: LiveResource, name: str, before: Json, after: Json) -> OperatorStep:
    title = str(live.attributes["code"] or live.attributes["name"])
    word = name.replace("_", " ")
    text = f"{_SCREEN} > {title}: {word} {before or 'none'} → {after or 'none'}"
    return OperatorStep(0, f"{name} {live.id}", _SCREEN, title, text, before, after)


def _ship_to_steps(subject: Subject, wanted: WantedCustomer, customer: Json, scope: Scope) -> Iterator[Step]:
    for name, each in wanted.ship_tos.items():
        found = live_ship_to(subject, name) if subject.match.live is not None else None
        params: dict[str, Json] = {"customerId": customer} | _ship_to_params(each)
        path = (("ship_to", name),)
        if found is None:
            params = {key: value for key, value in params.items() if value != ""}
            yield ApiStep(
                0, "customer.shipto.add", params, f"add the ship-to {name}", reversible=False, paths=path
            )
        elif any(found.get(key) != value for key, value in each.items()):
            params = {"shipToId": found["id"]} | params
            yield ApiStep(0, "customer.shipto.update", params, f"change the ship-to {name}", paths=path)


def _ship_to_params(ship_to: Mapping[str, Json]) -> dict[str, Json]:
    params: dict[str, Json] = {
        key: ship_to[name] if ship_to[name] is not None else ""
        for name, key in SHIP_TO_FIELDS.items()
        if name in ship_to
    }
    if "carrier_id" in ship_to:
        params["carrierId"] = ship_to["carrier_id"] if ship_to["carrier_id"] is not None else ""
    return params
