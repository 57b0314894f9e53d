"""The kind `reservations`."""
