"""The expressions of workflow files, as far as ours use them, evaluated as GitHub does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(&&|\|\||==|!=|!|[(),])|([A-Za-z_][\w-]*(?:\.(?:[\w-]+|\*))*))")
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "format": lambda text, *values: text.format(*values),
    "join": lambda values, sign: sign.join(values or ()),
}


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    contexts: Mapping[str, Any]

    def take(self, *signs: str) -> bool:
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            self.tokens.pop(0)
            return True
        return False

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.equality()
        while self.take("&&"):
            other = self.equality()
            value = value and other
        return value

    def equality(self) -> Any:
        value = self.single()
        if self.take("=="):
            return _text(value) == _text(self.single())
        if self.take("!="):
            return _text(value) != _text(self.single())
        return value

    def single(self) -> Any:
        if self.take("!"):
            return not self.single()
        if self.take("("):
            value = self.either()
            assert self.take(")")
            return value
        sort, word = self.tokens.pop(0)
        if sort == "text":
            return word.replace("''", "'")
        assert sort == "word", word
        if self.take("("):
            return self.call(word)
        return _looked_up(word, self.contexts)

    def call(self, name: str) -> Any:
        arguments = []
        while not self.take(")"):
            arguments.append(self.either())
            self.take(",")
        return {**FUNCTIONS, **self.contexts["functions"]}[name](*arguments)


def evaluate(expression: str, contexts: Mapping[str, Any]) -> Any:
    """The value of an expression; what is not there is nothing, as at GitHub."""
    tokens, place = [], 0
    expression = expression.strip()
    while place < len(expression):
        found = _TOKEN.match(expression, place)
        assert found, f"not understood: {expression[place:]}"
        sort = ("text", "sign", "word")[(found.lastindex or 0) - 1]
        tokens.append((sort, found[found.lastindex or 0]))
        place = found.end()
    reader = _Reader(tokens, contexts)
    value = reader.either()
    assert not reader.tokens, f"left over: {reader.tokens}"
    return value


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """`text` with the value of each expression in its place."""
    return _HOLE.sub(lambda found: _text(evaluate(found[1], contexts)), text)


def _text(value: Any) -> str:
    return (
        {None: "", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def _looked_up(word: str, contexts: Mapping[str, Any]) -> Any:
    if word in ("true", "false"):
        return word == "true"
    value: Any = contexts
    for place, name in enumerate(word.split(".")):
        if name == "*":
            rest = word.split(".")[place + 1 :]
            return [_looked_up(".".join(rest), each) for each in value or ()]
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
