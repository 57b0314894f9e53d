"""What was parsed before is never anything else than what would be parsed now."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache as once
from pathlib import Path
from random import Random

import pytest
from config_repository import ORDERS, PROJECT, write
from hostile.mutation import examples, mutated
from hypothesis import given, settings
from hypothesis import strategies as st
from loaded import outcome

import reconciler
from reconciler.config.kept_files import KeptFiles
from reconciler.config.load import load_config
from reconciler.config.loader_version import MODULES
from reconciler.errors import ConfigurationError
from reconciler.model.address import Address

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = sorted((REPOSITORY / "tests" / "cases").glob("*/config"))[::4]
FAULTS = sorted(path.parent for path in (REPOSITORY / "tests" / "faults").glob("*/reconciler.yaml"))[::2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The usual repository."""
    return write(tmp_path / "usual")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where nothing is kept yet."""
    return tmp_path / "state" / "cache"


def entries(cache: Path) -> list[Path]:
    """What is kept."""
    return sorted(cache.iterdir()) if cache.is_dir() else []


def lie(cache: Path) -> None:
    """Put another vendor in the place of the one that the file names, as only its owner can: with a seal."""
    (name,) = [entry.name for entry in entries(cache) if b"ROSALEDA" in entry.read_bytes()]
    content = KeptFiles(cache).get(name)
    assert content is not None
    KeptFiles(cache).put(name, content.replace(b"ROSALEDA", b"LIELIELI"))


def vendor(root: Path, cache: Path) -> object:
    """The vendor of the order."""
    return (
        load_config(root, cache=cache)
        .resources[Address("purchase_orders", "valentines")]
        .attributes["vendor"]
    )


def kept_lie(cache: Path) -> Path:
    """The entry that lies."""
    (found,) = [entry for entry in entries(cache) if b"LIELIELI" in entry.read_bytes()]
    return found


def make_pipe(entry: Path) -> None:
    """Put a pipe in its place."""
    entry.unlink()
    os.mkfifo(entry, 0o600)


@once
def damaged_ground() -> tuple[Mapping[str, bytes], str]:
    """What is kept of the usual repository, and what it is loaded as."""
    with tempfile.TemporaryDirectory() as folder:
        root, cache = write(Path(folder, "root")), Path(folder, "state", "cache")
        first = outcome(root, cache)
        return {entry.name: entry.read_bytes() for entry in entries(cache)}, first


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_example_is_what_it_was(name: str, cache: Path) -> None:
    """Values and their types, places, lines, digests: the same without a cache, at first and ever after."""
    root = REPOSITORY / "examples" / name
    first = outcome(root)
    assert outcome(root, cache) == first
    assert entries(cache)
    assert outcome(root, cache) == first


def test_every_fourth_case_is_what_it_was(cache: Path, tmp_path: Path) -> None:
    """The same for configurations of the cases, all of them in one cache."""
    assert len(CASES) > 40
    for folder in CASES:
        root = tmp_path / folder.parent.name
        shutil.copytree(folder, root / "config")
        (root / "reconciler.yaml").write_text(PROJECT)
        first = outcome(root)
        assert [outcome(root, cache), outcome(root, cache)] == [first, first], root.name


def test_faults_are_told_as_without_a_cache(cache: Path) -> None:
    """Word for word, and what has a fault is read again every time."""
    for root in FAULTS:
        first = outcome(root)
        assert [outcome(root, cache), outcome(root, cache)] == [first, first], root.name


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which every example is kept."""
    cache = tmp_path_factory.mktemp("warm") / "state" / "cache"
    for name in examples():
        load_config(REPOSITORY / "examples" / name, cache=cache)
    return cache


