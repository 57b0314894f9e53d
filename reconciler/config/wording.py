"""What does not satisfy a schema, said at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from reconciler.config.nearest import likely_name, nearest
from reconciler.config.phrases import phrase, quotes_hint, shown
from reconciler.config.schemas import Schema, branch_for, resolved, schema
from reconciler.config.source import MAX_FAULTS, SourceFile
from reconciler.config.violations import Violation, violations
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path


def explain(name: str, value: object, source: SourceFile, prefix: Path = ()) -> list[Diagnostic]:
    """Every way in which `value`, written at `prefix` of `source`, fails the schema `name`."""
    wording = _Wording(source, prefix, schema(name))
    broken = list(islice(violations(name, value), MAX_FAULTS))
    faults = [fault for violation in broken for fault in wording.of(violation)]
    faults += wording.missing_faults(broken)
    # The gate has refused: a configuration must not pass since the second opinion is milder.
    return faults or [wording.at((), f"{wording.subject(())} does not satisfy the schema of {name}")]


class _Wording(Struct, frozen=True):
    """Words for the violations of one value: where it is written, and by which schema it is judged."""

    source: SourceFile
    prefix: Path
    schema: Schema

    def of(self, violation: Violation) -> Iterator[Diagnostic]:
        """One fault for each thing to be corrected."""
        if violation.is_name:
            yield self.name_fault(violation)
        elif violation.keyword == "additionalProperties":
            yield from self.unknown_key_faults(violation)
        elif self.is_sensitive(violation.path):
            yield self.sensitive_fault(violation)
        elif violation.keyword == "oneOf":
            yield from self.branch_faults(violation)
        elif violation.keyword != "required":
            summary, detail, suggestion = phrase(self.subject(violation.path), violation)
            yield self.at(violation.path, summary, detail=detail, suggestion=suggestion)

    def at(self, path: Path, summary: str, **more: Any) -> Diagnostic:
        place = self.source.place((*self.prefix, *path))
        return self.source.fault(place.value if path else place.key, summary, **more)

    def subject(self, path: Path) -> str:
        """How the value at `path` is called in a sentence."""
        if not path:
            return ".".join(str(step) for step in self.prefix) or "the file"
        last = path[-1]
        return f"entry {last + 1} of '{path[-2]}'" if isinstance(last, int) else f"'{last}'"

    def schema_at(self, path: Path) -> Schema:
        """The schema that judges the value at `path`; an empty one past what it knows."""
        part = resolved(self.schema, self.schema)
        for step in path:
            mapping = branch_for(part, {})
            below = (
                part.get("items")
                if isinstance(step, int)
                else mapping.get("properties", {}).get(step, mapping.get("additionalProperties"))
            )
            if not isinstance(below, dict):
                return {}
            part = resolved(below, self.schema)
        return part

    def is_sensitive(self, path: Path) -> bool:
        return any(self.schema_at(path[:length]).get("x-sensitive") for length in range(len(path) + 1))

    def sensitive_fault(self, violation: Violation) -> Diagnostic:
        """What is wrong, without the value and without its line."""
        path = violation.path
        if path[-1:] == ("token",) and violation.keyword == "type" and violation.value is not None:
            return self.at(
                path,
                "a token is written here in plain text (the line is not shown)",
                detail="write token: {env: VARIABLE} or token: {file: PATH}; and make a new token in Komet, "
                "since this one can be read in the repository's history",
                secret=True,
            )
        says = violation.part.get("x-says") or self.schema_at(path).get("x-says", "something else")
        summary = f"{self.subject(path)} must be {says} (what it is now is not shown)"
        return self.at(path, summary, secret=True)

    def branch_faults(self, violation: Violation) -> Iterator[Diagnostic]:
        """The faults of the branch that was probably meant."""
        value = violation.value
        meant = [
            index
            for index, branch in enumerate(violation.limit)
            if value and isinstance(value, dict if branch.get("type") == "object" else str)
        ]
        if meant:
            for index, inner in violation.inner:
                if index == meant[0]:
                    yield from self.of(inner)
            return
        subject = self.subject(violation.path)
        summary = f"{subject} must be {violation.part['x-says']}, and is {shown(value)}"
        yield self.at(violation.path, summary, detail=quotes_hint(value))

    def missing_faults(self, broken: Iterable[Violation]) -> Iterator[Diagnostic]:
        """One fault for each mapping that lacks keys; a key that is only misspelt there is not missing."""
        missing: dict[Path, list[str]] = {}
        misspelt: set[tuple[Path, str | None]] = set()
        for violation in broken:
            if violation.keyword == "required":
                missing.setdefault(violation.path, []).append(violation.missing)
            elif violation.keyword == "additionalProperties" and not violation.is_name:
                misspelt |= {(violation.path, likely) for _, likely in self.unknown_keys(violation)}
        for path, keys in missing.items():
            lacking = [key for key in keys if (path, key) not in misspelt]
            if lacking:
                yield self.missing_fault(path, lacking)

    def missing_fault(self, path: Path, keys: list[str]) -> Diagnostic:
        whole = (*self.prefix, *path)
        *others, last = [f"'{key}'" for key in keys]
        summary = f"{', '.join(others)} and {last} are missing" if others else f"{last} is missing"
        if whole:
            summary += f" from {'.'.join(str(step) for step in whole)}"
        detail = "" if others else self.schema_at((*path, keys[0])).get("description", "")
        return self.source.fault(self.source.place(whole).key, summary, detail=detail)

    def unknown_keys(self, violation: Violation) -> list[tuple[str, str | None]]:
        """The keys that the schema does not know, as many as can be told, with what was probably meant."""
        known = sorted(violation.part.get("properties", {}))
        unused = [key for key in known if key not in violation.value]
        unknown = islice((key for key in violation.value if key not in known), MAX_FAULTS)
        return [(key, nearest(key, unused or known)) for key in unknown]

    def unknown_key_faults(self, violation: Violation) -> Iterator[Diagnostic]:
        known = sorted(violation.part.get("properties", {}))
        for key, suggestion in self.unknown_keys(violation):
            yield self.source.fault(
                self.source.place((*self.prefix, *violation.path, key)).key,
                f"unknown key '{key}'",
                suggestion=suggestion,
                detail="" if suggestion else f"the keys that can stand here: {', '.join(known)}",
                secret=self.is_sensitive(violation.path),
            )

    def name_fault(self, violation: Violation) -> Diagnostic:
        name = str(violation.value)
        says = violation.part.get("x-says", "another name")
        mark = self.source.place((*self.prefix, *violation.path, name)).key
        return self.source.fault(
            mark,
            f"'{name}' cannot be used as a name",
            detail=f"it must be {says}",
            suggestion=likely_name(name),
        )
