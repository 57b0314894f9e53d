"""From desired and live to a plan, purely."""
