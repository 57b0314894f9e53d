"""Bindings and applied values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.database import Column, Database, Row
from reconciler.state.open import State
from reconciler.state.scope import Scope
from state.conftest import Place

ORDER = Address("purchase_orders", "valentines")
OTHER = Address("purchase_orders", "mothers-day")
CUSTOMER = Address("customers", "bloomnet")


def test_a_binding_comes_back_as_it_was(state: State, scope: Scope) -> None:
    """All that a binding says survives, none of it converted."""
    binding = Binding(ORDER, 650101, "P057101", {"ship_date": "2027-02-01"}, ("P057000", "010225"))
    state.resources.bind(scope, binding)
    assert state.resources.bindings(scope) == {ORDER: binding}


def test_applied_values_come_back_as_they_were(state: State, scope: Scope) -> None:
    """All that was applied survives, with where it was written and what it depends on."""
    applied = Applied(
        ORDER,
        {"items": {"rosé": {"price": "0.42", "boxes": 4}}, "confirmed": False, "carrier": None},
        {"protect": True},
        (CUSTOMER,),
        Origin("config/orders.yaml", 3, 5),
    )
    state.resources.record(scope, applied)
    assert state.resources.applied(scope) == {ORDER: applied}


def test_the_last_word_counts(state: State, scope: Scope) -> None:
    """Binding or recording again replaces what was known."""
    for number in (1, 2):
        state.resources.bind(scope, Binding(ORDER, number))
        state.resources.record(scope, Applied(ORDER, {"boxes": number}))
    assert state.resources.bindings(scope)[ORDER].id == 2
    assert state.resources.applied(scope)[ORDER].attributes == {"boxes": 2}


def test_decimals_are_remembered_as_their_digits(state: State, scope: Scope) -> None:
    """An amount that slipped through as a Decimal becomes its text, never a float."""
    attributes: Any = {"price": Decimal("0.420")}
    state.resources.record(scope, Applied(ORDER, attributes))
    assert state.resources.applied(scope)[ORDER].attributes == {"price": "0.42"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        Scope("other", None, "api.kometsales.com/6316"),
        Scope("bloomnet-miami", "staging", "api.kometsales.com/6316"),
        Scope("bloomnet-miami", None, "api.kometsales.com/1"),
    ],
)
def test_scopes_do_not_see_each_other(state: State, scope: Scope, elsewhere: Scope) -> None:
    """Another project, environment or account knows nothing of ours."""
    state.resources.bind(scope, Binding(ORDER, 1))
    state.resources.record(scope, Applied(ORDER, {}))
    assert state.resources.bindings(elsewhere) == {}
    assert state.resources.applied(elsewhere) == {}


def test_resources_come_in_the_order_of_their_addresses(state: State, scope: Scope) -> None:
    """Order is decided: by address, whenever they were bound."""
    for address in (ORDER, CUSTOMER, OTHER):
        state.resources.bind(scope, Binding(address, 1))
        state.resources.record(scope, Applied(address, {}))
    assert list(state.resources.bindings(scope)) == [CUSTOMER, OTHER, ORDER]
    assert list(state.resources.applied(scope)) == [CUSTOMER, OTHER, ORDER]


def test_what_was_agreed_is_recorded_together(state: State, scope: Scope) -> None:
    """`record_all` binds and records each."""
    agreed = [Agreed(Applied(each, {"a": 1}), Binding(each, 7)) for each in (ORDER, OTHER)]
    state.resources.record_all(scope, agreed)
    assert set(state.resources.bindings(scope)) == set(state.resources.applied(scope)) == {ORDER, OTHER}


def test_what_was_agreed_is_recorded_whole_or_not_at_all(state: State, scope: Scope) -> None:
    """One that cannot be stored takes back those before it."""
    agreed = [
        Agreed(Applied(ORDER, {}), Binding(ORDER, 1)),
        Agreed(Applied(OTHER, {}), Binding(OTHER, 2**70)),
    ]
    with pytest.raises(StateError, match="too large"):
        state.resources.record_all(scope, agreed)
    assert state.resources.bindings(scope) == {}


def test_forgetting_leaves_nothing(state: State, scope: Scope) -> None:
    """A forgotten address has neither binding nor applied values, and may be forgotten again."""
    state.resources.record_all(scope, [Agreed(Applied(ORDER, {}), Binding(ORDER, 1))])
    state.resources.forget(scope, ORDER)
    state.resources.forget(scope, ORDER)
    assert state.resources.bindings(scope) == {}
    assert state.resources.applied(scope) == {}


def test_a_move_keeps_the_resource(state: State, scope: Scope) -> None:
    """What was known under the old address is known under the new one, and only there."""
    state.resources.record_all(scope, [Agreed(Applied(ORDER, {"a": 1}), Binding(ORDER, 1))])
    state.resources.move(scope, ORDER, OTHER)
    assert state.resources.bindings(scope) == {OTHER: Binding(OTHER, 1)}
    assert state.resources.applied(scope) == {OTHER: Applied(OTHER, {"a": 1})}


def test_a_move_is_followed_by_those_who_depend_on_it(state: State, scope: Scope) -> None:
    """Dependencies that outlive the file name the new address."""
    moved = Address("customers", "bloom")
    state.resources.record(scope, Applied(CUSTOMER, {}))
    state.resources.record(scope, Applied(ORDER, {}, {}, (CUSTOMER, OTHER)))
    state.resources.move(scope, CUSTOMER, moved)
    assert state.resources.applied(scope)[ORDER].depends_on == (moved, OTHER)


def test_a_move_may_be_repeated(state: State, scope: Scope) -> None:
    """`moved:` stays in the file: doing it again changes nothing."""
    state.resources.bind(scope, Binding(ORDER, 1))
    state.resources.move(scope, ORDER, OTHER)
    state.resources.move(scope, ORDER, OTHER)
    assert list(state.resources.bindings(scope)) == [OTHER]


def test_a_move_never_loses_a_resource(state: State, scope: Scope) -> None:
    """Where both addresses have a resource, the move is refused and nothing changes."""
    state.resources.bind(scope, Binding(ORDER, 1))
    state.resources.bind(scope, Binding(OTHER, 2))
    with pytest.raises(StateError, match="cannot be moved"):
        state.resources.move(scope, ORDER, OTHER)
    assert {binding.id for binding in state.resources.bindings(scope).values()} == {1, 2}


@pytest.mark.parametrize("garbage", ["{", "[]", '"text"', "{},{}"])
def test_a_value_changed_from_outside_is_an_error(
    state: State, database: Database, scope: Scope, garbage: str
) -> None:
    """What is no JSON object where one belongs is told, not guessed at."""
    state.resources.record(scope, Applied(ORDER, {}))
    database.execute("UPDATE applied SET attributes = ?", (garbage,))
    with pytest.raises(StateError, match="changed from outside"):
        dict(state.resources.applied(scope)[ORDER].attributes)


def test_addresses_are_sorted_as_python_sorts(state: State, scope: Scope) -> None:
    """Whatever language the database is set to, the order of a plan does not depend on it."""
    names = ["a-b", "ab", "B", "a_c", "A", "a.d", "é", "z", "Z", "a b"]
    for name in names:
        state.resources.bind(scope, Binding(Address("customers", name), 1))
    assert [address.name for address in state.resources.bindings(scope)] == sorted(names)


def test_some_bindings_are_picked(state: State, scope: Scope) -> None:
    """Those that are asked for, and the addresses beside those that are known."""
    for number, each in enumerate((ORDER, OTHER, CUSTOMER)):
        state.resources.bind(scope, Binding(each, number))
    assert state.resources.bound_beside(scope, [OTHER]) == {ORDER, CUSTOMER}
    assert state.resources.bindings_of(scope, {ORDER, Address("prebooks", "x")}) == {ORDER: Binding(ORDER, 0)}


def test_however_many_bindings_are_picked_they_are_found(state: State, scope: Scope) -> None:
    """In as many statements as it takes."""
    many = [Address("purchase_orders", f"order-{number}") for number in range(1_001)]
    state.resources.record_all(scope, [Agreed(Applied(each, {}), Binding(each, 1)) for each in many])
    assert state.resources.bindings_of(scope, many).keys() == set(many)
    applied = state.resources.applied_when_asked(scope, many)
    assert all(applied[each].address == each for each in many)


def test_what_was_applied_is_read_when_somebody_asks(
    state: State, scope: Scope, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for at first is there; the rest comes one by one, and all together when all are told."""
    for each in (ORDER, OTHER, CUSTOMER):
        state.resources.record(scope, Applied(each, {"name": each.name}))
    found = state.resources.applied_when_asked(scope, [ORDER, Address("prebooks", "x")])
    queries: list[str] = []
    query = database.query

    def noted(sql: str, values: Sequence[Column] = ()) -> list[Row]:
        queries.append(sql)
        return query(sql, values)

    monkeypatch.setattr(database, "query", noted)
    assert found[ORDER].attributes == {"name": "valentines"}
    assert found.get(Address("prebooks", "x")) is None
    assert queries == []
    assert found[OTHER].attributes == {"name": "mothers-day"}
    assert OTHER in found and Address("prebooks", "y") not in found
    assert len(queries) == 2
    assert dict(found) == state.resources.applied(scope)
    with pytest.raises(KeyError):
        found[Address("prebooks", "x")]


def test_what_is_read_at_one_moment_is_not_torn(place: Place, scope: Scope) -> None:
    """Whatever another process writes meanwhile is not seen before it is over."""
    with place.open() as ours, place.open() as theirs:
        ours.resources.bind(scope, Binding(ORDER, 1))
        with ours.at_one_moment():
            assert ours.resources.bindings(scope).keys() == {ORDER}
            theirs.resources.bind(scope, Binding(OTHER, 2))
            assert ours.resources.bindings(scope).keys() == {ORDER}
        assert ours.resources.bindings(scope).keys() == {ORDER, OTHER}
