"""The Jinja2 environment of templates: no time, no chance, no way out, and an end to everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.lexer import TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import htmlsafe_json_dumps

from reconciler.config.allowance import Allowance, TemplateRefused
from reconciler.config.template_code import MeteredCode
from reconciler.config.template_values import (
    MAX_TEXT,
    day_of,
    days,
    replaced,
    rounded,
    text_of,
    weekday,
    weeks,
)

MAX_TIMES = 100_000
MAX_BITS = 256


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILTERS = _words(
    "abs count d default dictsort first groupby int items last length list map max min reject rejectattr "
    "reverse select selectattr sort unique"
)
_OF_TEXT = _words("capitalize lower string title trim upper")
_TEXT_METHODS = _words(
    "capitalize count endswith find index isalnum isalpha isdecimal isdigit islower isupper lower lstrip "
    "partition removeprefix removesuffix rpartition rsplit rstrip split splitlines startswith strip title "
    "upper"
)
_DATE_METHODS = _words("day isocalendar isoformat isoweekday month toordinal weekday year")

_NAMES: dict[type, str] = {str: "text", int: "number", Decimal: "number", date: "date", list: "list"}


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


class _Missing(StrictUndefined):
    """An undefined name: any use of it raises Undeclared."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = None, name: str | None = None, exc: Any = None
    ) -> None:
        def undeclared(message: str | None = None) -> Undeclared:
            return (
                Undeclared.of(obj, str(name)[:100])
                if name is not None
                else Undeclared("", _sentence(message))
            )

        super().__init__(hint, obj, name, exc if exc is SecurityError else undeclared)  # type: ignore[arg-type]


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 with a few pure filters and functions; `load` gives the text of a template by its name."""

    code_generator_class = MeteredCode
    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])
    decimal = Decimal

    def __init__(self, load: Callable[[str], str], allowance: Allowance) -> None:
        super().__init__(
            undefined=_Missing,
            loader=FunctionLoader(load),
            finalize=self.written,
            keep_trailing_newline=True,
            optimized=False,
        )
        self.allowance = allowance
        bounded = self.globals["range"]
        self.globals = {"range": bounded, "date": day_of, "days": days, "weeks": weeks, "weekday": weekday}
        filters: dict[str, Callable[..., Any]] = {name: FILTERS[name] for name in _FILTERS}
        filters.update(replace=replaced, round=rounded, join=self.join, weekday=weekday, date=day_of)
        filters.update({name: _on_text(FILTERS[name]) for name in _OF_TEXT}, tojson=self.tojson, sum=self.sum)
        self.filters = {name: self.metered(function) for name, function in filters.items()}
        tests: Any = TESTS  # typed as functions without signatures
        self.tests = {name: self.metered(function) for name, function in tests.items()}

    def metered(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the size of what it makes held against the allowance."""

        @wraps(function)
        def meter(*arguments: Any, **options: Any) -> Any:
            return self.allowance.made(function(*arguments, **options))

        return meter

    def call(self, context: Any, function: Any, /, *arguments: Any, **options: Any) -> Any:
        """What a function, a method or a macro gives."""
        return self.allowance.made(super().call(context, function, *arguments, **options))

    def _tokenize(self, source: str, *arguments: Any, **options: Any) -> TokenStream:
        stream = super()._tokenize(source, *arguments, **options)
        return TokenStream(self._counted(stream), stream.name, stream.filename)

    def _counted(self, stream: TokenStream) -> Iterator[Any]:
        for token in stream:
            self.allowance.word()
            yield token

    def written(self, value: Any) -> Any:
        """`value` as the text that an output writes."""
        text = text_of(value)
        if isinstance(text, str):
            self.allowance.take(len(text))
        return text

    def joined(self, parts: Iterable[Any]) -> str:
        """The text of `parts` one after the other."""
        text: str = self.allowance.made(self.join(parts))
        return text

    concat = joined  # what Jinja calls for a macro or a block

    def join(self, parts: Iterable[Any], separator: str = "") -> str:
        texts: list[str] = []
        size = 0
        for part in parts:
            texts.append(text_of(part))
            size += len(texts[-1]) + len(separator)
            if size > MAX_TEXT:
                raise TemplateRefused("it joins more than 1 MB of text")
        return str(separator).join(texts)

    def sum(self, numbers: Iterable[Any], attribute: Any = None, start: Any = 0) -> Any:
        total = start
        get: Callable[[Any], Any] = make_attrgetter(self, attribute)
        for number in numbers:
            total = self.call_binop(None, "+", total, number if attribute is None else get(number))
        return total

    def tojson(self, value: Any) -> str:
        text_of(value)
        return htmlsafe_json_dumps(value, sort_keys=True)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`left operator right` as long as the result is of a size that a configuration can need."""
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            str(left), str(right)  # raises: the name is not defined
        if operator == "%" and isinstance(left, str):
            raise TemplateRefused("text cannot be formatted with %; join it with ~")
        if isinstance(left, Set) or isinstance(right, Set):
            raise TemplateRefused(f"{operator} is for numbers, dates, texts and lists")
        _raise_if_large(operator, left, right)
        if operator == "/" or (operator == "**" and isinstance(right, int) and right < 0):
            left, right = _exact(left), _exact(right)
        return self.allowance.made(super().call_binop(context, operator, left, right))

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


def _exact(number: Any) -> Decimal:
    if not isinstance(number, int | Decimal):
        raise TemplateRefused(f"/ and ** are for numbers, and {str(number)[:40]!r} is none")
    return Decimal(number)


def _sentence(message: str | None) -> str:
    """Jinja's own words for what is not there, as the part of a sentence."""
    text = (message or "there is nothing here").rstrip(".")
    return text[:1].lower() + text[1:]


def _on_text(of_text: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja's that makes text of its argument, with what it makes bounded."""

    @wraps(of_text)
    def bounded(*arguments: Any, **options: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, list | tuple | dict):
                text_of(argument)
        return of_text(*arguments, **options)

    return bounded
