"""The simulator, held to the API reference and to its own promises."""
