"""The project file to typed settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path as FilePath
from typing import Any

from msgspec import Struct

from reconciler.config.conversion import convert
from reconciler.config.nearest import nearest
from reconciler.config.notifications import destinations_of, notification_faults
from reconciler.config.schemas import gate
from reconciler.config.source import SourceFile
from reconciler.config.variables import given_variables, written_variables
from reconciler.model.address import KINDS
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.project import (
    BloomnetMethods,
    Freeze,
    GuardSettings,
    KometCustomer,
    KometSettings,
    Project,
    TokenSource,
)
from reconciler.model.value import Path, Value

_DEFAULT_TOKEN = {"env": "KOMET_COMPANY_TOKEN"}
_WHOLE = ("token", "future_sales_customer")


class ProjectReading(Struct, frozen=True):
    """What the project file gave: the project if it is valid, the variables if the file could be read."""

    project: Project | None
    variables: Mapping[str, Value] | None
    faults: list[Diagnostic]


def read_project(
    written: object,
    source: SourceFile,
    environment: str | None,
    variables: Mapping[str, str],
    root: FilePath = FilePath(),
    is_accepted: bool = False,
) -> ProjectReading:
    """What the project file says, the environment merged over it and `variables` over its own.

    Files of variables are read from `root`. The schema `is_accepted` where it was asked of the same before.
    """
    if not isinstance(written, dict):
        fault = source.fault(
            source.place(()).value, "this file must hold a mapping, beginning with 'version: 1'"
        )
        return ProjectReading(None, {}, [fault])
    faults = [] if is_accepted else _schema_faults(written, source)
    faults += _environment_faults(written, source, environment)
    chosen = _chosen(written, environment)
    settings = merged(written, chosen)
    given, given_faults = given_variables(variables, source)
    layers: dict[Path, Mapping[str, Any]] = {(): written, ("environments", environment or ""): chosen}
    values, file_faults = written_variables(layers, source, root, merged)
    faults += [*given_faults, *file_faults]
    values = {**values, **given}
    if not faults:
        faults += _rule_faults(settings, source, environment, root)
    if faults:
        return ProjectReading(None, values, faults)
    converted, _ = convert("project", settings)
    assert isinstance(converted, Mapping)
    return ProjectReading(_project(converted, environment, values), values, [])


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`: mappings merge, everything else replaces.

    The source of a secret is one thing and not a mapping of settings: `{file: ...}` replaces `{env: ...}`; so
    is what says which customer is meant.
    """
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        merges = isinstance(under, dict) and isinstance(value, dict) and key not in _WHOLE
        merges = merges and not (_is_source(under) and _is_source(value))
        result[key] = merged(result[key], value) if merges else value
    return result


def _is_source(value: object) -> bool:
    return isinstance(value, dict) and set(value) in ({"env"}, {"file"})


def _chosen(written: Mapping[str, Any], environment: str | None) -> Mapping[str, Any]:
    environments = written.get("environments")
    chosen = environments.get(environment) if isinstance(environments, dict) and environment else None
    return chosen if isinstance(chosen, dict) else {}


def _schema_faults(written: dict[str, Any], source: SourceFile) -> list[Diagnostic]:
    if gate("project")(written):
        return []
    from reconciler.config.wording import explain

    return explain("project", written, source)


def _environment_faults(
    written: Mapping[str, Any], source: SourceFile, environment: str | None
) -> list[Diagnostic]:
    if environment is None:
        return []
    environments = written.get("environments")
    known = sorted(environments) if isinstance(environments, dict) else []
    if environment in known:
        return []
    return [
        source.fault(
            source.place(("environments",)).key,
            f"there is no environment '{environment}'",
            suggestion=nearest(environment, known),
            detail=f"environments of this project: {', '.join(known)}" if known else "this project has none",
        )
    ]


def _rule_faults(
    settings: Mapping[str, Any], source: SourceFile, environment: str | None, root: FilePath
) -> list[Diagnostic]:
    """What no schema can say, of the settings as they are once merged."""
    rules = _Rules(settings, source, environment)
    known = [*rules.needed(), *rules.timezone(), *rules.protected(), *rules.freeze()]
    return [*known, *rules.notifications(root)]


