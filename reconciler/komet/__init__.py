"""The border to Komet: the only place from which calls leave."""
