"""What was found to be as wanted, until anything is written of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.database import Database
from reconciler.state.open import State
from reconciler.state.scope import Scope

WEEKLY, DAILY = Address("purchase_orders", "weekly"), Address("purchase_orders", "daily")
SHOP = Address("customers", "bloomnet")


def agreement(address: Address) -> Agreement:
    """An order of four boxes."""
    return Agreement(
        address, "w", "s", "a", "2027-02-01", 4, 650101, "P057101", {"on_remove": "keep"}, (SHOP,)
    )


def test_agreements_come_back(state: State, scope: Scope) -> None:
    """The newest of each address, of the scope and no other, until they are over."""
    state.agreements.put(scope, "light", [agreement(WEEKLY), agreement(DAILY)], [])
    state.agreements.put(scope, "light", [replace(agreement(WEEKLY), shown="t")], [DAILY])
    assert state.agreements.get(scope, "light") == {WEEKLY: replace(agreement(WEEKLY), shown="t")}
    assert state.agreements.get(Scope("other", None, scope.account), "light") == {}


def test_agreements_hold_in_one_light(state: State, scope: Scope) -> None:
    """What was judged by other settings or lists is not agreed on."""
    state.agreements.put(scope, "light", [agreement(WEEKLY)], [])
    assert state.agreements.get(scope, "dark") == {}
    state.agreements.put(scope, "dark", [agreement(WEEKLY)], [])
    assert state.agreements.get(scope, "light") == {}


def test_an_agreement_says_what_is_bound() -> None:
    """Id, number and ship date, and nothing else."""
    assert agreement(WEEKLY).binding == Binding(WEEKLY, 650101, "P057101", {"ship_date": "2027-02-01"})


@pytest.mark.parametrize(
    "write",
    [
        lambda state, scope: state.resources.bind(scope, Binding(WEEKLY, 1)),
        lambda state, scope: state.resources.record(scope, Applied(WEEKLY, {})),
        lambda state, scope: state.resources.record_all(
            scope, [Agreed(Applied(WEEKLY, {}), Binding(WEEKLY, 1))]
        ),
        lambda state, scope: state.resources.forget(scope, WEEKLY),
        lambda state, scope: state.resources.move(scope, WEEKLY, Address("purchase_orders", "monthly")),
        lambda state, scope: state.resources.move(scope, SHOP, Address("customers", "florist")),
        lambda state, scope: state.agreements.forget(scope, [WEEKLY]),
    ],
)
def test_whatever_is_written_ends_the_agreement(
    state: State, scope: Scope, write: Callable[[State, Scope], None]
) -> None:
    """Of the address, and of what it depends on by another name; the others keep theirs."""
    for each in (SHOP, DAILY):
        state.resources.bind(scope, Binding(each, 7))
    state.resources.record(scope, Applied(WEEKLY, {}, {}, (SHOP,)))
    state.agreements.put(scope, "light", [agreement(WEEKLY), agreement(Address("prebooks", "other"))], [])
    write(state, scope)
    assert state.agreements.get(scope, "light").keys() == {Address("prebooks", "other")}


def test_an_agreement_changed_from_outside_is_an_error(
    state: State, scope: Scope, database: Database
) -> None:
    """It is not taken for anything."""
    state.agreements.put(scope, "light", [agreement(WEEKLY)], [])
    database.execute("UPDATE agreements SET agreement = '[]'")
    with pytest.raises(StateError, match="changed from outside"):
        state.agreements.get(scope, "light")
