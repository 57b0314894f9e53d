"""Komet's reference lists, and the look-up of codes in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property

from msgspec import Struct, field

from reconciler.kinds.row import Row, row_of
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json, Value


class ListSource(Struct, frozen=True):
    """How one reference list is asked for, and where its rows name things (Komet API §2)."""

    query: Query
    rows: str
    code: str
    name: str
    singular: str


LISTS: Mapping[str, ListSource] = {
    "box_types": ListSource(Query("boxtype.list"), "boxtypes", "code", "code", "box type"),
    "carriers": ListSource(Query("carrier.list"), "carriers", "code", "name", "carrier"),
    "locations": ListSource(Query("location.list"), "locations", "code", "name", "location"),
    "products": ListSource(Query("product.list"), "products", "legacyCode", "description", "product"),
    "vendors": ListSource(
        Query("vendor.list", {"includeInactive": "True"}), "vendors", "code", "name", "vendor"
    ),
}
"""The lists that codes of a configuration are looked up in, by name."""


class Entry(Struct, frozen=True):
    """One row of a reference list."""

    id: int
    code: str
    name: str
    active: bool = True


class ReferenceList(Struct, frozen=True, dict=True):
    """One reference list, in the order of its ids."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[int, Entry]:
        """The entries by their id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries by their code in lower case: Komet compares codes without regard to case (§1.6)."""
        return _grouped((entry.code.lower(), entry) for entry in self.entries if entry.code)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries by their name in lower case."""
        return _grouped((entry.name.lower(), entry) for entry in self.entries if entry.name)

    def label(self, id: int) -> str:
        """The code that stands for `id` alone, else `id N`: different ids have different labels."""
        entry = self.by_id.get(id)
        if entry is None or not entry.code or len(self.by_code[entry.code.lower()]) > 1:
            return f"id {id}"
        return entry.code


_EMPTY = ReferenceList()


class Unknown(Struct, frozen=True):
    """A reference that the lists do not settle: `why` in plain words, `nearest` what may have been meant."""

    why: str
    nearest: tuple[str, ...] = ()


class Catalogue(Struct, frozen=True):
    """All reference lists. An empty one knows nothing and labels everything by id."""

    lists: Mapping[str, ReferenceList] = field(default_factory=dict)

    def lookup(self, name: str, reference: Value) -> Entry | Unknown:
        """The entry of list `name` that `reference` means: a code, `{id: N}` or `{description: TEXT}`."""
        entries = self.lists.get(name, _EMPTY)
        if (
            isinstance(reference, str)
            and len(found := entries.by_code.get(reference.strip().lower(), ())) == 1
        ):
            return found[0]
        singular = LISTS[name].singular
        if isinstance(reference, Mapping) and "id" in reference:
            wanted = reference["id"]
            known = entries.by_id.get(wanted) if isinstance(wanted, int) else None
            return known or Unknown(f"no {singular} has the id {wanted} in Komet")
        if isinstance(reference, Mapping):
            text, index, word = str(reference.get("description", "")), entries.by_name, "description"
        else:
            text, index, word = str(reference), entries.by_code, "code"
        found = index.get(text.strip().lower(), ())
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(str(entry.id) for entry in found)
            return Unknown(
                f"{len(found)} {singular}s have the {word} {text!r} in Komet: write {{id: ...}} ({ids})"
            )
        return Unknown(f"no {singular} has the {word} {text!r} in Komet", _nearest(text, entries, word))

    def label(self, name: str, id: int) -> str:
        """The code of `id` in list `name`, else `id N`."""
        return self.lists.get(name, _EMPTY).label(id)

    def name_of(self, name: str, id: int) -> str:
        """The name of `id` in list `name` as a person sees it on a screen, else its label."""
        entry = self.lists.get(name, _EMPTY).by_id.get(id)
        return entry.name if entry is not None and entry.name else self.label(name, id)


def rows_from_answer(name: str, answer: Answer) -> list[Json]:
    """The rows of list `name` as the cache keeps them."""
    source = LISTS[name]
    return [_cached(source, row) for row in row_of(answer).rows(source.rows)]


def list_from_rows(rows: Iterable[Json]) -> ReferenceList:
    """The reference list that the cache kept."""
    entries = [
        Entry(int(str(row["id"])), str(row["code"]), str(row["name"]), bool(row["active"]))
        for row in rows
        if isinstance(row, dict)
    ]
    return ReferenceList(tuple(sorted(entries, key=lambda entry: entry.id)))


def _cached(source: ListSource, row: Row) -> Json:
    return {
        "id": row.required("id"),
        "code": row.text(source.code),
        "name": row.text(source.name),
        "active": row.flag("active", True),
    }


def _grouped(pairs: Iterable[tuple[str, Entry]]) -> Mapping[str, tuple[Entry, ...]]:
    groups: dict[str, tuple[Entry, ...]] = {}
    for key, entry in pairs:
        groups[key] = (*groups.get(key, ()), entry)
    return groups


def _nearest(text: str, entries: ReferenceList, word: str) -> tuple[str, ...]:
    known: Sequence[str] = [entry.code if word == "code" else entry.name for entry in entries.entries]
    by_lower = {each.lower(): each for each in known if each}
    close = get_close_matches(text.lower(), by_lower, n=3, cutoff=0.6)
    if not close:
        scores = Counter({each: _shared_prefix(text.lower(), each) for each in by_lower})
        close = [each for each, score in scores.most_common(3) if score >= 2]
    return tuple(by_lower[each] for each in close)


def _shared_prefix(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length
