"""The reference of the JSON that the program writes, as Markdown, from its schemas."""

from __future__ import annotations

from collections.abc import Iterator

from prose import heading, prose
from schema_reading import SCHEMAS, keys_of, load_schema, type_words

WRITTEN = frozenset({"project", "resources", "customers", "reservations", "purchase_orders", "prebooks"})
"""The schemas of what people write, which have pages of their own."""


def result_names() -> tuple[str, ...]:
    """The schemas of results other than plans, by name."""
    names = sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.schema.json"))
    return tuple(name for name in names if name not in WRITTEN | {"plan", "simulator-seed"})


def plan_page() -> str:
    """The plan document."""
    return "\n".join(
        [
            "# The plan as JSON\n",
            "What `plan --out FILE` saves and `plan --json` prints. Every other form of a plan is drawn from "
            "it. `schemas/plan.schema.json` checks it; money and decimals are text, so that no "
            "reader rounds them. The text of `digest` covers everything else: a plan that was altered is "
            "refused ([exit code 6](exit-codes.md#code-6)).\n",
            *_table("plan"),
        ]
    )


def results_page() -> str:
    """The other documents."""
    lines = [
        "# Other results as JSON\n",
        "With `--json` every command prints its result as JSON on stdout, an error as "
        '`{"error": {"kind", "message", ...}, "exit_code"}`. These have schemas in `schemas/`.\n',
    ]
    for name in result_names():
        schema = load_schema(name)
        lines += [
            heading(2, name, name),
            f"{schema['title']}. {prose(schema['description'])}\n",
            *_table(name),
        ]
    return "\n".join(lines)


def seed_page() -> str:
    """The seed of the simulated account."""
    return "\n".join(
        [
            "# The simulated account\n",
            "`komet.url: simulator:seed.yaml` plans and applies on a Komet of your own, on this machine: the "
            "documented behaviour, its quirks, and what is only [assumed](../assumptions.md) behind "
            "switches. What it holds at first stands in the seed file. `simulator:wholesaler`, or a seed "
            "that says `extends: wholesaler`, is a small flower wholesaler in Miami.\n",
            "`reconciler simulator reset` fills it again, `simulator desk` opens the page of its people, and "
            "`simulator serve` answers over HTTP. Its clock stands at the seed's `clock.start` and moves by "
            "a second with each call, so the same commands print the same.\n",
            *_table("simulator-seed"),
        ]
    )


def _table(name: str) -> Iterator[str]:
    root = load_schema(name)
    yield "| key | type | meaning |\n|---|---|---|"
    for key in keys_of(root, root):
        meaning = prose(key.schema.get("description", ""))
        kind = type_words(root, key.schema).partition(" of `")[0].replace("|", "\\|")
        yield f"| `{key.path}` | {kind} | {meaning} |"
    yield ""
