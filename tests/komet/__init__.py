"""The border to Komet."""