@settings(max_examples=25)
@given(st.integers(0, 10**9))
def test_nothing_that_is_nearly_right_differs(warm: Path, seed: int) -> None:
    """A mutated example, with the sound one in the cache: the same outcome as without."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in mutated(Random(seed)).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        first = outcome(root)
        assert [outcome(root, warm), outcome(root, warm)] == [first, first]


def test_what_is_kept_is_used(root: Path, cache: Path) -> None:
    """A lie of the cache's owner is believed: so the tests that no other lie is believed can fail."""
    load_config(root, cache=cache)
    lie(cache)
    assert vendor(root, cache) == "LIELIELI"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cache, entry: entry.chmod(0o620),
        lambda cache, entry: entry.chmod(0o602),
        lambda cache, entry: cache.chmod(0o770),
        lambda cache, entry: cache.parent.chmod(0o707),
        lambda cache, entry: os.chown(entry, 12345, -1),
        lambda cache, entry: os.chown(cache, 12345, -1),
        lambda cache, entry: entry.symlink_to(entry.rename(cache.parent / "elsewhere")),
        lambda cache, entry: cache.symlink_to(cache.rename(cache.parent / "elsewhere")),
        lambda cache, entry: make_pipe(entry),
    ],
    ids=[
        "group",
        "others",
        "folder",
        "above",
        "owner",
        "owner of the folder",
        "link",
        "linked folder",
        "pipe",
    ],
)
def test_what_another_could_have_written_is_not_used(
    root: Path, cache: Path, spoil: Callable[[Path, Path], None]
) -> None:
    """A file or folder that others can write, that is another's, that is a link or no file."""
    load_config(root, cache=cache)
    lie(cache)
    if os.geteuid() != 0 and "owner" in os.environ["PYTEST_CURRENT_TEST"]:
        pytest.skip("only root gives files away")
    spoil(cache, kept_lie(cache))
    assert vendor(root, cache) == "ROSALEDA"


