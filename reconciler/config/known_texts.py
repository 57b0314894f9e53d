"""What texts were found to say before, kept by all that the finding rests on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reconciler.config.kept_files import KeptFiles
from reconciler.config.loader_version import loader_version


class KnownTexts:
    """A memory in the folder `cache`; without one nothing is known, and nothing is kept."""

    def __init__(self, cache: Path | None) -> None:
        version = loader_version() if cache is not None else None
        self._kept = KeptFiles(cache) if cache is not None and version is not None else None
        self._basis = hashlib.sha256(repr(version).encode())

    def recall(self, text: str, beside: str) -> bytes | None:
        """What was noted of `text`, read beside what `beside` says, by this loader."""
        return None if self._kept is None else self._kept.get(self._key(text, beside))

    def note(self, text: str, beside: str, finding: bytes) -> None:
        """Keep the `finding` for the next time."""
        if self._kept is not None:
            self._kept.put(self._key(text, beside), finding)

    def tidy(self) -> None:
        """Forget what nobody has asked for."""
        if self._kept is not None:
            self._kept.tidy()

    def _key(self, text: str, beside: str) -> str:
        digest = self._basis.copy()
        digest.update(hashlib.sha256(beside.encode()).digest())
        digest.update(text.encode())
        return digest.hexdigest()
