"""Notifications in the project file: what may be written, what is refused, and that no secret is shown."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from config_repository import PROJECT, write
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.config.files import FileFault
from reconciler.config.load import load_config
from reconciler.config.notification_template import render_notification
from reconciler.errors import ConfigurationError
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.notification import FOR_SOMEBODY, Occasion
from reconciler.model.project import Destination, TokenSource

KEY = "T0123456789/B0123456789/abcdefghijklmnopqrstuvwx"
ADDRESS = f"https://hooks.example.com/services/{KEY}"


def project(chat: str, more: str = "") -> dict[str, str | bytes | None]:
    """A repository whose project has one destination."""
    return {"reconciler.yaml": f"{PROJECT}{more}notifications:\n  chat: {chat}\n"}


def faults(tmp_path: Path, chat: str) -> list[Diagnostic]:
    """What is wrong with that destination."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(tmp_path, project(chat)))
    return list(caught.value.diagnostics)


def test_what_is_not_written_has_a_default(tmp_path: Path) -> None:
    """An address suffices."""
    (chat,) = load_config(write(tmp_path, project("{url: {env: CHAT}}"))).project.notifications
    assert chat == Destination("chat", TokenSource(env="CHAT"))
    assert (chat.on, chat.timeout) == (FOR_SOMEBODY, Decimal(10))


def test_everything_may_be_written(tmp_path: Path) -> None:
    """Sources of secrets stay sources."""
    text = """{url: {file: hook}, on: [failed], template: chat.j2, timeout: 2.5, allow_http: true,
         headers: {Authorization: {env: AUTH}, X-Team: flowers}}"""
    root = write(tmp_path, {**project(text), "chat.j2": "{}"})
    (chat,) = load_config(root).project.notifications
    assert chat.headers == {"Authorization": TokenSource(env="AUTH"), "X-Team": "flowers"}
    assert (chat.url, chat.on) == (TokenSource(file="hook"), (Occasion.FAILED,))
    assert (chat.template, chat.timeout, chat.allow_http) == ("chat.j2", Decimal("2.5"), True)


def test_who_is_told_changes_no_plan(tmp_path: Path) -> None:
    """A saved plan stays what it is."""
    before = load_config(write(tmp_path / "a")).digest
    assert load_config(write(tmp_path / "b", project("{url: {env: CHAT}}"))).digest == before


@pytest.mark.parametrize(
    "chat",
    [
        f"{{url: {ADDRESS}}}",
        f"{{url: {ADDRESS}, onn: [failed]}}",
        f"{{url: {{env: {ADDRESS}}}}}",
        f"{{url: [{ADDRESS}]}}",
        f"\n    url: {ADDRESS}\n    colour: red",
        f"\n    url:\n      {ADDRESS}",
    ],
)
def test_an_address_in_plain_text_is_refused_and_not_shown(tmp_path: Path, chat: str) -> None:
    """Neither by its own fault nor by that of a neighbour on the same line."""
    told = faults(tmp_path, chat)
    assert any("'url'" in each.summary or "'env'" in each.summary for each in told)
    assert KEY not in repr(told)


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "X-Secret", "Private-Token"])
def test_a_secret_in_a_header_is_refused_and_not_shown(tmp_path: Path, name: str) -> None:
    """What looks like one by its name."""
    (fault,) = faults(tmp_path, f"{{url: {{env: CHAT}}, headers: {{{name}: Bearer abc}}}}")
    assert f"'{name}' looks like a secret" in fault.summary
    assert "Bearer" not in repr(fault)
    assert fault.origin is not None and fault.origin.file == "reconciler.yaml"


