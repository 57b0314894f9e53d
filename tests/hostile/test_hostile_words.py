"""Words from outside, in every form that anything is printed in."""

from __future__ import annotations

import csv
import io
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.atoms import FORMULAS, HOSTILE, STEERING
from hostile.judging import raise_if_steering, steering
from reconciler.cli.failure import tell
from reconciler.cli.log import logging_to
from reconciler.cli.screen import json_text, prepare
from reconciler.cli.settings import Settings
from reconciler.errors import Refused, UnexpectedAnswer
from reconciler.model.inert import inert, inert_json
from reconciler.report.csv_cell import csv_cell
from reconciler.report.handover import handover_csv

ANY_TEXT = st.text() | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE)).map("".join)


def test_the_atoms_do_steer() -> None:
    """What the tests look for is there."""
    assert all(steering(atom) for atom in STEERING)


@given(ANY_TEXT)
def test_json_is_exact_and_steers_nothing(text: str) -> None:
    """A program reads the very value; a terminal that shows the JSON has nothing to obey."""
    written = json_text({"name": text, text: [text]})
    raise_if_steering(written)
    assert json.loads(written) == {"name": text, text: [text]}
    assert inert_json(written) == written


@given(ANY_TEXT)
def test_a_cell_is_text_to_a_spreadsheet(text: str) -> None:
    """No cell begins with what is calculated, and none has a line end or anything else that steers."""
    cell = csv_cell(text)
    raise_if_steering(cell)
    assert "\n" not in cell
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == inert(text) or cell == inert(text)


def test_a_table_has_its_columns_whatever_is_in_it() -> None:
    """Commas, quotes and line ends move nothing into another cell."""
    for atom in (*FORMULAS, 'a","b', "a\nb", '"', ",,,"):
        names = (
            "shop_code",
            "customer_id",
            "customer_code",
            "ship_to_id",
            "ship_to_name",
            "carrier",
            "resource",
        )
        text = handover_csv({"company": 6316, "routes": [dict.fromkeys(names, atom)]})
        rows = list(csv.reader(io.StringIO(text)))
        assert [len(row) for row in rows] == [8, 8]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])


@pytest.mark.parametrize("is_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("atom", HOSTILE, ids=ascii)
def test_an_error_steers_nothing(atom: str, is_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Komet's words in an error, with -v and its traceback, and those of a fault of ours."""
    prepare()
    for error in (
        Refused("customer.add", atom),
        UnexpectedAnswer("customer.list", atom, atom, {atom: [atom]}),
        KeyError(atom),
        ValueError(f"{atom}\n{atom}"),
    ):
        tell(error, Settings(json=is_json, verbose=True))
        raise_if_steering(*capsys.readouterr())


def test_a_log_steers_nothing(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the lines of -v nor those of --log-json, whose objects stay one a line and exact."""
    file = tmp_path / "log.json"
    with logging_to(Settings(verbose=True, log_json=file)):
        for atom in HOSTILE:
            logging.getLogger("reconciler.komet").info("%s", atom, extra={"call": {"result": atom}})
    text = file.read_bytes().decode("utf-8")
    raise_if_steering(text, *capsys.readouterr())
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["call"]["result"] for line in lines if "call" in line] == list(HOSTILE)
