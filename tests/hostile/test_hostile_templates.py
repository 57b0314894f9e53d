"""Templates that mean harm: every operation is small, and between any two of them the allowance is asked."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from reconciler.config.allowance import MAX_WORDS, Allowance, TemplateRefused
from reconciler.config.files import FileFault
from reconciler.config.sandbox import Sandbox
from reconciler.config.source import SourceFile
from reconciler.config.template import render_template


def render(text: str) -> str:
    """What the template makes."""
    source = SourceFile("config/x.yaml.j2", text)
    return render_template(source, Path("/nowhere"), {"season": "v", "boxes": 3}).text


def refusal(text: str) -> str:
    """Why the template cannot be rendered."""
    with pytest.raises(FileFault) as caught:
        render(text)
    return caught.value.diagnostic.summary


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ 5 | dictsort }}", "no attribute"),
        ("{{ range(a=1, a=2) }}", "keyword argument repeated"),
        ("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, "too many statically nested blocks"),
        ("{{ vars[(1, 2)] }}", "no variable '(1, 2)'"),
        ("{{ [] | first }}", "no first item"),
        ("{{ [1] | tojson(indent=999999999) }}", "unexpected keyword"),
        ("{{ 'text' / 2 }}", "'text' is none"),
        ("{{ 1e999 }}", "too large"),
        ("{{ 1e308 * 1e308 }}", "too large"),
    ],
)
def test_whatever_goes_wrong_is_the_templates_fault(text: str, why: str) -> None:
    """Also what Python says of code that Jinja let through."""
    assert why in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ range }}",
        "{{ vars.items }}",
        "{{ vars | selectattr('x') }}",
        "{{ [range] }}",
        "{{ [range] | string }}",
        "{{ 'a' ~ range }}",
        "{% for a in [1] %}{{ loop }}{% endfor %}",
        "{{ self }}",
        "{{ (vars.keys() - ['boxes']) | list }}",
    ],
)
def test_nothing_is_written_that_differs_from_run_to_run(text: str) -> None:
    """Neither an address in memory nor the order of a set."""
    assert "cannot be" in refusal(text) or "is for numbers" in refusal(text)


def test_numbers_are_exact() -> None:
    """No result of a template is a float."""
    assert render("{{ 2 ** -2 }} {{ 1 ** -1 }} {{ 0.1 + 0.2 }} {{ [0.1, 0.2] | sum }}") == "0.25 1 0.3 0.3"
    assert render("{{ [{'n': 2}, {'n': 0.5}] | sum(attribute='n') }}") == "2.5"


@pytest.mark.parametrize(
    "operation",
    [
        "1 < 2",
        "'a' in 'b'",
        "[1] == [2]",
        "vars.season[1:]",
        "[1, 2]",
        "{'a': 1}",
        "(1, 2)",
        "'a' ~ 'b'",
        "1 + 1",
        "2 - 1",
        "'a' | upper",
        "1 is odd",
        "range(3)",
        "'a'.upper()",
        "[3, 1] | sort",
    ],
)
def test_the_clock_is_asked_at_every_operation(operation: str) -> None:
    """One expression may be long: with a clock that only goes on when it is asked, none runs past its end."""
    ticks = count()
    allowance = Allowance(10_000, clock=lambda: next(ticks))
    sandbox = Sandbox(lambda name: "{{ [" + f"{operation}, " * 200 + "] | length }}", allowance)
    template = sandbox.get_template("x")
    before = next(ticks)
    assert template.render({"vars": {"season": "v"}}) == "200"
    assert next(ticks) - before >= 200


@pytest.mark.parametrize(
    "text",
    [
        "{% set x %}{% for a in range(99999) %}{{ 'x' * 9999 }}{% endfor %}{% endset %}",
        "{% macro f() %}"
        + "x" * 9_999
        + "{% endmacro %}{% for a in range(99999) %}{% set x = f() %}{% endfor %}",
        "{{ (['x' * 99999] * 99999) | map('upper') | list | length }}",
        "{{ ([[1] * 99999] * 9999) | sum(start=[]) | length }}",
        "{{ [" + "('x' * 99999)[1:], " * 1_000 + "] | length }}",
        "{% set a = ['x' * 99999] * 99999 %}{{ a == a }}",
    ],
)
def test_what_is_made_is_counted(text: str) -> None:
    """Before it fills the memory: one value, and all values together."""
    assert " MB" in refusal(text)


def test_a_template_has_so_many_words() -> None:
    """Compiling is C code that nothing can stop: so what is compiled has a bound. Plain text has none."""
    assert f"more than {MAX_WORDS:,} words" in refusal("{{ 1 }}" * MAX_WORDS)
    assert len(render("plain text\n" * 100_000)) == 1_100_000


def test_an_allowance_ends() -> None:
    """By time, by bytes and by words, each with its own reason."""
    with pytest.raises(TemplateRefused, match="5 seconds"):
        Allowance(5, clock=iter((0.0, 5.1)).__next__).check()
    with pytest.raises(TemplateRefused, match="100 MB"):
        Allowance(5).take(100_000_001)
    with pytest.raises(TemplateRefused, match="10 MB"):
        Allowance(5).made(["x" * 1_000_000] * 11)
    assert Allowance(5).made([1, ["x"]]) == [1, ["x"]]
