"""Laws over random configurations and random accounts."""
