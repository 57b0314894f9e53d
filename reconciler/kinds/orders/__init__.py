"""What purchase orders and prebooks have in common."""
