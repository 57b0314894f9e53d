"""A configuration repository to be changed by each test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PROJECT = """\
version: 1
project: bloomnet-miami
komet: {url: "simulator:seed.yaml", company: 6316, paid_users: 3, token: {env: KOMET_COMPANY_TOKEN}}
budget: {reserve: 200}
vars: {season: valentines, boxes: 40}
environments:
  staging: {komet: {url: "simulator:staging.yaml"}, vars: {season: test}}
"""

CUSTOMERS = """\
customers:
  bloomnet:
    komet: {code: BLOOM}
    credit_limit: 25000
    phone: null
"""

ORDERS = """\
purchase_orders:
  valentines:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    customer: bloomnet
    items:
      freedom-60: {product: RSFRE60, box_type: HB, boxes: 40, unit: stem, bunches: 12, stems: 25, cost: 0.28}
"""

Files = Mapping[str, "str | bytes | None"]


def write(folder: Path, files: Files | None = None) -> Path:
    """Write a repository to `folder`: files by path, `None` to leave one of the three usual ones out."""
    usual: Files = {
        "reconciler.yaml": PROJECT,
        "config/customers.yaml": CUSTOMERS,
        "config/orders.yaml": ORDERS,
    }
    for name, text in {**usual, **(files or {})}.items():
        place = folder / name
        if text is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
