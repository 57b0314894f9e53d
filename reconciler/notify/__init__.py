"""Carrying notifications to webhooks: bounded in time, and without a word of their addresses."""
