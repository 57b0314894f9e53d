"""Faults of YAML syntax in plain words."""

from __future__ import annotations

from yaml.error import MarkedYAMLError

from reconciler.config.source import Mark, SourceFile
from reconciler.model.diagnostic import Diagnostic

_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be",
        "put the value in quotes if it contains ': ', or check the indentation",
    ),
    (
        "did not find expected key",
        "a key was expected here",
        "check the indentation, and that every quote and bracket above is closed",
    ),
    (
        "expected <block end>",
        "a key was expected here",
        "check the indentation, and that every quote and bracket above is closed",
    ),
    (
        "did not find expected '-' indicator",
        "a '-' was expected here",
        "the entries of a list begin with '-' at the same column",
    ),
    (
        "could not find expected ':'",
        "a ':' is missing after a key",
        "write 'key: value', with a blank after the colon",
    ),
    (
        "did not find expected node content",
        "a value was expected here",
        "check that every bracket is closed and no comma is too many",
    ),
    (
        "expected the node content",
        "a value was expected here",
        "check that every bracket is closed and no comma is too many",
    ),
    (
        "found unknown escape character",
        "an unknown escape after '\\'",
        "in double quotes write '\\\\' for one '\\'",
    ),
    (
        "did not find expected <document start>",
        "what stands here does not belong to the mapping above",
        "check the indentation",
    ),
    (
        "expected '<document start>'",
        "what stands here does not belong to the mapping above",
        "check the indentation",
    ),
    ("undefined tag handle", "a tag (a word after '!') that is not known", "put the value in quotes"),
    ("found undefined tag handle", "a tag (a word after '!') that is not known", "put the value in quotes"),
)

_UNCLOSED = ("expected ',' or", "found unexpected end of stream")


def syntax_fault(source: SourceFile, error: MarkedYAMLError) -> Diagnostic:
    """The parser's `error` as the user is told."""
    place = error.problem_mark or error.context_mark
    mark = Mark(place.line + 1, place.column + 1) if place else Mark(1, 1)
    problem = str(error.problem or error.context or "it cannot be read")
    if "cannot start any token" in problem:
        return _unexpected_character(source, mark)
    if error.context_mark is not None and any(fragment in problem for fragment in _UNCLOSED):
        return _unclosed(source, Mark(error.context_mark.line + 1, error.context_mark.column + 1), mark)
    for fragment, summary, detail in _WORDS:
        if fragment in problem:
            return source.fault(mark, summary, detail=detail)
    return source.fault(mark, f"this is no YAML: {problem}")


def _unclosed(source: SourceFile, opened: Mark, noticed: Mark) -> Diagnostic:
    """A bracket or a quote, shown where it opens: where it is missed is often lines below."""
    sign = _character(source, opened)
    if sign in "[{":
        detail = f"close it, or look for a missing comma before line {noticed.line}"
    else:
        detail = "close it, or double it where it is part of the text"
    return source.fault(opened, f"this {sign} is never closed", detail=detail)


def _character(source: SourceFile, mark: Mark) -> str:
    lines = source.text.split("\n")
    return lines[mark.line - 1][mark.column - 1 : mark.column] if mark.line <= len(lines) else ""


def _unexpected_character(source: SourceFile, mark: Mark) -> Diagnostic:
    character = _character(source, mark)
    if character == "\t":
        return source.fault(mark, "a tab cannot indent YAML", detail="use blanks")
    return source.fault(
        mark,
        f"no value can begin with '{character}'",
        detail="put the value in quotes if it is meant as text",
    )
