"""The kind `customers`."""
