"""`reconciler fmt`: the canonical layout of the YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import screen
from reconciler.cli.command import Command
from reconciler.cli.settings import Settings, pass_settings
from reconciler.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from reconciler.model.diagnostic import Diagnostic

PENDING = 2
TEMPLATE = ".j2"


@click.command(cls=Command)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; end with 2 when a file would change.")
@pass_settings
def command(settings: Settings, paths: tuple[str, ...], check: bool) -> int:
    """Lay out the YAML of the repository, or of PATHs, in its canonical form.

    Two blanks of indentation, flow collections with single blanks, at most one empty line. Values, quotes,
    comments and the order of everything stay. Templates are left alone. The files that change are listed.
    """
    root, chosen = _named(settings.directory, paths) if paths else _all_files(settings)
    templates = [name for name in chosen if name.endswith(TEMPLATE)]
    changed, faults = _formatted(root, [name for name in chosen if name not in templates])
    if faults:
        raise ConfigurationError(faults)
    if not check:
        from reconciler.config.saving import save_texts

        save_texts(root, changed)
    _tell(settings, sorted(changed), templates, check)
    return PENDING if check and changed else 0


def _all_files(settings: Settings) -> tuple[Path, list[str]]:
    """The project file and everything below config/, as validate reads it."""
    from reconciler.config.files import PROJECT_FILE, find_files
    from reconciler.config.root import find_root

    root = find_root(settings.directory)
    names, faults = find_files(root)
    if faults:
        raise ConfigurationError(faults)
    return root, [PROJECT_FILE, *names]


def _named(root: Path, paths: Iterable[str]) -> tuple[Path, list[str]]:
    """The files that `paths` name from `root` on."""
    return root, [name for path in dict.fromkeys(paths) for name in _below(root, path)]


def _below(root: Path, text: str) -> Iterator[str]:
    """The file that `text` names, or those of the folder; UsageError for what is not there or no YAML."""
    place = root / text
    if place.is_dir():
        files = [each for suffix in ("*.yaml", f"*.yaml{TEMPLATE}") for each in place.rglob(suffix)]
        yield from sorted(f"{text}/{each.relative_to(place).as_posix()}" for each in files)
    elif not place.is_file():
        raise UsageError(f"there is no file or folder {text}")
    elif not text.endswith((".yaml", f".yaml{TEMPLATE}")):
        raise UsageError(f"{text} is no .yaml file")
    else:
        yield text


def _formatted(root: Path, names: Iterable[str]) -> tuple[dict[str, str], list[Diagnostic]]:
    """The new texts of the files that are not in their canonical layout, and every fault of syntax."""
    from reconciler.config.files import FileFault, read_source
    from reconciler.config.formatting import format_text

    changed: dict[str, str] = {}
    faults: list[Diagnostic] = []
    for name in dict.fromkeys(names):
        try:
            source = read_source(root, name)
            text = format_text(source)
        except FileFault as fault:
            faults.append(fault.diagnostic)
        except ConfigurationError as error:
            faults.extend(error.diagnostics)
        else:
            if text.encode() != (root / name).read_bytes():
                changed[name] = text
    return changed, faults


def _tell(settings: Settings, changed: list[str], templates: list[str], check: bool) -> None:
    from reconciler.model.inert import inert
    from reconciler.report.style import counted

    if settings.json:
        screen.put_json({"changed": [*changed], "left_alone": [*templates], "written": not check})
        return
    for name in changed:
        screen.put(inert(name))
    if templates:
        screen.say(f"{counted(len(templates), 'template')} left alone: {inert(', '.join(templates))}")
