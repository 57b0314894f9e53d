"""Who is told how a command ended, in which words; and what a webhook that fails changes: nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.conftest import shop
from cli.driver import SECRET, TOKEN, Shop
from msgspec.structs import replace

from notify.hook import KEY, Answer, Hook, open_hook
from reconciler.config.notification_template import render_notification
from reconciler.kinds.schema import load_schema
from reconciler.model.notification import Occasion, Occurrence, Subject
from reconciler.report.notification import Sender, notification_document

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

__all__ = ["shop"]

CHAT = """
notifications:
  chat: {{url: {{env: CHAT_WEBHOOK}}, on: [{on}]}}
"""
EVERYTHING = "failed, refused, budget, drift, worklist, applied"
STOCK = """\
reservations:
  freedom: {customer: bloomnet, location: MIA, product: RSFRE60, box_type: HB, boxes: 20, tolerance: 2}
"""


@pytest.fixture
def hook(shop: Shop) -> Iterator[Hook]:
    """A webhook whose address is in the environment; the project tells it of everything."""
    with open_hook() as opened:
        shop.variables["CHAT_WEBHOOK"] = opened.url
        write(shop, CHAT.format(on=EVERYTHING))
        yield opened


def write(shop: Shop, text: str) -> None:
    """Adds to the project file."""
    path = shop.folder / "reconciler.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def only(hook: Hook) -> Any:
    """The one document that was sent, which is what its schema says."""
    (document,) = hook.documents
    jsonschema.Draft202012Validator(load_schema("notification")).validate(document)
    return document


def test_an_apply_is_told_once(shop: Shop, hook: Hook) -> None:
    """With what it did; one that finds nothing to do tells nobody."""
    shop.variables |= {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "o/r"}
    assert shop.run("apply", "--yes", GITHUB_RUN_ID="7", GITHUB_ACTOR="@maria").code == 0
    told = only(hook)
    assert (told["event"], told["exit_code"], told["command"]) == ("applied", 0, "apply")
    assert told["title"] == "quickstart: applied"
    assert {"name": "purchase_orders.valentines-freedom", "text": "done"} in told["subjects"]
    assert told["text"].splitlines()[0] == told["title"]
    assert told["run"] in shop.run("history").out
    assert (told["author"], told["link"]) == ("＠maria", "https://github.example/o/r/actions/runs/7")
    assert hook.got[0].headers["Idempotency-Key"] == told["id"]
    assert shop.run("apply", "--yes").code == 0
    assert len(hook.got) == 1


def test_an_apply_that_failed_tells_why(shop: Shop, hook: Hook) -> None:
    """The change that failed comes first."""
    shop.fault(method="purchase.order.create", kind="unknown_product")
    code = shop.run("apply", "--yes").code
    told = only(hook)
    assert (told["event"], told["exit_code"]) == ("failed", code)
    assert told["subjects"][0]["name"] == "purchase_orders.valentines-freedom"
    assert told["subjects"][0]["text"].startswith("failed · ")


def test_steps_for_a_person_are_told(shop: Shop, hook: Hook) -> None:
    """As a worklist, with what is to be clicked."""
    (shop.folder / "config" / "stock.yaml").write_text(STOCK, encoding="utf-8")
    assert shop.run("apply", "--yes").code == 10
    told = only(hook)
    assert told["event"] == "worklist"
    assert "put BLOOM on line" in told["text"]


def test_a_guard_that_refuses_is_told(shop: Shop, hook: Hook) -> None:
    """By its name; the figures are the guard's own words."""
    write(shop, "")
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 50")
    assert shop.run("apply", "--yes").code == 4
    told = only(hook)
    assert (told["event"], told["exit_code"]) == ("refused", 4)
    assert [each["name"] for each in told["subjects"]] == ["max_commitment"]


def test_calls_that_do_not_suffice_are_told(shop: Shop, hook: Hook) -> None:
    """Before anything was written."""
    shop.edit("reconciler.yaml", "reserve: 200", "reserve: 2985")
    assert shop.run("apply", "--yes").code == 5
    assert (only(hook)["event"], only(hook)["exit_code"]) == ("budget", 5)


def test_a_run_that_could_not_begin_is_told(shop: Shop, hook: Hook) -> None:
    """As failed, with the error's own words; nothing of them is the token."""
    assert shop.run("apply", "--yes", **{TOKEN: "wrong"}).code == 9
    told = only(hook)
    assert (told["event"], told["exit_code"]) == ("failed", 9)
    assert told["error"] and "wrong" not in told["error"]


def test_whoever_says_no_or_is_wrong_tells_nobody(shop: Shop, hook: Hook) -> None:
    """What ends at the keyboard is no news."""
    assert shop.run("apply").code == 64
    assert shop.run("apply", "--yes", "--target", "purchase_orders.nobody").code in (0, 64)
    assert hook.got == []


