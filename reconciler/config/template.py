"""Templates (`.yaml.j2`) to YAML text, each line remembering the line of the template that made it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError
from jinja2.loaders import split_template_path

from reconciler.config.allowance import Allowance, TemplateRefused
from reconciler.config.files import CONFIG_FOLDER, MAX_BYTES, FileFault, raise_if_unreadable, read_source
from reconciler.config.nearest import nearest
from reconciler.config.sandbox import Sandbox, Undeclared, Variables
from reconciler.config.source import Mark, SourceFile
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Value

MAX_SECONDS = 5.0


def render_template(
    source: SourceFile, root: Path, variables: Mapping[str, Value], seconds: float = MAX_SECONDS
) -> SourceFile:
    """`source` rendered with `variables` as `vars`; FileFault at the template's line when it cannot be.

    A template may run for 5 seconds and make 5 MB of text, reads nothing but templates below `config/`, and
    knows neither time nor chance: the same variables give the same text.
    """
    result = render_source(source, root, {"vars": Variables(variables)}, Sandbox, seconds)
    raise_if_unreadable(result)
    return result


def render_source(
    source: SourceFile,
    root: Path,
    values: Mapping[str, object],
    sandbox: type[Sandbox],
    seconds: float = MAX_SECONDS,
) -> SourceFile:
    """The same within `sandbox`, and with `values` by the names that the template knows them by."""

    def load(name: str) -> str:
        try:
            if name == source.name:
                return source.text
            below = "/".join(split_template_path(name))  # refuses to climb out of the folder
            return read_source(root, f"{CONFIG_FOLDER}/{below}").text
        except FileFault:
            raise TemplateNotFound(name) from None

    environment = sandbox(load, Allowance(seconds))
    try:
        template = environment.get_template(source.name)
        rendered = _Rendering(source, template, MAX_BYTES)
        rendered.run({name: environment.allowance.made(value) for name, value in values.items()})
    except TemplateSyntaxError as error:
        raise FileFault(
            _fault(source, error.lineno, error.name, error.message or "it cannot be read")
        ) from None
    except (RecursionError, MemoryError) as error:
        what = "calls itself without end" if isinstance(error, RecursionError) else "needs too much memory"
        raise FileFault(_fault(source, _line_of(error, source), None, f"it {what}")) from None
    except SyntaxError as error:  # of the code that Jinja made: what Jinja allows and Python does not
        raise FileFault(_fault(source, 1, None, error.msg)) from None
    except Exception as error:  # noqa: BLE001  # whatever a template raises is the template's fault
        raise FileFault(_runtime_fault(source, error)) from None
    return SourceFile(source.name, rendered.text(), tuple(rendered.lines))


class _Rendering:
    """The pieces that a template yields, and which of its lines each line of text comes from."""

    def __init__(self, source: SourceFile, template: Template, limit: int) -> None:
        self.template = template
        self.written = source.text.split("\n")
        self.limit = limit
        self.pieces: list[str] = []
        self.lines: list[int] = [1]
        self.size = 0
        self.is_blank = True

    def text(self) -> str:
        return "".join(self.pieces)

    def run(self, context: Mapping[str, Any]) -> None:
        pieces: Any = self.template.root_render_func(self.template.new_context(dict(context)))
        for piece in pieces:
            line = max(self.template.get_corresponding_lineno(pieces.gi_frame.f_lineno), 1)
            self.size += len(piece.encode("utf-8", "surrogatepass"))
            if self.size > self.limit:
                raise TemplateRefused("it makes more than 5 MB of text", line)
            self.take(piece, line)

    def take(self, piece: str, line: int) -> None:
        """Note `piece`, which was made at `line`: plain text goes on line by line, a value stays there."""
        first, *more = piece.split("\n")
        if self.is_blank:
            self.lines[-1] = line
        plain = self.is_plain(more, line)
        self.lines.extend(line + number if plain else line for number in range(1, len(more) + 1))
        self.is_blank = (not more and self.is_blank and not first.strip()) or (
            bool(more) and not more[-1].strip()
        )
        self.pieces.append(piece)

    def is_plain(self, more: list[str], line: int) -> bool:
        """Whether the lines after the first stand in the template just so."""
        written = self.written[line : line + len(more)]
        return len(written) == len(more) and all(
            text.startswith(piece) for text, piece in zip(written, more, strict=True)
        )


def _runtime_fault(source: SourceFile, error: Exception) -> Diagnostic:
    line = _line_of(error, source)
    if isinstance(error, TemplateNotFound):
        detail = f"templates are read from {CONFIG_FOLDER}/, and named from there: 'parts/order.j2'"
        return _fault(source, line, None, f"there is no template '{error.name}' to include", detail)
    if isinstance(error, Undeclared):
        suggestion = nearest(error.name, error.known)
        detail = "" if suggestion else error.detail
        mark = Mark(line, _column(source, line, error.name))
        return source.fault(mark, error.summary, detail=detail, suggestion=suggestion)
    return _fault(source, line, None, str(error) or type(error).__name__)


def _fault(source: SourceFile, line: int, name: str | None, reason: str, detail: str = "") -> Diagnostic:
    if name is not None and name != source.name:
        reason, line = f"{reason} (in {CONFIG_FOLDER}/{name}, line {line})", 1
    text = source.line(line) or ""
    column = len(text) - len(text.lstrip()) + 1
    return source.fault(Mark(line, column), f"this template cannot be rendered: {reason}", detail=detail)


def _column(source: SourceFile, line: int, name: str) -> int:
    return max((source.line(line) or "").find(name), 0) + 1


def _line_of(error: BaseException, source: SourceFile) -> int:
    """The last line of this template that was being rendered when `error` was raised."""
    line = error.line if isinstance(error, TemplateRefused) else 1
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template) and template.name == source.name:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return max(line, 1)
