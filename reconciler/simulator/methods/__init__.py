"""Komet methods, one module for each page family of the reference."""
