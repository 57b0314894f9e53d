"""The Jinja2 environment of templates: no time, no chance, no way out, and an end to everything."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Undefined, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TEXT = 1_000_000
MAX_TIMES = 100_000
MAX_BITS = 256


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILTERS = _words(
    "abs count d default dictsort first groupby int items last length list map max min reject rejectattr "
    "reverse select selectattr sort sum unique"
)
_OF_TEXT = _words("capitalize lower string title tojson trim upper")
_TEXT_METHODS = _words(
    "capitalize count endswith find index isalnum isalpha isdecimal isdigit islower isupper lower lstrip "
    "partition removeprefix removesuffix rpartition rsplit rstrip split splitlines startswith strip title "
    "upper"
)
_DATE_METHODS = _words("day isocalendar isoformat isoweekday month toordinal weekday year")

_NAMES: dict[type, str] = {str: "text", int: "number", Decimal: "number", date: "date", list: "list"}


class TemplateRefused(Exception):
    """What a template asked for is not given; the text says why, and `line` where if no code ran."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.line = line
        super().__init__(text)


class Variables(dict[str, Any]):
    """What a template calls `vars`."""


class Undeclared(UndefinedError):
    """A name that nobody has defined."""

    def __init__(self, name: str, summary: str, known: Iterable[str] = (), detail: str = "") -> None:
        self.name, self.summary, self.known, self.detail = name, summary, tuple(known), detail
        super().__init__(summary)

    @classmethod
    def of(cls, owner: object, name: str) -> Undeclared:
        """The error for `name`, asked of `owner`, or of the template itself when that is not there."""
        if isinstance(owner, Variables):
            detail = f"vars holds {', '.join(sorted(owner))}" if owner else "the project has no vars"
            return cls(name, f"there is no variable '{name}' in vars", owner, detail)
        if isinstance(owner, dict):
            return cls(name, f"there is no key '{name}' in this mapping", [str(key) for key in owner])
        if isinstance(owner, str | int | Decimal | date | list | tuple):
            return cls(name, f"a {_NAMES.get(type(owner), 'value')} has no '{name}'")
        return cls(
            name, f"nothing is called '{name}' here", detail="variables of the project are written vars.NAME"
        )


class Deadline:
    """A moment after which a template is stopped."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.clock = seconds, clock
        self.end = clock() + seconds

    def check(self) -> None:
        if self.clock() > self.end:
            raise TemplateRefused(f"it runs for more than {self.seconds:g} seconds")


class _Missing(StrictUndefined):
    """An undefined name: any use of it raises Undeclared."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None
    ) -> None:
        def undeclared(message: str | None = None) -> Undeclared:
            return Undeclared.of(obj, str(name))

        super().__init__(hint, obj, name, exc if exc is SecurityError else undeclared)  # type: ignore[arg-type]


