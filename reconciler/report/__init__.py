"""Values to text, purely."""
