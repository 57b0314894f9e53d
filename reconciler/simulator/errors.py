"""What can go wrong in the simulator, as one small tree.

SimulatorError
├── SeedError         a seed file that cannot be used: file, path in it, reason
├── SeedChanged       a store that was filled from another seed
└── Refused           a request that Komet, or the web UI, answers with "no" and a sentence
ConnectionLost        no answer at all: a `ConnectionError`, so a client takes it for a transport failure
"""

from __future__ import annotations


class SimulatorError(Exception):
    """Whatever the simulator itself has to complain about."""


class SeedError(SimulatorError):
    """A seed that cannot be used: which `file`, where in it (`path`), and why."""

    def __init__(self, file: str, path: str, reason: str) -> None:
        super().__init__(f"{file}: {path or 'the file'}: {reason}")
        self.file = file
        self.path = path
        self.reason = reason


class SeedChanged(SimulatorError):
    """The store was filled from a seed whose files have changed since."""

    def __init__(self, store: str, changed: str) -> None:
        super().__init__(
            f"{store} was filled from a seed that has changed since ({changed}): "
            "run `reconciler simulator reset` to start again from the seed as it is now"
        )
        self.store = store
        self.changed = changed


class Refused(SimulatorError):
    """A business failure: `status` 0 with this sentence (Komet API §1.4)."""


class ConnectionLost(ConnectionError):
    """The connection broke before an answer came; whether the request took effect is not said."""
