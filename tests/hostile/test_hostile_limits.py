"""Small inputs that become large, and large ones: a process with bounded memory and time comes to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hostile.mutation import examples

MEGABYTE = 1024 * 1024
MOST_RESIDENT = 500 * MEGABYTE
TESTS = Path(__file__).resolve().parents[1]


def many(pattern: str, count: int) -> str:
    return "".join(pattern.format(number) for number in range(count))


YAML = {
    "a_list_of_a_hundred_thousand_numbers": "[" + "1," * 100_000 + "]",
    "fifty_thousand_unknown_sections": many("k{}: 1\n", 50_000),
    "twenty_thousand_empty_orders": "purchase_orders:\n" + many("  k{}:\n", 20_000),
    "two_thousand_orders_full_of_faults": "purchase_orders:\n"
    + many("  k{}: {{vendor: 1, items: [1, 2], shipdate: x, foo: 1}}\n", 2_000),
    "one_order_with_twenty_thousand_unknown_keys": "purchase_orders: {x: {" + many("k{}: 1,", 20_000) + "}}",
    "a_key_twenty_thousand_times": "a: 1\n" * 20_000,
    "deep_nesting_behind_a_fault": "a: 1\na: 2\nb: " + "[" * 1_000_000,
    "deep_nesting_of_blocks": "- " * 1_000_000,
    "deep_nesting_of_keys": "? " * 1_000_000,
    "a_text_of_a_megabyte": "customers: {a: {name: " + "x" * MEGABYTE + "}}",
    "a_key_of_a_megabyte": "{? " + "x" * MEGABYTE + " : 1}",
    "a_tag_of_a_megabyte": "!" + "x" * MEGABYTE + " 1",
    "a_megabyte_of_escapes": 'a: "' + "\\u0041" * (MEGABYTE // 6) + '"',
    "a_megabyte_that_never_becomes_a_secret": "a: 1\na: 2 # " + "token" * (MEGABYTE // 5),
    "a_megabyte_of_blanks_after_a_secret": "token:" + " " * MEGABYTE + "x\n?",
    "aliases_of_values": "b0: &b0 x\n"
    + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 30)),
    "aliases_of_a_large_text": "customers:\n  a: &a {name: &b " + "x" * (2 * MEGABYTE) + "}\n  c: ["
    + "*b, " * 9_000 + "]\n",
    "a_line_of_quotes": "'" * MEGABYTE,
    "directives": "%YAML 1.1\n" * 100_000,
    "dangling_references": "purchase_orders:\n"
    + many(
        "  k{0}: {{vendor: A, ship_date: 2027-02-01, customer: c{0}, items: {{a: {{product: P, box_type: HB, "
        "boxes: 1, unit: stem, bunches: 1, stems: 1, cost: 1}}}}}}\n",
        1_100,
    ),
}  # fmt: skip
TEMPLATES = {
    "a_block_of_ten_gigabytes": "{% set x %}{% for a in range(99999) %}{{ 'x' * 99999 }}"
    "{% endfor %}{% endset %}",
    "a_macro_of_ten_gigabytes": "{% macro f() %}" + "x" * 99_999 + "{% endmacro %}"
    "{% for a in range(99999) %}{% set x = f() %}{% endfor %}",
    "a_list_of_copies": "{{ (['x' * 99999] * 99999) | map('upper') | list | length }}",
    "a_sum_of_lists": "{{ ([[1] * 99999] * 9999) | sum(start=[]) | length }}",
    "slices": "{% set s = 'x' * 99999 %}{{ [" + "s[1:], " * 5_000 + "] | length }}",
    "pieces": "{{ [" + "('a,' * 49999).split(','), " * 200 + "] | length }}",
    "comparisons_of_long_lists": "{% set a = ['x' * 99999 ~ 1] * 90 %}{% set b = ['x' * 99999 ~ 2] * 90 %}"
    "{{ " + "a == b or " * 300 + "0 }}",
    "comparisons_of_longer_lists": "{% set a = ['x' * 99999 ~ 1] * 99999 %}{{ a == a }}",
    "sorting": "{{ (['x' * 99999] * 99999) | map('upper') | sort | length }}",
    "indentation": "{{ [1] | tojson(indent=999999999) }}",
    "a_long_template": "{{ a }}" * 100_000,
    "a_long_expression": "{{ " + "1 + " * 200_000 + "1 }}",
    "thirty_loops_in_each_other": "{% for a in [1] %}" * 30 + "x" + "{% endfor %}" * 30,
    "digits": "{{ ('9' * 4299) | int * ('9' * 4299) | int }}",
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded and measured as Linux does it")
@pytest.mark.parametrize(("file", "bombs"), [("x.yaml", YAML), ("x.yaml.j2", TEMPLATES)], ids=["yaml", "j2"])
def test_a_bomb_is_a_fault(tmp_path: Path, file: str, bombs: Mapping[str, str]) -> None:
    """The process says what is wrong, in words of bearable length, and stays within its bounds."""
    for name, text in bombs.items():
        (tmp_path / name / "config").mkdir(parents=True)
        project = examples()["quickstart"]["reconciler.yaml"]
        (tmp_path / name / "reconciler.yaml").write_text(project, encoding="utf-8")
        (tmp_path / name / "config" / file).write_text(text, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "hostile.bounded", *(str(tmp_path / name) for name in bombs)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        check=True,
    )
    results = {Path(name).name: result for name, result in json.loads(ended.stdout).items()}
    assert {name: broken for name in bombs if (broken := promise_broken(results[name], file))} == {}


def promise_broken(ended: Mapping[str, Any], file: str) -> str:
    """What is wrong about the way a process ended; nothing when it is as it should be."""
    if ended["code"] != 3 or f"config/{file}:" not in ended["err"]:
        return f"exit {ended['code']}: {ended['err'][-2_000:]}"
    if len(ended["err"]) > 1_000_000:
        return f"it says {len(ended['err']):,} characters"
    if ended["resident"] > MOST_RESIDENT or "needs too much memory" in ended["err"]:
        return f"it held {ended['resident']:,} bytes"
    return ""
