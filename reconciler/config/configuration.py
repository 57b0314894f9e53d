"""A configuration that was loaded and found valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from reconciler.config.source import SourceFile
from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.project import Project, TokenSource
from reconciler.model.resource import DesiredResource
from reconciler.model.value import Path


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the repository at `root` wants.

    `resources` are in address order, `moved` leads from old addresses to new ones, `digest` depends on what
    is wanted and not on how it is written, `files` are the resource files, relative and sorted.
    """

    root: FilePath
    project: Project
    resources: Mapping[Address, DesiredResource]
    moved: Mapping[Address, Address]
    digest: str
    files: tuple[str, ...]
    sources: Mapping[str, SourceFile] = field(default_factory=dict, repr=False, compare=False)

    @property
    def customer_tokens(self) -> Mapping[str, TokenSource]:
        """Where the Customer token of each customer that has one is read from, by the customer's name."""
        return {
            address.name: TokenSource(**{str(key): str(value) for key, value in written.items()})
            for address, resource in self.resources.items()
            if address.kind == "customers"
            and isinstance(written := resource.attributes.get("token"), Mapping)
        }

    def locate(self, address: Address, path: Path = ()) -> tuple[Origin, str | None]:
        """Where the value at `path` of a resource is written, and that line unless it must not be shown.

        A path that is longer than what is written gives its nearest ancestor. For error messages alone: the
        file is read once more.
        """
        source = self.sources[self.resources[address].origin.file]
        place = source.place((address.kind, address.name, *path))
        mark = place.value if path else place.key
        return source.origin(mark), source.line(mark.line)