def test_who_does_not_listen_is_not_told(shop: Shop, hook: Hook) -> None:
    """Of what it did not ask for; by default that is a success."""
    shop.edit("reconciler.yaml", f", on: [{EVERYTHING}]", "")
    assert shop.run("apply", "--yes").code == 0
    assert hook.got == []


def test_an_environment_may_be_silent(shop: Shop, hook: Hook) -> None:
    """null takes a destination away, another source of the address replaces the first."""
    (shop.folder / "address").write_text(f"{hook.url}/file\n", encoding="utf-8")
    write(
        shop,
        "environments:\n  quiet: {notifications: {chat: null}}\n"
        "  loud: {notifications: {chat: {url: {file: address}}}}\n",
    )
    assert shop.run("-e", "quiet", "apply", "--yes").code == 0
    assert hook.got == []
    assert shop.run("-e", "loud", "notify").code == 0
    assert (hook.got[0].path, only(hook)["environment"]) == (f"{KEY}/file", "loud")


def test_drift_is_told_and_its_absence_is_not(shop: Shop, hook: Hook) -> None:
    """What somebody changed in Komet; a drift that could not be read is a failure."""
    shop.edit("reconciler.yaml", EVERYTHING, "drift, failed")
    shop.run("apply", "--yes")
    assert shop.run("drift").code == 0
    assert hook.got == []
    line = shop.order()["lines"][0]["id"]
    shop.with_simulator(lambda simulator: simulator.operator("edit-line", line=line, boxes=3))
    assert shop.run("drift").code == 2
    told = only(hook)
    assert (told["event"], told["command"], told["exit_code"]) == ("drift", "drift", 2)
    assert told["subjects"][0]["name"] == "purchase_orders.valentines-freedom"
    assert shop.run("drift", **{TOKEN: "wrong"}).code == 9
    assert hook.events == ["drift", "failed"]


def test_a_webhook_that_fails_changes_no_exit_code(shop: Shop, hook: Hook) -> None:
    """It is a warning on stderr and in the log; neither tells the address."""
    hook.answers = [Answer(404)]
    ended = shop.run("apply", "--yes", "--json", "--log-json", "log.jsonl")
    assert ended.code == 0 and ended.json["exit_code"] == 0
    assert "warning: notification chat (applied) was not taken: it answered HTTP 404" in ended.err
    text = (shop.folder / "log.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    validator = jsonschema.Draft202012Validator(load_schema("log"))
    for line in lines:
        validator.validate(line)
    (noted,) = (line for line in lines if "notification" in line)
    assert noted["level"] == "warning"
    assert noted["notification"] == {
        "destination": "chat",
        "event": "applied",
        "tries": 1,
        "failure": "it answered HTTP 404",
    }
    assert KEY not in text + ended.out + ended.err


def test_an_interruption_ends_the_waiting_and_nothing_else(shop: Shop, hook: Hook) -> None:
    """What was applied is applied, and the exit code says so, also where somebody has no patience."""
    hook.answers = [Answer(hangs=True)] * 9
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", "--yes"],
        cwd=shop.folder,
        env=shop.environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert hook.arrived.wait(30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Apply: 2 done." in out
    assert "warning: notification chat (applied) was not taken: it was interrupted" in err
    assert err.count("was not taken") == 1
    assert "nothing was changed" not in err


def test_a_variable_that_is_not_set_is_a_warning(shop: Shop, hook: Hook) -> None:
    """It may be set in CI alone: the configuration is valid, doctor remarks it, an apply goes on."""
    del shop.variables["CHAT_WEBHOOK"]
    assert shop.run("validate").code == 0
    ended = shop.run("apply", "--yes")
    assert ended.code == 0
    words = "chat (applied) was not taken: environment variable CHAT_WEBHOOK: it is not set"
    assert ended.err.count(words) == 1
    doctor = shop.run("doctor", "--json").json["checks"]
    assert [each["verdict"] for each in doctor if each["name"] == "notifications"] == ["warning"]


def test_notify_sends_a_test(shop: Shop, hook: Hook) -> None:
    """To whom it names, or to all; without the account's token. What was not taken is an error here."""
    del shop.variables[TOKEN]
    ended = shop.run("notify", "chat")
    assert (ended.code, ended.out) == (0, "✓ chat  took the test\n")
    assert only(hook)["event"] == "test"
    shown = shop.run("notify", "--show")
    assert {**shown.json["chat"], "id": "", "at": ""} == {**only(hook), "id": "", "at": ""}
    hook.answers = [Answer(403)]
    assert shop.run("notify", "--json").json["notifications"][0]["failure"] == "it answered HTTP 403"
    assert shop.run("notify", "nobody").code == 64


def test_a_project_without_notifications_has_nothing_to_try(shop: Shop) -> None:
    """That is wrong usage, and says where they are written."""
    ended = shop.run("notify")
    assert ended.code == 64 and "reconciler.yaml" in ended.err


SLACK = '{"text": "{{ notification.text }}", "n": {{ notification.exit_code | tojson }}}'


def test_a_template_makes_what_is_sent(shop: Shop, hook: Hook) -> None:
    """Of the same document; with the project's variables."""
    (shop.folder / "chat.json.j2").write_text(SLACK, encoding="utf-8")
    shop.edit("reconciler.yaml", "on: [", "template: chat.json.j2, on: [")
    assert shop.run("validate").code == 0
    assert shop.run("apply", "--yes").code == 0
    (sent,) = hook.documents
    assert sent["n"] == 0 and sent["text"].startswith("quickstart: applied\n")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (
            '{"text": {{ notification.title }}}',
            "chat.json.j2:1:10: error: what this template makes is not JSON",
        ),
        ('{\n "text": "{{ notification.titel }}"}', "chat.json.j2:2:27: error: there is no key 'titel'"),
        ('["a"]', "it is no object"),
        ('{"a": NaN}', "NaN is no JSON"),
    ],
)
def test_a_template_that_makes_no_json_is_a_fault(shop: Shop, hook: Hook, template: str, words: str) -> None:
    """validate tries it with a sample; at the end of an apply it is a warning."""
    (shop.folder / "chat.json.j2").write_text(template, encoding="utf-8")
    shop.edit("reconciler.yaml", "on: [", "template: chat.json.j2, on: [")
    ended = shop.run("validate")
    assert ended.code == 3 and words in ended.err