@settings(max_examples=50)
@given(st.data())
def test_no_damage_changes_anything(data: st.DataObject) -> None:
    """Any byte of an entry changed, entries swapped, cut, emptied, longer: what is loaded is the same."""
    kept, first = damaged_ground()
    entry, other = data.draw(st.permutations(sorted(kept)))[:2]
    content = kept[entry]
    place = data.draw(st.integers(0, len(content) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                content[:place]
                + bytes([content[place] ^ data.draw(st.integers(1, 255))])
                + content[place + 1 :],
                content[:place],
                content[place:],
                content + content[place:],
                kept[other],
                b"",
            ]
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        root, cache = write(Path(folder, "root")), Path(folder, "state", "cache")
        cache.mkdir(parents=True, mode=0o700)
        cache.parent.chmod(0o700)
        for name, before in {**kept, entry: damaged}.items():
            (cache / name).write_bytes(before)
            (cache / name).chmod(0o600)
        assert outcome(root, cache) == first
        assert (cache / entry).read_bytes() == content


def test_what_no_sheet_is_made_of_is_read_again(root: Path, cache: Path) -> None:
    """Even under a right seal."""
    first = outcome(root, cache)
    for entry in [each for each in entries(cache) if b'"rows"' in each.read_bytes()]:
        for content in (b"", b"{}", b"[]\n", b"null\nx", b'{"rows": [[1]], "moves": {}, "facts": {}}\n'):
            KeptFiles(cache).put(entry.name, content)
            assert outcome(root, cache) == first


def test_a_file_is_judged_anew_under_another_project(root: Path, cache: Path) -> None:
    """What a rule of one resource knows of the project is part of what its file is kept under."""
    write(root, {"config/orders.yaml": ORDERS + f"    comments: {'x' * 166}\n"})
    load_config(root, cache=cache)
    for old, new in {
        "project: bloomnet-miami": "project: bloomnet-miami-2027",
        "6316,": "6316, future_sales_customer: {code: BLOOM},",
    }.items():
        write(
            root,
            {
                "config/orders.yaml": ORDERS + f"    comments: {'x' * 166}\n",
                "reconciler.yaml": PROJECT.replace(old, new),
            },
        )
        with pytest.raises(ConfigurationError):
            load_config(root, cache=cache)


def test_a_template_is_kept_by_what_it_makes(root: Path, cache: Path) -> None:
    """Other variables make another text, and its own line is where a value stands."""
    template = "# {# one #}\ncustomers:\n  {{ vars.season }}: {komet: {code: S}}\n"
    write(root, {"config/more.yaml.j2": template})
    first, second = outcome(root, cache), outcome(root, cache, "staging")
    assert "customers', name='test'" in second
    write(root, {"config/more.yaml.j2": template.replace("# {# one #}", "{# one #}{#\n#}#")})
    assert [outcome(root, cache), outcome(root, cache, "staging")] == [
        outcome(root),
        outcome(root, environment="staging"),
    ]
    assert first != outcome(root, cache)


def test_only_files_without_a_fault_are_kept(root: Path, cache: Path) -> None:
    """And what is wrong between files keeps none of them from being kept."""
    write(
        root, {"config/orders.yaml": ORDERS.replace("bloomnet", "nobody"), "config/z.yaml": "customers: [\n"}
    )
    outcome(root, cache)
    assert len(entries(cache)) == 3


def test_the_cache_is_its_owners_alone(root: Path, cache: Path) -> None:
    """And git never sees it."""
    load_config(root, cache=cache)
    modes = [path.stat().st_mode & 0o777 for path in (cache.parent, cache, *entries(cache))]
    assert modes == [0o700, 0o700, 0o600, 0o600, 0o600]
    assert (cache.parent / ".gitignore").read_text() == "*\n"


def test_a_cache_that_cannot_be_written_is_no_fault(root: Path, cache: Path, tmp_path: Path) -> None:
    """Where its folder cannot be made, and where an entry cannot be put."""
    (tmp_path / "file").write_text("")
    first = outcome(root)
    assert outcome(root, tmp_path / "file" / "cache") == first
    assert outcome(root, tmp_path / "no" / "state" / "cache") == first
    load_config(root, cache=cache)
    for entry in entries(cache):
        entry.unlink()
        entry.mkdir()
    assert outcome(root, cache) == first


def test_a_full_disk_leaves_nothing_half_written(root: Path, cache: Path) -> None:
    """A write that fails half-way is as if it had not been tried."""
    code = (
        "import resource, signal, sys; from pathlib import Path;"
        "from reconciler.config.load import load_config;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40));"
        "print(load_config(Path(sys.argv[1]), cache=Path(sys.argv[2])).digest)"
    )
    command = [sys.executable, "-c", code, str(root), str(cache)]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ended.stdout.strip() == load_config(root).digest
    assert entries(cache) == []


def test_processes_at_once_do_not_disturb_each_other(root: Path, cache: Path) -> None:
    """Three of them begin with an empty cache, and each ends with the same configuration."""
    code = (
        "import sys; from pathlib import Path; from reconciler.config.load import load_config;"
        "print({load_config(Path(sys.argv[1]), cache=Path(sys.argv[2])).digest for _ in range(9)})"
    )
    command = [sys.executable, "-c", code, str(root), str(cache)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {each.communicate()[0] for each in started} == {f"{ {load_config(root).digest} }\n"}
    assert len(entries(cache)) == 3


def test_what_nobody_needs_is_forgotten(cache: Path) -> None:
    """The oldest first, beyond a little that another environment may need."""
    first = KeptFiles(cache, spare=250)
    for number in range(5):
        first.put(f"{number}", b"x" * 68)
        os.utime(cache / f"{number}", ns=(number, number))
    second = KeptFiles(cache, spare=250)
    assert second.get("1") is not None
    second.put("new", b"y")
    second.tidy()
    assert [entry.name for entry in entries(cache)] == ["1", "3", "4", "new"]


def test_a_changed_line_of_the_loader_empties_the_cache() -> None:
    """Whatever reads a file to its sheet is among the modules that it is kept under."""
    code = (
        "import sys, reconciler.config.files, reconciler.config.sheet_reading;"
        "print(*[name for name in sys.modules if name.startswith('reconciler.')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    package = Path(reconciler.__file__).parent
    names = [name.removeprefix("reconciler.").replace(".", "/") for name in ended.stdout.split()]
    assert {name for name in names if (package / f"{name}.py").exists()} | {"config/project_file"} == set(
        MODULES
    )
