"""Declarative reservations, purchase orders and customer mappings for Komet Sales and BloomNet."""

__version__ = "0.1.0"