def test_a_broken_template_is_a_warning_at_the_end(shop: Shop, hook: Hook) -> None:
    """The apply itself has ended well."""
    (shop.folder / "chat.json.j2").write_text("{{ nothing }}", encoding="utf-8")
    shop.edit("reconciler.yaml", "on: [", "template: chat.json.j2, on: [")
    ended = shop.run("apply", "--yes")
    assert ended.code == 0
    assert (
        "warning: notification chat (applied) was not taken: chat.json.j2:1: nothing is called" in ended.err
    )


def test_a_watch_tells_what_is_new_and_not_each_look(shop: Shop, hook: Hook) -> None:
    """Three looks at the same drift are one message; what ends the watch is another."""
    shop.edit("reconciler.yaml", EVERYTHING, "drift, failed, recovered")
    shop.run("apply", "--yes")
    line = shop.order()["lines"][0]["id"]
    shop.with_simulator(lambda simulator: simulator.operator("edit-line", line=line, boxes=3))
    assert shop.run("watch", "--every", "10s", "--looks", "1").code == 0
    told = only(hook)
    assert (told["event"], told["command"], told["exit_code"]) == ("drift", "watch", None)
    assert shop.run("watch", "--looks", "1", **{TOKEN: "wrong"}).code == 9
    assert hook.events == ["drift", "failed"]


def test_nothing_of_the_token_is_told(shop: Shop, hook: Hook) -> None:
    """Nor of the address itself, in what is sent."""
    shop.run("apply", "--yes")
    assert SECRET.encode() not in hook.got[0].body
    assert KEY.encode() not in hook.got[0].body


@pytest.mark.parametrize("name", ["slack", "teams"])
@pytest.mark.parametrize("event", list(Occasion))
def test_the_templates_of_the_examples_make_json(name: str, event: Occasion, tmp_path: Path) -> None:
    """Of each event, with and without a link, with and without subjects, however much there is to say."""
    sender = Sender("0" * 32, "shop", "staging", 6316, datetime(2027, 1, 4, 14, tzinfo=UTC), "https://ci/1")
    subjects = tuple(Subject(f"customers.{number}", 'says "\\" <!channel> @here') for number in range(400))
    full = Occurrence((event,), "apply", "partly applied", subjects, "gone", 7, "run", "maria", "abc")
    bare = Occurrence((event,), "watch", "all is well again")
    for occurrence, link in ((full, "https://ci/1"), (bare, "")):
        document = notification_document(occurrence, event, replace(sender, link=link))
        jsonschema.Draft202012Validator(load_schema("notification")).validate(document)
        made = render_notification(f"{name}.json.j2", EXAMPLES / "notifications", {}, document)
        assert len(made) < 28_000
        text = json.dumps(json.loads(made), ensure_ascii=False)
        assert "shop (staging): " in text and ("https://ci/1" in text) is bool(link)
        assert "<!channel>" not in text and "@here" not in text
