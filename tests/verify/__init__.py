"""Tests of what the buyer sees."""
