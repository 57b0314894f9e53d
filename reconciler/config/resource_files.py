"""The resource files of one load: each is read, rendered and parsed at most once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.config.files import FileFault, read_source
from reconciler.config.source import SourceFile
from reconciler.model.value import Value

if TYPE_CHECKING:
    from reconciler.config.yaml_document import Document


class ResourceFiles:
    """The files `names` below `root`; `texts` stand in for some of them, by name.

    Without `variables`, since no project could be read, nobody knows what a template says.
    """

    def __init__(
        self,
        root: Path,
        names: tuple[str, ...],
        texts: Mapping[str, str],
        variables: Mapping[str, Value] | None,
    ) -> None:
        self.names = names
        self._root, self._texts, self._variables = root, texts, variables
        self._sources: dict[str, SourceFile | FileFault] = {}
        self._documents: dict[str, Document] = {}

    def has(self, name: str) -> bool:
        """Whether anything can be said of the file."""
        return self._variables is not None or not name.endswith(".j2")

    def source(self, name: str) -> SourceFile:
        """The text of a file, a template rendered; FileFault when there is none."""
        if name not in self._sources:
            try:
                self._sources[name] = self._read(name)
            except FileFault as fault:
                self._sources[name] = fault
        found = self._sources[name]
        if isinstance(found, FileFault):
            raise found
        return found

    def document(self, name: str) -> Document:
        """What a file says; FileFault when it cannot be read."""
        if name not in self._documents:
            from reconciler.config.yaml_document import read_document  # a file that is known needs no YAML

            self._documents[name] = read_document(self.source(name))
        return self._documents[name]

    def _read(self, name: str) -> SourceFile:
        texts = self._texts
        source = SourceFile(name, texts[name]) if name in texts else read_source(self._root, name)
        if not name.endswith(".j2") or self._variables is None:
            return source
        from reconciler.config.template import render_template  # jinja2 is only imported for a template

        return render_template(source, self._root, self._variables)
