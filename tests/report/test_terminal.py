"""A plan on a terminal that is too narrow for its columns."""

from __future__ import annotations

from reconciler.report.terminal import render_plan
from report.plans import full_document


def test_columns_that_do_not_fit_stand_below() -> None:
    """Reason and place of every change go below its name, and nothing is lost; where they fit, and in a pipe,
    they stand beside it."""
    document = full_document()
    piped = render_plan(document)
    first = next(line for line in piped.splitlines() if line.startswith("~ customers.bloomnet"))
    needed = max(len(line) for line in piped.splitlines() if line[:2] in ("~ ", "+ ", "∓ ", "- ", "= "))
    assert render_plan(document, width=needed) == piped
    narrow = render_plan(document, width=needed - 1).splitlines()
    place = narrow.index("~ customers.bloomnet")
    assert narrow[place + 1] == "      phone changed in Komet   config/customers.yaml:2"
    assert narrow[place + 1].split() == first.split()[2:]
    assert sum(line.endswith("config/orders.yaml:3") for line in narrow) == 6
