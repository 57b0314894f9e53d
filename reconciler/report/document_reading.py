"""The plan read back from its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.errors import PlanUnusable
from reconciler.kinds.families import FAMILIES
from reconciler.model.address import Address
from reconciler.model.change import Action, AttributeChange, Change, Reason, ReservedBoxes, Sale, Seen
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.node import Node
from reconciler.model.origin import Origin
from reconciler.model.plan import Agreed, CallBudget, GuardVerdict, Money, Plan, ShipDay, Stock, Verdict
from reconciler.model.resource import Applied, Binding
from reconciler.model.step import ApiStep, ClosedStep, Ending, Fate, OperatorStep, Step
from reconciler.model.value import Json, digest_of
from reconciler.report.document import FORMAT


def plan_from_document(document: Mapping[str, Json]) -> Plan:
    """The plan that `plan_document` wrote. `PlanUnusable` if it was altered or is another form."""
    rest = {name: value for name, value in document.items() if name != "digest"}
    if document.get("format") != FORMAT:
        raise PlanUnusable(
            f"the plan file has the format {document.get('format')!r}, and this program writes {FORMAT}"
        )
    if document.get("digest") != digest_of(rest):
        raise PlanUnusable("the plan file does not fit its digest: it was altered after it was written")
    try:
        return _plan(Node(rest))
    except (KeyError, ValueError, TypeError) as error:
        raise PlanUnusable(f"the plan file cannot be read: {type(error).__name__} {error}") from None


_CALLS = CallBudget.__struct_fields__


def _plan(node: Node) -> Plan:
    calls, money = node.node("calls"), node.node("money")
    return Plan(
        project=node.text("project"),
        environment=node.maybe_text("environment"),
        company=node.whole("company"),
        reconciler=node.text("reconciler"),
        made_at=_moment(node, "made_at"),
        expires_at=_moment(node, "expires_at"),
        config_digest=node.text("config_digest"),
        calls=CallBudget(**{name: calls.whole(name) for name in _CALLS}),
        money=Money(money.amount("commitment"), money.amount("fee"), money.maybe_text("currency")),
        changes=tuple(_read_change(each) for each in node.nodes("changes")),
        unchanged=node.whole("unchanged"),
        unmanaged=node.whole("unmanaged"),
        unmanaged_by_kind={
            name: int(str(count)) for name, count in node.node("unmanaged_by_kind").members.items()
        },
        settled=node.whole("settled"),
        ids={_address_text(name): _id(id) for name, id in node.node("ids").members.items()},
        agreed=tuple(
            Agreed(_read_applied(each.node("applied")), _read_binding(each.node("binding")))
            for each in node.nodes("agreed")
        ),
        gone=_addresses(node, "gone"),
        guards=tuple(
            GuardVerdict(
                each.text("name"), Verdict(each.text("verdict")), each.text("detail"), each.text("flag")
            )
            for each in node.nodes("guards")
        ),
        diagnostics=tuple(read_diagnostic(each) for each in node.nodes("diagnostics")),
        targets=node.texts("targets"),
        excludes=node.texts("excludes"),
        basis_at=_moment(node, "basis_at") if "basis_at" in node.members else None,
        closed=tuple(_read_closed(each) for each in node.nodes("closed")) if "closed" in node.members else (),
        calendar=tuple(
            ShipDay(each.text("kind"), each.text("ship_date"), each.whole("orders"), each.whole("boxes"))
            for each in node.nodes("calendar")
        ),
        stock=tuple(
            Stock(each.text("stock"), each.whole("reserved"), each.whole("open"))
            for each in node.nodes("stock")
        ),
    )


def _read_change(node: Node) -> Change:
    binding, wanted = node.maybe_node("binding"), node.maybe_node("wanted")
    address = Address.parse(node.text("address"))
    return Change(
        address=address,
        action=Action(node.text("action")),
        reason=Reason(node.text("reason")),
        origin=_read_origin(node.maybe_node("origin")),
        headline=node.text("headline"),
        depends_on=_addresses(node, "depends_on"),
        attributes=tuple(
            AttributeChange(
                _attribute_path(each.array("path")),
                each.members["before"],
                each.members["after"],
                each.flag("sensitive"),
            )
            for each in node.nodes("attributes")
        ),
        steps=tuple(_read_step(each, FAMILIES[address.kind]) for each in node.nodes("steps")),
        notes=node.texts("notes"),
        wanted=wanted.members if wanted else None,
        policy=node.node("policy").members,
        binding=_read_binding(binding) if binding else None,
        seen=tuple(
            Seen(each.whole("id"), each.maybe_text("number"), each.text("digest"))
            for each in node.nodes("seen")
        ),
        commitment=node.amount("commitment"),
        endangered=node.texts("endangered"),
        reserved=tuple(
            ReservedBoxes(
                each.text("stock"),
                each.whole("reserved"),
                each.whole("gained"),
                each.whole("arriving"),
                each.whole("total"),
            )
            for each in node.nodes("reserved")
        ),
        sale=_read_sale(node.maybe_node("sale")),
    )


def _read_sale(node: Node | None) -> Sale | None:
    if node is None:
        return None
    cost = None if node.maybe_text("cost") is None else node.amount("cost")
    return Sale(node.amount("price"), cost, node.amount("fee"))


def _read_closed(node: Node) -> ClosedStep:
    return ClosedStep(
        Address.parse(node.text("address")),
        _read_operator_step(node.node("step")),
        _moment(node, "since"),
        Fate(Ending(node.text("ending")), node.text("why")),
    )


def _read_operator_step(node: Node) -> OperatorStep:
    return OperatorStep(
        number=node.whole("number"),
        key=node.text("key"),
        screen=node.text("screen"),
        target=node.text("target"),
        instruction=node.text("instruction"),
        before=node.members["before"],
        after=node.members["after"],
    )


def _read_step(node: Node, family: str) -> Step:
    """A step; a call of another kind's method is none that this program wrote."""
    if node.text("by") == "operator":
        return _read_operator_step(node)
    if not node.text("method").startswith(family):
        raise ValueError(f"{node.text('method')} is no method that this kind calls")
    return ApiStep(
        number=node.whole("number"),
        method=node.text("method"),
        params=node.node("params").members,
        does=node.text("does"),
        reversible=node.flag("reversible"),
        after_check=node.flag("after_check"),
        paths=tuple(_path(each) for each in node.array("paths") if isinstance(each, list)),
        if_ignored=node.maybe_text("if_ignored") or "",
    )


