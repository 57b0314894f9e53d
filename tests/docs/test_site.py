"""The site is whole: nothing leads nowhere, nothing is fetched from elsewhere, nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from urllib.parse import urlsplit

import click
import pytest
from assumption_page import SWITCHES, assumptions
from case_pages import CASES, sentence
from command_pages import ENDINGS, codes_of_program
from format_pages import result_names
from guard_page import REFUSES
from key_pages import CHANGES, KINDS, anchor, section_link, told_of, told_table
from pages import DOCS, PAGES, page
from schema_reading import Key, keys_of, load_schema

from docs.site import Site
from reconciler.cli.program import program
from reconciler.plan.guard import GUARDS
from reconciler.report.words import REASONS
from reconciler.simulator.switches import Switches


def keys(page: str) -> list[Key]:
    """Every key of the project file, or of a kind."""
    root = load_schema(page)
    return list(keys_of(root, root if page == "project" else root["$defs"]["resource"]))


def commands(parent: click.Context, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Every command below `command`, by its words."""
    assert isinstance(command, click.Group)
    for name in command.list_commands(parent):
        found = command.get_command(parent, name)
        assert found is not None
        context = click.Context(found, info_name=name, parent=parent)
        yield context.command_path.removeprefix("reconciler "), found
        if isinstance(found, click.Group):
            yield from commands(context, found)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_git_is_the_one_that_follows(path: str) -> None:
    """What schemas and program say stands in the repository too, where it is read without a site."""
    assert (DOCS / path).read_text(encoding="utf-8") == page(path), "`make pages` writes it anew"


def test_the_pages_read_whole_where_no_site_is_built() -> None:
    """Every link between files leads to one that is there, and nothing is written that only a site shows."""
    for path in DOCS.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if not urlsplit(link).scheme]
        assert [link for link in links if not (path.parent / link).exists()] == [], path
        for above, title in re.findall(r'(.*)\n\n```\w+ title="([^"]+)"', text):
            assert f"`{title.removeprefix('add to ')}`" in above, (path, title)
        assert re.findall(r"^(?:\?\?\?|===|!!!) .*|\{ [#.][\w-]+ \}", text, re.MULTILINE) == [], path


def test_no_link_leads_nowhere(site: Site) -> None:
    """Every link within the site has a page, and every fragment stands on it."""
    dead = {name: site.dead_links(name) for name in sorted(site.pages) if name != "404.html"}
    assert {name: links for name, links in dead.items() if links} == {}


def test_nothing_is_fetched_from_elsewhere(site: Site) -> None:
    """Whoever reads a page is not told on: fonts, scripts, styles and pictures are the site's own."""
    loads = {source for page in site.pages.values() for source in page.loads}
    assert loads
    assert sorted(source for source in loads if urlsplit(source).netloc) == []


@pytest.mark.parametrize("page", ("project", *KINDS))
def test_every_key_stands_in_the_reference(site: Site, page: str) -> None:
    """Each key of a schema has its place, its type, and what a change of it does; no schema key is untold."""
    shown = site.pages[f"reference/{page}.html"]
    for key in keys(page):
        assert anchor(key.path) in shown.fragments, key.path
        assert key.path in shown.text
        assert key.schema.get("description", "").replace("`", "") in shown.text.replace("`", ""), key.path
        told = told_of(page, key.path)
        assert told["change"] in CHANGES
        if told.get("section"):
            assert section_link(told["section"])


@pytest.mark.parametrize("page", ("project", *KINDS))
def test_what_is_told_of_keys_is_told_of_keys_that_exist(page: str) -> None:
    """`keys.yaml` tells of every key that stands by itself, and of none that is gone."""
    paths = {key.path for key in keys(page)}
    told = set(told_table()[page])
    assert told <= paths
    assert {path for path in paths if "." not in path and "[" not in path} <= told


@pytest.mark.parametrize("page", ("project", *KINDS))
def test_a_number_has_a_unit(page: str) -> None:
    """Of each number the reference says what is counted; an id and a version count nothing."""
    for key in keys(page):
        types = key.schema.get("type", ())
        is_number = {"integer", "number"} & ({types} if isinstance(types, str) else {*types})
        if is_number and key.path.rpartition(".")[2] not in ("id", "company", "created_by"):
            assert told_of(page, key.path).get("unit"), key.path


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_change_in_place_is_told_so(kind: str) -> None:
    """A key that its schema marks as immutable is told to replace something, or to say which one it is; and
    what is told to replace an order or a prebook is marked."""
    for key in keys(kind):
        change = told_of(kind, key.path)["change"]
        is_marked = key.schema.get("x-immutable") is True
        assert not is_marked or change in ("line", "order", "replace", "identity"), key.path
        if change in ("order", "replace") and not key.path.endswith(".id"):
            assert is_marked, key.path


def test_every_command_and_option_stands_in_the_reference(site: Site) -> None:
    """Each command has its place, with its help and the spelling of every option."""
    shown = site.pages["reference/commands.html"]
    context = click.Context(program, info_name="reconciler")
    for words, command in commands(context, program):
        assert words.replace(" ", "-") in shown.fragments
        assert (command.help or "").split("\n")[0].replace("`", "") in shown.text
        for option in (each for each in command.params if isinstance(each, click.Option)):
            assert all(name in shown.text for name in option.opts), f"{words} {option.opts}"


def test_every_exit_code_stands_in_the_reference(site: Site) -> None:
    """The codes that the program's help names are those that are told, each with its place."""
    assert codes_of_program() == tuple(ENDINGS)
    shown = site.pages["reference/exit-codes.html"].fragments
    assert {f"code-{code}" for code in ENDINGS} <= shown


def test_every_result_stands_in_the_reference(site: Site) -> None:
    """Each schema of a document that the program writes has its place, with every key."""
    assert {"verify", "coverage", "handover", "doctor"} <= set(result_names())
    for name in ("plan", "simulator-seed", *result_names()):
        file = {"plan": "plan-json", "simulator-seed": "simulated-account"}.get(name, "other-json")
        shown, root = site.pages[f"reference/{file}.html"], load_schema(name)
        assert file != "other-json" or name in shown.fragments
        assert [key.path for key in keys_of(root, root) if key.path not in shown.text] == []


def test_every_guard_stands_in_the_reference(site: Site) -> None:
    """Each guard has its place and its words."""
    assert set(REFUSES) == set(GUARDS)
    assert set(GUARDS) <= site.pages["reference/guards.html"].fragments


def test_every_reason_is_explained(site: Site) -> None:
    """The page about planning tells of each reason in the words of a plan."""
    shown = site.pages["concepts/planning.html"].text
    assert [words for words in REASONS.values() if words not in shown] == []


def test_every_assumption_has_its_place(site: Site) -> None:
    """From A1 on, each with a fragment of its own; a switch that is named is one that the simulator has."""
    numbers = [each.number for each in assumptions()]
    assert numbers == [f"A{number}" for number in range(1, len(numbers) + 1)]
    assert {number.lower() for number in numbers} <= site.pages["assumptions.html"].fragments
    assert set(SWITCHES) <= set(numbers)
    named = {name for names in SWITCHES.values() for name in names}
    assert named <= {each.name for each in fields(Switches)}


def test_every_case_stands_in_the_case_book(site: Site) -> None:
    """Each case that has a plan is told, with that plan."""
    shown = site.pages["reference/cases.html"].text
    plans = [folder / "plan.txt" for folder in CASES.iterdir() if (folder / "plan.txt").is_file()]
    assert plans
    for plan in plans:
        assert sentence(plan.parent.name) in shown
        assert plan.read_text(encoding="utf-8").rstrip() in shown
