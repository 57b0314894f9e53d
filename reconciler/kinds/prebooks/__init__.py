"""The kind `prebooks`."""
