"""Tests of `reconciler.report`."""