class _Rules(Struct, frozen=True):
    settings: Mapping[str, Any]
    source: SourceFile
    environment: str | None

    def fault(self, path: Path, summary: str, **more: Any) -> Diagnostic:
        """A fault at `path` of the environment when it is written there, else of the project."""
        above: Path = ("environments", self.environment, *path) if self.environment else path
        if self.source.has(above):
            path = above
        return self.source.fault(self.source.place(path).value, summary, **more)

    def needed(self) -> list[Diagnostic]:
        where = f" (with the environment '{self.environment}')" if self.environment else ""
        words = {
            "url": "write simulator:SEED to begin without an account",
            "company": "the company's id in Komet",
        }
        return [
            self.source.fault(
                self.source.place(("komet",)).key, f"'{key}' is missing from komet{where}", detail=words[key]
            )
            for key in words
            if key not in self.settings["komet"]
        ]

    def timezone(self) -> list[Diagnostic]:
        name = self.settings["komet"].get("timezone", "UTC")
        if name == "UTC":
            return []
        import zoneinfo

        known = zoneinfo.available_timezones()
        if name in known:
            return []
        summary = f"there is no time zone '{name}'"
        return [
            self.fault(
                ("komet", "timezone"),
                summary,
                suggestion=nearest(name, known),
                detail="names are like UTC or America/New_York",
            )
        ]

    def protected(self) -> list[Diagnostic]:
        patterns = self.settings.get("guards", {}).get("protected", [])
        return [
            self.fault(
                ("guards", "protected", index),
                f"'{pattern}' protects nothing",
                suggestion=_likely_pattern(pattern),
                detail="write an address, KIND.NAME, in which * stands for anything; "
                f"the kinds are {', '.join(KINDS)}",
            )
            for index, pattern in enumerate(patterns)
            if not _can_match(pattern)
        ]

    def notifications(self, root: FilePath) -> list[Diagnostic]:
        written = self.settings.get("notifications", {})
        return [
            self.fault(("notifications", *path), summary, detail=detail, secret=secret)
            for path, summary, detail, secret in notification_faults(written, root)
        ]

    def freeze(self) -> list[Diagnostic]:
        spans = self.settings.get("guards", {}).get("freeze", [])
        return [
            self.fault(
                ("guards", "freeze", index, "to"),
                f"this freeze ends on {span['to']}, before it begins on {span['from']}",
            )
            for index, span in enumerate(spans)
            if date.fromisoformat(span["to"]) < date.fromisoformat(span["from"])
        ]


def _can_match(pattern: str) -> bool:
    """Whether an address can exist that `pattern` stands for."""
    kind, dot, name = pattern.partition(".")
    return bool(dot and name) and any(fnmatchcase(known, kind) for known in KINDS)


def _likely_pattern(pattern: str) -> str | None:
    kind, _, name = pattern.partition(".")
    likely = nearest(kind, KINDS)
    return f"{likely}.{name}" if likely and name else None


def _project(settings: Mapping[str, Any], environment: str | None, variables: Mapping[str, Value]) -> Project:
    return Project(
        name=settings["project"],
        environment=environment,
        komet=_komet(settings["komet"]),
        state=settings.get("state", "sqlite"),
        reserve=settings.get("budget", {}).get("reserve", 0),
        fee=settings.get("fee", Decimal("0.015")),
        guards=_guards(settings.get("guards", {})),
        bloomnet_methods=_bloomnet_methods(settings.get("bloomnet_methods", {})),
        notifications=destinations_of(settings.get("notifications", {})),
        variables=variables,
    )


def _komet(settings: Mapping[str, Any]) -> KometSettings:
    same = ("url", "company", "paid_users", "timezone", "timeout", "numbers_per_call", "token_type")
    future_sales = settings.get("future_sales_customer")
    return KometSettings(
        future_sales_customer=KometCustomer(**future_sales) if future_sales else None,
        token=TokenSource(**settings.get("token", _DEFAULT_TOKEN)),
        assign_customer=settings.get("capabilities", {}).get("assign_customer", "operator"),
        **{key: settings[key] for key in same if key in settings},
    )


def _bloomnet_methods(settings: Mapping[str, Any]) -> BloomnetMethods:
    return BloomnetMethods(**{token: tuple(methods) for token, methods in settings.items()})


def _guards(settings: Mapping[str, Any]) -> GuardSettings:
    spans = tuple(Freeze(span["from"], span["to"], span["reason"]) for span in settings.get("freeze", ()))
    limits = {key: value for key, value in settings.items() if key not in ("protected", "freeze")}
    return GuardSettings(**limits, protected=tuple(settings.get("protected", ())), freeze=spans)