def _address_text(text: str) -> str:
    return str(Address.parse(text))


def _id(id: Json) -> int | None:
    return id if isinstance(id, int) else None


def _attribute_path(parts: list[Json]) -> tuple[str | int, ...]:
    if not parts:
        raise ValueError("an attribute has no path")
    return _path(parts)


def _moment(node: Node, name: str) -> datetime:
    moment = datetime.fromisoformat(node.text(name))
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return moment


def _path(parts: list[Json]) -> tuple[str | int, ...]:
    return tuple(part if isinstance(part, int) else str(part) for part in parts)


def _read_binding(node: Node) -> Binding:
    return Binding(
        Address.parse(node.text("address")),
        node.whole("id"),
        node.maybe_text("number"),
        node.node("facts").members,
        node.texts("retired"),
    )


def _read_applied(node: Node) -> Applied:
    return Applied(
        Address.parse(node.text("address")),
        node.node("attributes").members,
        node.node("policy").members,
        _addresses(node, "depends_on"),
        _read_origin(node.maybe_node("origin")),
    )


def _read_origin(node: Node | None) -> Origin | None:
    return None if node is None else Origin(node.text("file"), node.whole("line"), node.whole("column"))


def read_diagnostic(node: Node) -> Diagnostic:
    """The diagnostic that `diagnostic_document` wrote."""
    address = node.maybe_text("address")
    return Diagnostic(
        Severity(node.text("severity")),
        node.text("summary"),
        detail=node.text("detail"),
        suggestion=node.maybe_text("suggestion"),
        origin=_read_origin(node.maybe_node("origin")),
        source=node.maybe_text("source"),
        address=Address.parse(address) if address else None,
        path=_path(node.array("path")),
        also=tuple(
            Origin(each.text("file"), each.whole("line"), each.whole("column")) for each in node.nodes("also")
        ),
    )


def _addresses(node: Node, name: str) -> tuple[Address, ...]:
    return tuple(Address.parse(each) for each in node.texts(name))


def _counts(node: Node) -> dict[str, int]:
    return {name: node.whole(name) for name in node.members}
