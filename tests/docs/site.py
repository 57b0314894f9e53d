"""A built site, as a browser would read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What a browser fetches by itself when it shows a page."""

QUIET_LINKS = frozenset({"canonical", "prev", "next", "edit"})
"""Relations of a `link` that nothing is fetched for."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its words, the fragments it has, where it links to, and what it makes a browser fetch."""

    text: str
    fragments: frozenset[str]
    links: tuple[str, ...]
    loads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The pages by their paths, and every file that was built."""

    pages: Mapping[str, Page]
    files: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> Site:
        """The site in `folder`."""
        files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        pages = {
            name: _page((folder / name).read_text(encoding="utf-8"))
            for name in files
            if name.endswith(".html")
        }
        return cls(pages, frozenset(files))

    def dead_links(self, name: str) -> list[str]:
        """The links of a page that lead nowhere within the site."""
        return [link for link in self.pages[name].links if not self._leads_somewhere(name, link)]

    def _leads_somewhere(self, name: str, link: str) -> bool:
        if urlsplit(link).scheme:
            return True
        path, _, fragment = urljoin(f"/{name}", link).partition("#")
        target = unquote(path.removeprefix("/")) or "index.html"
        if not fragment or target not in self.pages:
            return target in self.files
        return unquote(fragment) in self.pages[target].fragments


@dataclass
class _Reader(HTMLParser):
    words: list[str] = field(default_factory=list)
    fragments: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value is not None}
        self.fragments.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        source = values.get(LOADING.get(tag, ""))
        if source is not None and values.get("rel") not in QUIET_LINKS:
            self.loads.append(source)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _page(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page("".join(reader.words), frozenset(reader.fragments), tuple(reader.links), tuple(reader.loads))
