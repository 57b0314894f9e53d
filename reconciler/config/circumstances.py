"""What the rules of one resource may know beside it."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.model.project import KometCustomer, Project


class Circumstances(NamedTuple):
    """All that they may know, so that a file which was judged under them need not be judged again.

    Of a project that cannot be read nothing is known: `project` is None, and what depends on it is not
    judged.
    """

    project: str | None = None
    token_type: str = "company"
    future_sales: KometCustomer | None = None


def circumstances_of(project: Project | None) -> Circumstances:
    """What the rules may know of `project`."""
    if project is None:
        return Circumstances()
    return Circumstances(project.name, project.komet.token_type, project.komet.future_sales_customer)
