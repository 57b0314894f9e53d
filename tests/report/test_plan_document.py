"""The plan as one JSON document, and back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from world import CUSTOMERS, World

from reconciler.errors import PlanUnusable
from reconciler.model.change import AttributeChange, Change
from reconciler.model.plan import Plan
from reconciler.model.value import Json, digest_of
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from report.plans import full_plan

ORDER = """\
purchase_orders:
  weekly:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    location: MIA
    customer: bloomnet
    items:
      freedom: {product: RSFRE60, box_type: HB, boxes: 4, unit: stem, bunches: 12, stems: 25, cost: 0.28}
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A plan with one change."""
    world = World.make(tmp_path)
    world.write(all=CUSTOMERS + ORDER)
    found = world.plan()
    world.close()
    return found


def resealed(document: dict[str, Json]) -> dict[str, Json]:
    """The document with a digest that fits."""
    rest = {name: value for name, value in document.items() if name != "digest"}
    return rest | {"digest": digest_of(rest)}


def with_attribute(plan: Plan, attribute: AttributeChange) -> Plan:
    (change,) = plan.changes
    changed: Change = replace(change, attributes=(attribute,))
    return replace(plan, changes=(changed,))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
attributes = st.builds(
    AttributeChange,
    st.lists(st.text(max_size=4) | st.integers(0, 99), min_size=1, max_size=4).map(tuple),
    json_values,
    json_values,
)
_PLAN: list[Plan] = []


@given(attributes)
def test_every_value_survives_the_document(attribute: AttributeChange) -> None:
    """Whatever stands in an attribute comes back through JSON text as it was, texts beside numbers."""
    changed = with_attribute(_plan_once(), attribute)
    document = json.loads(json.dumps(plan_document(changed)))
    assert plan_from_document(document) == changed


def _plan_once() -> Plan:
    if not _PLAN:
        with tempfile.TemporaryDirectory() as folder:
            world = World.make(Path(folder))
            world.write(all=CUSTOMERS + ORDER)
            _PLAN.append(world.plan())
            world.close()
    return _PLAN[0]


def test_a_sensitive_value_is_not_in_the_document(plan: Plan) -> None:
    """What is marked is shown as withheld on the sides that have a value, wherever it stands."""
    hidden = with_attribute(plan, AttributeChange(("token",), None, "sesame", sensitive=True))
    document = plan_document(hidden)
    assert "sesame" not in json.dumps(document)
    changes = document["changes"]
    assert isinstance(changes, list) and isinstance(changes[0], dict)
    assert changes[0]["attributes"] == [
        {"path": ["token"], "before": None, "after": "(sensitive)", "sensitive": True}
    ]


def _altered(document: dict[str, Json]) -> dict[str, Json]:
    changes = document["changes"]
    assert isinstance(changes, list) and isinstance(changes[0], dict)
    changes[0]["commitment"] = "0"
    return document


def test_an_altered_document_is_refused(plan: Plan) -> None:
    """The digest covers every member."""
    document = json.loads(json.dumps(plan_document(plan)))
    with pytest.raises(PlanUnusable, match="altered"):
        plan_from_document(_altered(document))


def test_a_document_of_another_format_is_refused(plan: Plan) -> None:
    """Another version is named, not guessed at."""
    document = plan_document(plan)
    with pytest.raises(PlanUnusable, match="format"):
        plan_from_document(resealed(document | {"format": 2}))


@pytest.mark.parametrize(
    "name", ["project", "calls", "changes", "made_at", "guards", "agreed", "unmanaged_by_kind"]
)
def test_a_document_that_lacks_something_is_refused(plan: Plan, name: str) -> None:
    """A member that is missing or of another type is an unusable plan, never a traceback."""
    document = plan_document(plan)
    lacking = {key: value for key, value in document.items() if key != name}
    for broken in (lacking, document | {name: 7}, document | {name: ["x"]}, document | {name: {"x": None}}):
        with pytest.raises(PlanUnusable):
            plan_from_document(resealed(broken))


def test_equal_plans_have_equal_digests_and_others_others(plan: Plan) -> None:
    """The digest is a function of all the rest."""
    assert plan_document(plan) == plan_document(replace(plan))
    assert plan_document(plan)["digest"] != plan_document(replace(plan, unchanged=99))["digest"]


def test_a_plan_with_everything_on_it_survives() -> None:
    """Every action, guards that spoke, remarks, and what stands beside the changes."""
    full = full_plan()
    assert plan_from_document(json.loads(json.dumps(plan_document(full)))) == full
    assert full.calendar and full.stock
