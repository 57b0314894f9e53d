"""List filters: exact for ids and codes, LIKE for names, all without regard to case, joined by AND."""

from __future__ import annotations

from msgspec import Struct, field

from reconciler.simulator.store import Column
from reconciler.simulator.switches import Switches


class Where(Struct):
    """Conditions of a SQL query, gathered one by one; a None value adds no condition."""

    switches: Switches
    parts: list[str] = field(default_factory=list)
    values: list[Column] = field(default_factory=list)

    def add(self, condition: str, *values: Column) -> None:
        """Add a condition of one's own."""
        self.parts.append(condition)
        self.values.extend(values)

    def exact(self, column: str, value: Column) -> None:
        """The column equals the value, case aside (A14)."""
        if value is not None:
            self.add(f"{column} = ? COLLATE NOCASE", value)

    def like(self, value: str | None, *columns: str, exactly: str | None = None) -> None:
        """One of the columns is LIKE the value, as the switch `like_mode` has it (A14).

        Or `exactly` holds, a condition in which `?` is the value itself.
        """
        if value is None:
            return
        pattern = value if self.switches.like_mode == "sql" else _escaped(value) + "%"
        if self.switches.like_mode == "contains":
            pattern = "%" + pattern
        tests = [f"{column} LIKE ? ESCAPE '\\'" for column in columns]
        values = [pattern] * len(columns)
        if exactly is not None:
            tests.append(exactly)
            values.append(value)
        self.add(f"({' OR '.join(tests)})", *values)

    def any_of(self, column: str, values: list[str]) -> None:
        """The column equals one of the values exactly, text for text; no values, no condition."""
        if values:
            self.add(f"{column} IN ({', '.join('?' * len(values))})", *values)

    def active(self, wanted: bool | None, column: str = "active") -> None:
        """Only active rows (True), only inactive ones (False), or both (None)."""
        if wanted is not None:
            self.add(f"{column} = ?", int(wanted))

    @property
    def sql(self) -> str:
        """The conditions behind a WHERE."""
        return " AND ".join(self.parts) or "1"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