@pytest.mark.parametrize(
    ("chat", "words"),
    [
        ("{url: {env: CHAT}, headers: {Host: example.com}}", "written by reconciler"),
        ("{url: {env: CHAT}, headers: {x-team: a, X-Team: b}}", "twice"),
        ("{url: {env: CHAT}, headers: {X Team: a}}", "'X Team' cannot be used"),
        ('{url: {env: CHAT}, headers: {X-Team: "a\\r\\nHost: b"}}', "'X-Team'"),
        ("{url: {env: CHAT}, template: chat.j2}", "does not exist"),
        ("{url: {env: CHAT}, template: ../chat.j2}", "outside of the repository"),
        ("{url: {env: CHAT}, template: chat.json}", "ends in .j2"),
        ('{url: {env: CHAT}, template: "chat\\0.j2"}', "cannot be a file's name"),
        ("{url: {env: CHAT}, on: []}", "'on'"),
        ("{url: {env: CHAT}, on: [test]}", "entry 1 of 'on'"),
        ("{url: {env: CHAT}, timeout: 61}", "'timeout'"),
        ("{on: [failed]}", "'url' is missing"),
    ],
)
def test_what_is_wrong_is_said_in_place(tmp_path: Path, chat: str, words: str) -> None:
    """In plain words, with the line."""
    (fault,) = faults(tmp_path, chat)
    assert words in fault.summary
    assert fault.origin is not None and fault.origin.line > 7


def test_an_environment_goes_over_it(tmp_path: Path) -> None:
    """null takes one away; a source replaces a source; the rest merges."""
    staging = """  quiet: {notifications: {chat: null}}
  other: {notifications: {chat: {url: {file: hook}, headers: {X-Team: {env: TEAM}}}}}
"""
    root = write(tmp_path, project("{url: {env: CHAT}, on: [drift], headers: {X-Team: {file: t}}}", staging))
    assert load_config(root, "quiet").project.notifications == ()
    (chat,) = load_config(root, "other").project.notifications
    assert (chat.url, chat.on) == (TokenSource(file="hook"), (Occasion.DRIFT,))
    assert chat.headers == {"X-Team": TokenSource(env="TEAM")}


TEMPLATE = """\
{% macro line(each) %}{"name": "{{ each.name }}", "raw": {{ each.text | tojson }}}{% endmacro -%}
{
  "title": "{{ notification.title }}",
  "joined": "{{ notification.title ~ "·" ~ vars.season }}",
  "lines": [
    {% for each in notification.subjects %}{{ line(each) }}{% if not loop.last %},{% endif %}{% endfor %}
  ],
  "cut": "{{ notification.title[:3] }}",
  "code": {{ notification.exit_code | tojson }}, "none": "{{ notification.exit_code }}"
}
"""


def rendered(tmp_path: Path, template: str, document: Any) -> Any:
    (tmp_path / "chat.j2").write_text(template, encoding="utf-8")
    return json.loads(render_notification("chat.j2", tmp_path, {"season": "valentines"}, document))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=30, deadline=None)
@given(texts, st.lists(texts, max_size=3))
@example('"', ["\\", "</script>\x1f\u2028"])
def test_no_text_breaks_the_json(
    tmp_path_factory: pytest.TempPathFactory, title: str, names: list[str]
) -> None:
    """Quotes, backslashes, line ends, what ends a script: each arrives as it was."""
    subjects = [{"name": name, "text": title} for name in names]
    document = {"title": title, "subjects": subjects, "exit_code": None}
    made = rendered(tmp_path_factory.getbasetemp(), TEMPLATE, document)
    assert made == {
        "title": title,
        "joined": f"{title}·valentines",
        "lines": [{"name": name, "raw": title} for name in names],
        "cut": title[:3],
        "code": None,
        "none": "",
    }


def test_a_template_reaches_nothing(tmp_path: Path) -> None:
    """It runs in the sandbox of all templates: no environment, no file, nothing of Python."""
    for template in (
        "{{ notification.__class__ }}",
        "{{ environ }}",
        "{% include '../secret' %}",
    ):
        with pytest.raises(FileFault):
            rendered(tmp_path, template, {"title": "x"})
