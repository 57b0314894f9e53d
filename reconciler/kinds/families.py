"""Which of Komet's methods belong to which kind."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES: Mapping[str, str] = {
    "customers": "customer.",
    "reservations": "inventory.",
    "purchase_orders": "purchase.order.",
    "prebooks": "prebook.",
}
"""How the names of the methods begin that a kind's steps may call (Komet API §1.9)."""
