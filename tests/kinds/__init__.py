"""Tests of `reconciler.kinds`."""
