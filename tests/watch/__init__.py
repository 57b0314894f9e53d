"""The room of watch."""
