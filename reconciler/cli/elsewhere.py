"""What people type who come from Terraform, octoDNS or decK, and what it is here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

COMMANDS = {
    "console": "`render` prints what a value comes to",
    "destroy": "`plan --destroy --out FILE` shows it, `apply --plan FILE` does it",
    "diff": "`plan` shows what would change",
    "dump": "`import` writes configuration for what exists",
    "force-unlock": "`unlock` ends a stale lease",
    "output": "every command prints its result as JSON with `--json`",
    "refresh": "every plan reads the account; `drift` tells what others changed in it",
    "state": "`coverage` tells what is managed, `drift` what others changed, `render` what is wanted",
    "sync": "`apply` carries a plan out",
    "taint": "what is replaced is decided by what Komet's API can do; `plan` shows it",
    "workspace": "`-e NAME` chooses an environment of reconciler.yaml",
}
"""Commands of others by name, each with what does that here."""

OPTIONS = {
    "auto-approve": "`apply --yes` does not ask",
    "chdir": "`-C DIR` runs as if started there",
    "doit": "`apply` carries a plan out",
    "force": "`--allow GUARD` lets one guard through",
    "lock": "plan never locks, and apply always does",
    "parallelism": "`--parallel N` is how many reads may be under way at a time",
    "refresh": "`plan --offline` shows what was read last, without a call",
    "refresh-only": "`drift` tells what others changed",
    "replace": "what is replaced is decided by what Komet's API can do; `plan` shows it",
    "var-file": "`vars:` in reconciler.yaml, or `--var KEY=VALUE`",
}
"""Options of others without their dashes, each with what does that here."""


def option_hint(arguments: Sequence[str], known: Collection[str]) -> str | None:
    """What was probably meant by the first of `arguments` that is no option of ours but one of others, or one
    of those `known` here with a dash too few; None where nothing is near."""
    for argument in arguments:
        word = argument.partition("=")[0]
        name = word.lstrip("-")
        if word == name or word in known or len(name) < 2:
            continue
        if f"--{name}" in known:
            return f"there is no option {word!r}: it is `--{name}` here, with two dashes"
        if name in OPTIONS:
            return f"there is no option {word!r}: {OPTIONS[name]}"
    return None
