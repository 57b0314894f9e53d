"""What people did in Komet, taken over into the configuration: `accept`, without writing a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from reconciler.config.draft import Check
from reconciler.config.rewrite import REMOVED, Removed, RewriteRefused, rewrite
from reconciler.config.source import SourceFile
from reconciler.errors import ConfigurationError, UsageError
from reconciler.kinds.kind import Kind, Matches, Subject
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.writing import Accepted, Drifted
from reconciler.kinds.writings import WRITINGS
from reconciler.looking_up import located
from reconciler.model.address import Address
from reconciler.model.change import AttributeChange
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import ResolvedResource
from reconciler.model.value import Json, Value, plain
from reconciler.plan.diff import diff_attributes
from reconciler.plan.planner import Basis
from reconciler.reading import read_account
from reconciler.session import Session


class Acceptance(Struct, frozen=True):
    """One resource: which attributes become what in its file, or how it is `gone`; what is `left` and why."""

    address: Address
    file: str
    changes: tuple[AttributeChange, ...] = ()
    gone: str = ""
    left: tuple[Diagnostic, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether its file changes."""
        return bool(self.changes or self.gone)


class Takeover(Struct, frozen=True):
    """All of them in order, the new `texts` by file name, and the calls that reading took."""

    acceptances: tuple[Acceptance, ...]
    texts: Mapping[str, str]
    calls: int


def accept_changes(session: Session, patterns: Sequence[str], check: Check) -> Takeover:
    """What accepting the addresses that match `patterns` does to the files. Nothing is written.

    Attributes that moved in Komet since the last apply get their live values; what was changed in the
    configuration stays, to be applied. Where nothing was recorded, everything that differs is taken over.
    UsageError for a pattern that matches nothing, ConfigurationError as a plan has it.
    """
    addresses = _chosen(session, patterns)
    reading = read_account(session)
    faults = [fault for matches in reading.basis.matches.values() for fault in matches.diagnostics]
    if faults:
        raise ConfigurationError([located(session, each) for each in faults])
    accepted = {
        address: _accepted(session, reading.basis, address, str(address) in patterns) for address in addresses
    }
    texts: dict[str, str] = {}
    acceptances = [_written(session, address, accepted[address], texts) for address in addresses]
    try:
        check(texts)
    except ConfigurationError:
        texts, acceptances = {}, []
        for address in addresses:
            acceptances.append(_checked(session, address, accepted[address], texts, check))
    return Takeover(tuple(acceptances), texts, reading.basis.read)


def _chosen(session: Session, patterns: Sequence[str]) -> list[Address]:
    known = list(session.configuration.resources)
    for pattern in patterns:
        if not any(fnmatchcase(str(address), pattern) for address in known):
            raise UsageError(f"{pattern!r} matches no address of the configuration")
    return [each for each in known if any(fnmatchcase(str(each), pattern) for pattern in patterns)]


def _accepted(session: Session, basis: Basis, address: Address, is_named: bool) -> Accepted:
    """What the kind of `address` makes of its live state."""
    written = session.configuration.resources[address].attributes
    matches = basis.matches.get(address.kind, Matches({}))
    match, kind = matches.wanted.get(address), REGISTRY[address.kind]
    if match is None or address in matches.settled:  # or agreed on: Komet says what is written
        return Accepted(written)
    subject = Subject(address, basis.resolved[address], match, basis.applied.get(address))
    comparison = kind.compare(subject, basis.scope)
    if comparison.before == comparison.after and match.cancelled is None:
        return Accepted(written)
    drifted = replace(_drifted(kind, subject, basis), is_named=is_named)
    return WRITINGS[address.kind].accept(subject, written, drifted, basis.scope)


def _drifted(kind: Kind, subject: Subject, basis: Basis) -> Drifted:
    """What differs between the live state and the last applied configuration."""
    applied, resolved = subject.applied, subject.resolved
    if applied is None or resolved is None:
        return Drifted()
    former = ResolvedResource(applied.address, applied.attributes, resolved.origin)
    then = kind.compare(replace(subject, resolved=former), basis.scope)
    return Drifted(tuple(change.path for change in diff_attributes(then.before, then.after)))


def _checked(
    session: Session, address: Address, accepted: Accepted, texts: dict[str, str], check: Check
) -> Acceptance:
    """As `_written`, but undone and told where it would make the configuration invalid."""
    before = dict(texts)
    acceptance = _written(session, address, accepted, texts)
    try:
        check(texts)
    except ConfigurationError as error:
        texts.clear()
        texts.update(before)
        reason = error.diagnostics[0].summary
        text = f"{address} cannot be written as it stands in Komet: {reason}"
        return replace(acceptance, changes=(), gone="", left=(_left(session, address, text),))
    return acceptance


def _written(session: Session, address: Address, accepted: Accepted, texts: dict[str, str]) -> Acceptance:
    """Puts what was accepted into `texts`."""
    configuration = session.configuration
    file = configuration.resources[address].origin.file
    former = configuration.resources[address].attributes
    left = tuple(_left(session, address, f"{address}: {text}") for text in accepted.left)
    changes = () if accepted.attributes is None else _changes(former, accepted.attributes)
    if not (changes or accepted.attributes is None):
        return Acceptance(address, file, left=left)
    source = configuration.sources[file]
    if file in texts:
        source = SourceFile(file, texts[file], source.template_lines)
    value: Value | Removed = REMOVED if accepted.attributes is None else accepted.attributes
    try:
        texts[file] = rewrite(source, {(address.kind, address.name): value})
    except RewriteRefused as error:
        meant = _meant(address, accepted, changes)
        refused = replace(error.diagnostic, detail=f"{error.diagnostic.detail}: {meant}")
        return Acceptance(address, file, left=(*left, refused))
    return Acceptance(address, file, changes, accepted.gone, left)


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[AttributeChange, ...]:
    return diff_attributes(_plain(before), _plain(after))


def _plain(attributes: Mapping[str, Value]) -> Mapping[str, Json]:
    shown = plain(attributes)
    assert isinstance(shown, dict)
    return shown


def _meant(address: Address, accepted: Accepted, changes: Sequence[AttributeChange]) -> str:
    """What a person would write who takes the change over by hand."""
    if accepted.attributes is None:
        return f"take {address} out, since {accepted.gone}"
    return ", ".join(_assignments(changes))


def _assignments(changes: Sequence[AttributeChange]) -> Iterator[str]:
    for change in changes:
        name = ".".join(str(part) for part in change.path)
        yield f"{name}: {change.after}" if change.after is not None else f"{name} goes"


def _left(session: Session, address: Address, text: str) -> Diagnostic:
    return located(session, Diagnostic(Severity.WARNING, text, address=address))
