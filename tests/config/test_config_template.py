"""Templates: what they can do, and what stops them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.config.files import FileFault
from reconciler.config.source import SourceFile
from reconciler.config.template import render_template
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Value

VARIABLES: Mapping[str, Value] = {"season": "valentines", "boxes": 3}


def render(text: str, root: Path = Path("/nowhere"), seconds: float = 5) -> str:
    """What the template makes."""
    return render_template(SourceFile("config/x.yaml.j2", text), root, VARIABLES, seconds).text


def fault_of(text: str, root: Path = Path("/nowhere"), seconds: float = 5) -> Diagnostic:
    """Why the template cannot be rendered."""
    with pytest.raises(FileFault) as caught:
        render(text, root, seconds)
    return caught.value.diagnostic


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{ vars.season }}-{{ vars['boxes'] + 1 }}", "valentines-4"),
        ("{{ date('2027-01-04') + days(7) }}", "2027-01-11"),
        ("{{ ('2027-01-04' | date + weeks(2)) | weekday }} {{ weekday('2027-01-10') }}", "1 7"),
        ("{{ weeks('2026-12-28', 3) | join(' ') }}", "2026-12-28 2027-01-04 2027-01-11"),
        ("{{ weekday('2027-01-03', 'mon') }} {{ weekday('2027-01-04', 'sun') }}", "2026-12-28 2027-01-10"),
        ("{{ (date('2027-01-10') - date('2027-01-04')).days }}", "6"),
        ("{{ 0.1 + 0.2 }} {{ 1 / 4 }} {{ 2.005 | round(2) }} {{ vars.boxes * 0.42 }}", "0.3 0.25 2.00 1.26"),
        ("{% for n in range(2) %}{{ loop.index }},{% endfor %}", "1,2,"),
        ("{{ 'a b' | replace(' ', '-') | upper }}{{ ['x', 'y'] | join('+') }}", "A-Bx+y"),
        ("{{ 'say \"x\"' | tojson }}", '"say \\"x\\""'),
        ("{% set ns = namespace(a=1) if false else 1 %}{{ ns }}\n", "1\n"),
    ],
)
def test_templates_compute_exactly(text: str, made: str) -> None:
    """Variables, dates and a few pure filters; decimals stay exact."""
    assert render(text) == made


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ vars.__init__.__globals__ }}",
        "{{ now() }}",
        "{{ [1, 2] | random }}",
        "{{ lipsum() }}",
        "{{ vars.update({'a': 1}) }}",
        "{{ 'x'.center(100000000) }}",
        "{{ 'x'.format(1) }}",
        "{{ '%100000000d' % 1 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ ('x' * 100000 ~ 'y') | replace('x', 'x' * 100000) }}",
        "{{ (['x' * 100000] * 100000) | string }}",
        "{{ ['x' * 100000] * 100000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 0.1 ** 100000000 }}",
        "{{ 1 // 0 }}",
        "{{ 1 + 'a' }}",
        "{{ range(1000000000) }}",
        "{{ days(10 ** 12) }}",
        "{{ date('2027-02-30') }}",
        "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('x' * 1000) }}",
        "{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% include 'nothing.j2' %}",
        "{% if %}",
        "{{ vars.seazon }}",
        "{{ season }}",
        "{{ vars.season.colour }}",
        "{{ 7 | nothing }}",
        "{% do 1 %}",
    ],
)
def test_what_a_template_must_not_do_is_a_fault(text: str) -> None:
    """No way out of the sandbox, no time or chance, no explosion: a fault at the line, within a second."""
    start = time.monotonic()
    fault = fault_of("# first\n" + text)
    assert time.monotonic() - start < 2
    assert fault.origin is not None
    assert (fault.origin.file, fault.origin.line) == ("config/x.yaml.j2", 2)


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(100000) if false %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    ],
)
def test_a_template_that_runs_for_long_is_stopped(text: str) -> None:
    """The deadline holds for loops without output and for calls that branch."""
    assert "runs for more than 0.2 seconds" in fault_of(text, seconds=0.2).summary


def test_parts_are_read_from_the_config_folder_alone(tmp_path: Path) -> None:
    """include and import work below config/, and nowhere else, whatever the name or the link."""
    parts = tmp_path / "config" / "parts"
    parts.mkdir(parents=True)
    (parts / "item.j2").write_text("{% macro item(n) %}{boxes: {{ n }}}{% endmacro %}")
    (tmp_path / "secret.j2").write_text("secret")
    (parts / "link.j2").symlink_to("/etc/hostname")
    assert render("{% from 'parts/item.j2' import item %}{{ item(4) }}", tmp_path) == "{boxes: 4}"
    for name in ("../secret.j2", "/etc/hostname", "parts/../../secret.j2", "parts/link.j2"):
        assert "there is no template" in fault_of(f"{{% include '{name}' %}}", tmp_path).summary


def test_every_line_knows_its_line_in_the_template() -> None:
    """Loops, conditions and values do not move the lines that are reported."""
    text = (
        "a:\n{% for n in range(2) %}\n  b{{ n }}:\n    {% if n %}\n    c: 1\n"
        "    {% endif %}\n    d: {{ n }}\n{% endfor %}e: 1\n"
    )
    rendered = render_template(SourceFile("config/x.yaml.j2", text), Path("/nowhere"), {})
    made = zip(rendered.text.split("\n"), rendered.template_lines, strict=True)
    found = {line.strip(): number for line, number in made}
    assert (found["b1:"], found["c: 1"], found["d: 1"], found["e: 1"]) == (3, 5, 7, 8)


def test_the_same_variables_give_the_same_text() -> None:
    """Rendering is a function of the template and its variables."""
    text = "{% for n in range(20) %}{{ n }}: {{ vars.season | upper }}\n{% endfor %}"
    assert render(text) == render(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ weeks('2027-01-04', 531) }}", "from 0 to 530"),
        ("{{ weeks('2027-01-04', -1) }}", "from 0 to 530"),
        ("{{ weeks('4 January', 2) }}", "date needs a text such as '2027-02-01'"),
        ("{{ weekday('2027-01-04', 'monday') }}", "one of mon, tue, wed, thu, fri, sat, sun"),
        ("{{ weeks('9999-12-31', 2) }}", "date value out of range"),
    ],
)
def test_weeks_and_weekdays_say_what_they_take(text: str, why: str) -> None:
    """What a standing order is made of: consecutive weeks, few enough, and a weekday by its name."""
    assert why in fault_of(text).summary
