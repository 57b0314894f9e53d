"""The kind `purchase_orders`."""
