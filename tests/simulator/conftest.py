"""The fixtures of the simulator's tests."""

from simulator_driver import komet

__all__ = ["komet"]
