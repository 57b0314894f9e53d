"""The sections of all files, merged to one mapping of resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from reconciler.config.conversion import simplify
from reconciler.config.nearest import likely_name, nearest
from reconciler.config.schemas import gate, name_gate, schema, section_kinds
from reconciler.config.source import MAX_FAULTS, Mark, SourceFile, too_many_faults
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Json, Path, decimal_text

if TYPE_CHECKING:
    from reconciler.config.yaml_document import Document

MOVED = "moved"


class Written(Struct, frozen=True):
    """A resource as it stands in a file; `attributes` are as `plain` gives them, None while `value` does not
    satisfy its schema."""

    address: Address
    source: SourceFile
    mark: Mark
    value: object
    attributes: dict[str, Json] | None

    @property
    def sound(self) -> Mapping[str, Any]:
        """The attributes of a resource that satisfies its schema."""
        assert self.attributes is not None
        return self.attributes

    def fault(self, path: Path, summary: str, **more: Any) -> Diagnostic:
        """A fault of the value at `path` of this resource."""
        place = self.source.place((self.address.kind, self.address.name, *path))
        return self.source.fault(place.value if path else place.key, summary, **more)


class WrittenMove(Struct, frozen=True):
    """An entry of `moved` as it stands in a file."""

    old: str
    new: object
    source: SourceFile

    def fault(self, summary: str, **more: Any) -> Diagnostic:
        return self.source.fault(self.source.place((MOVED, self.old)).key, summary, **more)


class Collection(Struct):
    """What was read so far, over all files; `is_whole` is false once there were `most` faults, too many to go
    on."""

    resources: dict[Address, Written] = field(default_factory=dict)
    moves: dict[str, WrittenMove] = field(default_factory=dict)
    faults: list[Diagnostic] = field(default_factory=list)
    is_whole: bool = True
    most: int = MAX_FAULTS


def collect(documents: Iterable[Document], most: int = MAX_FAULTS) -> Collection:
    """Every resource and move of `documents`; what is written twice is a fault that shows both places. From
    `most` faults on no other resource is looked at."""
    collection = Collection(most=most)
    for document in documents:
        if isinstance(document.value, dict):
            for section, content in document.value.items():
                if _is_full(collection, document.source, (section,)):
                    break
                _take_section(collection, document, section, content)
        elif document.value is not None:
            mark = document.source.place(()).value
            collection.faults.append(
                document.source.fault(mark, f"a resource file holds a mapping of {_sections()}")
            )
    return collection


def _is_full(collection: Collection, source: SourceFile, path: Path) -> bool:
    """Whether there are too many faults already to look at what stands at `path`; said once."""
    if collection.is_whole and len(collection.faults) >= collection.most:
        collection.is_whole = False
        collection.faults.append(too_many_faults(source, source.place(path).key))
    return not collection.is_whole


def _sections() -> str:
    return ", ".join((*section_kinds(), MOVED))


def _take_section(collection: Collection, document: Document, section: str, content: object) -> None:
    source = document.source
    if section not in (*section_kinds(), MOVED):
        collection.faults.append(_unknown_section(source, section))
    elif content is None:
        pass  # a section whose entries are all commented out
    elif not isinstance(content, dict):
        mark = source.place((section,)).value
        collection.faults.append(
            source.fault(mark, f"'{section}' must be a mapping of names to what each of them is")
        )
    elif section == MOVED:
        _take_moves(collection, source, content)
    else:
        _take_resources(collection, document, section, content)


def _unknown_section(source: SourceFile, section: str) -> Diagnostic:
    known = (*section_kinds(), MOVED)
    suggestion = nearest(section, known)
    detail = "" if suggestion else f"a resource file can hold {_sections()}"
    return source.fault(
        source.place((section,)).key, f"unknown section '{section}'", suggestion=suggestion, detail=detail
    )


def _take_moves(collection: Collection, source: SourceFile, content: Mapping[str, object]) -> None:
    for old, new in content.items():
        move = WrittenMove(old, new, source)
        first = collection.moves.setdefault(old, move)
        if first is not move:
            origin = first.source.origin(first.source.place((MOVED, old)).key)
            collection.faults.append(
                move.fault(
                    f"'{old}' is moved twice", detail=f"first at {origin.file}:{origin.line}", also=(origin,)
                )
            )


def _take_resources(
    collection: Collection, document: Document, kind: str, content: Mapping[str, Any]
) -> None:
    source, names = document.source, document.names
    accepts_name, accepts = name_gate(kind), gate(kind)
    for name, value in content.items():
        address = Address(kind, name)
        mark = names[kind, name]
        if _is_full(collection, source, (kind, name)):
            return
        if not accepts_name(name):
            collection.faults.append(_name_fault(source, mark, kind, name))
        attributes = None
        if accepts(value):
            attributes = _attributes(address, value, source, collection.faults)
        else:
            collection.faults.extend(_explain(address, value, source))
        written = Written(address, source, mark, value, attributes)
        first = collection.resources.setdefault(address, written)
        if first is not written:
            collection.faults.append(_twice(first, written))


def _attributes(
    address: Address, value: object, source: SourceFile, faults: list[Diagnostic]
) -> dict[str, Json]:
    attributes, too_precise = simplify(address.kind, value)
    for number in too_precise:
        place = source.place((address.kind, address.name, *number.path))
        faults.append(
            source.fault(
                place.value,
                f"'{number.path[-1]}' may have at most {number.allowed} decimals, and is "
                f"{decimal_text(number.number)}",
            )
        )
    assert isinstance(attributes, dict)
    return attributes


def _explain(address: Address, value: object, source: SourceFile) -> list[Diagnostic]:
    from reconciler.config.wording import explain  # jsonschema takes a tenth of a second to import

    return explain(address.kind, value, source, (address.kind, address.name))


def _name_fault(source: SourceFile, mark: Mark, kind: str, name: str) -> Diagnostic:
    return source.fault(
        mark,
        f"'{name}' cannot be used as a name",
        detail=f"it must be {schema(f'{kind}:names')['x-says']}",
        suggestion=likely_name(name),
    )


def _twice(first: Written, second: Written) -> Diagnostic:
    origin = first.source.origin(first.mark)
    return second.source.fault(
        second.mark,
        f"{second.address} is written twice",
        detail=f"first at {origin.file}:{origin.line}; keep one of them, or give one another name",
        also=(origin,),
    )