class _Code(CodeGenerator):
    """Code that asks for the time in every block, counts what it joins, and keeps decimals exact."""

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        self.writeline("environment.deadline.check()")
        super().blockvisit(nodes, frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        self.newline(node)  # plain text remembers its line too
        super().visit_Output(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        value = node.as_const(frame.eval_ctx)
        if isinstance(value, float):
            self.write(f"environment.decimal({str(value)!r})")
        else:
            super().visit_Const(node, frame)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 with a few pure filters and functions; `load` gives the text of a template by its name."""

    code_generator_class = _Code
    intercepted_binops = frozenset(["+", "*", "/", "//", "%", "**"])
    decimal = Decimal

    def __init__(self, load: Callable[[str], str], deadline: Deadline) -> None:
        super().__init__(
            undefined=_Missing,
            loader=FunctionLoader(load),
            finalize=_text,
            keep_trailing_newline=True,
            optimized=False,
        )
        self.deadline = deadline
        self.filters = {name: FILTERS[name] for name in _FILTERS}
        self.filters.update(replace=_replace, round=_round, join=self.join, weekday=_weekday, date=_date)
        self.filters.update({name: _on_text(FILTERS[name]) for name in _OF_TEXT})
        bounded = self.globals["range"]
        self.globals = {"range": bounded, "date": _date, "days": _days, "weeks": _weeks, "weekday": _weekday}

    def joined(self, parts: Iterable[Any]) -> str:
        """The text of `parts` one after the other."""
        return self.join(parts)

    def join(self, parts: Iterable[Any], separator: str = "") -> str:
        texts: list[str] = []
        size = 0
        for part in parts:
            texts.append(_text(part))
            size += len(texts[-1]) + len(separator)
            if size > MAX_TEXT:
                raise TemplateRefused("it joins more than 1 MB of text")
        return str(separator).join(texts)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`left operator right` as long as the result is of a size that a configuration can need."""
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            str(left), str(right)  # raises: the name is not defined
        if operator == "%" and isinstance(left, str):
            raise TemplateRefused("text cannot be formatted with %; join it with ~")
        _raise_if_large(operator, left, right)
        if operator == "/":
            return Decimal(left) / Decimal(right)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> None:
        """str.format is no way round `is_safe_attribute`: its widths have no bound."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        if isinstance(obj, date):
            return attr in _DATE_METHODS
        if isinstance(obj, int | Decimal):
            return False
        return super().is_safe_attribute(obj, attr, value)


def _raise_if_large(operator: str, left: Any, right: Any) -> None:
    lengths = [length for length in (_length(left), _length(right)) if length is not None]
    if operator == "+" and sum(lengths) > MAX_TEXT:
        raise TemplateRefused("it adds texts or lists until they are larger than 1 MB")
    if operator == "*" and lengths:
        times = right if _length(left) is not None else left
        if isinstance(times, int) and times * lengths[0] > MAX_TIMES:
            raise TemplateRefused("it repeats something until it is larger than 100 kB")
    elif operator in ("*", "**") and isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
        power = min(abs(int(right)), MAX_BITS + 1)
        bits = _bits(left) + _bits(right) if operator == "*" else _bits(left) * power
        if bits > MAX_BITS:
            raise TemplateRefused("a number becomes too large")


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, str | list | tuple) else None


def _bits(number: Any) -> int:
    return max(int(abs(number)).bit_length(), 1)


def _text(value: Any) -> Any:
    """`value` as text if it is a list or a mapping of bearable size; everything else stays as it is."""
    if not isinstance(value, list | tuple | dict):
        return value if isinstance(value, Undefined) else str(value)
    size = 0
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        size += len(part) if isinstance(part, str) else 4
        if size > MAX_TEXT:
            raise TemplateRefused("it writes a list of more than 1 MB")
        if isinstance(part, dict):
            waiting.extend([*part, *part.values()])
        elif isinstance(part, list | tuple):
            waiting.extend(part)
    return str(value)


def _on_text(of_text: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja's that makes text of its argument, with what it makes bounded."""

    @wraps(of_text)
    def bounded(*arguments: Any, **options: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, list | tuple | dict):
                _text(argument)
        return of_text(*arguments, **options)

    return bounded


def _replace(text: Any, old: str, new: str) -> str:
    whole, old, new = _text(text), _text(old), _text(new)
    if len(whole) + whole.count(old) * max(len(new) - len(old), 0) > MAX_TEXT:
        raise TemplateRefused("it replaces until the text is larger than 1 MB")
    replaced: str = whole.replace(old, new)
    return replaced


def _round(number: Any, places: int = 0) -> Decimal:
    if not 0 <= places <= 10:
        raise TemplateRefused("round takes 0 to 10 places")
    return Decimal(round(Decimal(number), places))


def _date(text: Any) -> date:
    """The day that `text` names, as YYYY-MM-DD."""
    if isinstance(text, date):
        return text
    if not isinstance(text, str) or len(text) != 10:
        raise TemplateRefused(f"date needs a text such as '2027-02-01', and got {str(text)[:40]!r}")
    return date.fromisoformat(text)


def _days(number: int) -> timedelta:
    return timedelta(days=operator.index(number))


def _weeks(number: int) -> timedelta:
    return timedelta(weeks=operator.index(number))


def _weekday(day: Any) -> int:
    """The day of the week: 1 is Monday, 7 is Sunday."""
    return _date(day).isoweekday()
