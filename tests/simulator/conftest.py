"""The fixtures of the simulator's tests."""

from tests.simulator.driver import komet

__all__ = ["komet"]
