"""Loading: a folder of YAML to a configuration."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from config_repository import CUSTOMERS, ORDERS, PROJECT, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.config.load import load_config
from reconciler.errors import ConfigurationError
from reconciler.model.address import Address
from reconciler.model.project import TokenSource
from reconciler.report.diagnostics import render_diagnostics

ORDER = Address("purchase_orders", "valentines")
CUSTOMER = Address("customers", "bloomnet")


def faults_of(root: Path, environment: str | None = None) -> list[str]:
    """The summaries of everything that is wrong."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(root, environment)
    return [fault.summary for fault in caught.value.diagnostics]


def test_values_have_their_types(tmp_path: Path) -> None:
    """Dates are dates, money is Decimal, counts are int, and null is kept apart from what is not written."""
    configuration = load_config(write(tmp_path / "usual"))
    order = configuration.resources[ORDER].attributes
    customer = configuration.resources[CUSTOMER].attributes
    items = order["items"]
    assert isinstance(items, dict)
    assert order["ship_date"] == date(2027, 2, 1)
    assert items["freedom-60"]["cost"] == Decimal("0.28")
    assert type(items["freedom-60"]["boxes"]) is int
    assert type(customer["credit_limit"]) is Decimal
    assert customer["phone"] is None
    assert "fax" not in customer


def test_a_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    """40.0 boxes are 40 boxes."""
    configuration = load_config(
        write(tmp_path / "usual", {"config/orders.yaml": ORDERS.replace("boxes: 40", "boxes: 40.0")})
    )
    items = configuration.resources[ORDER].attributes["items"]
    assert isinstance(items, dict)
    assert type(items["freedom-60"]["boxes"]) is int


def test_the_project_has_its_defaults(tmp_path: Path) -> None:
    """What the project file does not say has the documented default."""
    project = load_config(write(tmp_path / "usual")).project
    assert (project.state, project.fee, project.reserve) == ("sqlite", Decimal("0.015"), 200)
    assert (project.komet.timezone, project.komet.numbers_per_call) == ("UTC", 50)
    assert project.komet.daily_limit == 3000
    assert project.guards.max_deletes == 5


def test_a_limit_given_as_null_is_switched_off(tmp_path: Path) -> None:
    """null switches a guard's limit off, and that differs from not writing it."""
    project = load_config(
        write(tmp_path / "usual", {"reconciler.yaml": PROJECT + "guards: {max_deletes: null}\n"})
    ).project
    assert project.guards.max_deletes is None
    assert project.guards.max_changes == 200


def test_an_environment_is_merged_over_the_project(tmp_path: Path) -> None:
    """Mappings merge, everything else replaces."""
    project = load_config(write(tmp_path / "usual"), "staging").project
    assert project.environment == "staging"
    assert project.komet.url == "simulator:staging.yaml"
    assert project.komet.company == 6316
    assert project.variables == {"season": "test", "boxes": 40}


def test_an_environment_replaces_a_token_source(tmp_path: Path) -> None:
    """A token in a file takes the place of a token in a variable."""
    text = PROJECT.replace("staging: {komet: {", "staging: {komet: {token: {file: /run/secrets/komet}, ")
    project = load_config(write(tmp_path / "usual", {"reconciler.yaml": text}), "staging").project
    assert project.komet.token == TokenSource(file="/run/secrets/komet")


def test_variables_go_before_the_project(tmp_path: Path) -> None:
    """A variable of the command line is read as an unquoted YAML scalar and wins."""
    project = load_config(
        write(tmp_path / "usual"), "staging", {"boxes": "12", "season": "on", "code": "007"}
    ).project
    assert project.variables == {"season": "on", "boxes": 12, "code": "007"}


def test_resources_are_in_address_order(tmp_path: Path) -> None:
    """The order of resources is decided, never inherited from the files."""
    more = "customers:\n  zebra: {komet: {code: Z}}\n  apple: {komet: {code: A}}\n"
    configuration = load_config(write(tmp_path / "usual", {"config/more/zoo.yaml": more}))
    assert list(configuration.resources) == sorted(configuration.resources)
    assert configuration.files == ("config/customers.yaml", "config/more/zoo.yaml", "config/orders.yaml")


def test_a_repository_may_be_empty(tmp_path: Path) -> None:
    """No resources, empty files and empty sections are no fault."""
    files: dict[str, str | bytes | None] = {
        "config/customers.yaml": "# nothing yet\n",
        "config/orders.yaml": "purchase_orders:\n",
    }
    assert load_config(write(tmp_path / "usual", files)).resources == {}


def test_moves_lead_from_old_to_new(tmp_path: Path) -> None:
    """`moved` is read from any file."""
    text = ORDERS + "moved: {purchase_orders.old: purchase_orders.valentines}\n"
    assert load_config(write(tmp_path / "usual", {"config/orders.yaml": text})).moved == {
        Address("purchase_orders", "old"): ORDER
    }


def test_the_digest_does_not_depend_on_the_layout(tmp_path: Path) -> None:
    """Other files, another order of keys, quotes and comments: the same digest."""
    one = load_config(write(tmp_path / "usual")).digest
    order = ORDERS.splitlines()
    turned = "\n".join([order[0], order[1], order[4], order[3], "    vendor: 'ROSALEDA' # who", *order[5:]])
    both = write(
        tmp_path / "other", {"config/customers.yaml": None, "config/orders.yaml": turned + "\n" + CUSTOMERS}
    )
    assert load_config(both).digest == one


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("config/orders.yaml", "0.28", "0.29"),
        ("config/orders.yaml", "2027-02-01", "2027-02-02"),
        ("config/orders.yaml", "valentines:", "mothers-day:"),
        ("config/customers.yaml", "phone: null", "fax: null"),
        ("config/customers.yaml", "    phone: null\n", ""),
        ("reconciler.yaml", "season: valentines", "season: easter"),
        ("reconciler.yaml", "boxes: 40", 'boxes: "40"'),
        ("reconciler.yaml", "reserve: 200", "reserve: 201"),
        ("reconciler.yaml", "company: 6316", "company: 6317"),
    ],
)
def test_the_digest_changes_with_every_value(tmp_path: Path, file: str, old: str, new: str) -> None:
    """Every value that is wanted, every variable and setting is in the digest."""
    usual = {"reconciler.yaml": PROJECT, "config/customers.yaml": CUSTOMERS, "config/orders.yaml": ORDERS}
    assert old in usual[file]
    changed = write(tmp_path / "changed", {file: usual[file].replace(old, new)})
    assert load_config(changed).digest != load_config(write(tmp_path / "usual")).digest


def test_the_digest_changes_with_the_environment(tmp_path: Path) -> None:
    """A plan of one environment is never applied in another."""
    root = write(tmp_path / "usual")
    assert load_config(root).digest != load_config(root, "staging").digest


def test_every_value_can_be_located(tmp_path: Path) -> None:
    """The place of a value, or of its nearest ancestor that is written, with its line."""
    configuration = load_config(write(tmp_path / "usual"))
    origin, source = configuration.locate(ORDER, ("items", "freedom-60", "cost"))
    assert (str(origin), source) == ("config/orders.yaml:7:105", ORDERS.splitlines()[6])
    assert configuration.locate(ORDER)[0] == configuration.resources[ORDER].origin
    assert str(configuration.locate(ORDER, ("vendor", "id"))[0]) == "config/orders.yaml:3:13"
    assert str(configuration.locate(ORDER, ("price",))[0]) == "config/orders.yaml:2:3"


def test_all_faults_are_reported_at_once_and_in_order(tmp_path: Path) -> None:
    """One run names everything that is wrong, by file, line and column."""
    bad = (
        ORDERS.replace("boxes: 40", "boxes: 0").replace("ROSALEDA", "5").replace("customer: b", "customer: x")
    )
    files: dict[str, str | bytes | None] = {
        "config/orders.yaml": bad,
        "config/customers.yaml": CUSTOMERS + "    colour: red\n",
        "reconciler.yaml": PROJECT + "gards: {}\n",
    }
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(tmp_path / "usual", files))
    origins = [fault.origin for fault in caught.value.diagnostics]
    assert origins == sorted(origin for origin in origins if origin is not None)
    assert [str(origin) for origin in origins] == [
        "config/customers.yaml:6:5",
        "config/orders.yaml:3:13",
        "config/orders.yaml:5:15",
        "config/orders.yaml:7:59",
        "reconciler.yaml:8:1",
    ]


def test_what_is_written_twice_shows_both_places(tmp_path: Path) -> None:
    """`also` holds the first place."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(tmp_path / "usual", {"config/second.yaml": ORDERS}))
    (fault,) = caught.value.diagnostics
    assert str(fault.origin) == "config/second.yaml:2:3"
    assert [str(origin) for origin in fault.also] == ["config/orders.yaml:2:3"]


def test_what_is_moved_twice_in_two_files_is_a_fault(tmp_path: Path) -> None:
    """Each file is sound by itself."""
    move = "moved: {purchase_orders.old: purchase_orders.valentines}\n"
    files: dict[str, str | bytes | None] = {"config/a.yaml": move, "config/b.yaml": move}
    assert faults_of(write(tmp_path / "usual", files)) == ["'purchase_orders.old' is moved twice"]


def test_an_unreadable_file_makes_no_noise_elsewhere(tmp_path: Path) -> None:
    """References and moves to names in a file that cannot be read are not called missing."""
    files: dict[str, str | bytes | None] = {
        "config/customers.yaml": "customers: [",
        "config/moves.yaml": "moved: {customers.old: customers.bloomnet}\n",
    }
    assert len(faults_of(write(tmp_path / "usual", files))) == 1


def test_no_project_file_is_one_fault(tmp_path: Path) -> None:
    """A folder without reconciler.yaml is told so."""
    assert faults_of(write(tmp_path / "usual", {"reconciler.yaml": None})) == [
        "this file cannot be read: no such file or directory"
    ]


def test_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    """Files, folders and the project file are read from the repository alone; a link within it is fine."""
    root = write(tmp_path / "usual")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secrets.yaml").write_text("customers: {}\n")
    (root / "config" / "link.yaml").symlink_to(outside / "secrets.yaml")
    (root / "config" / "folder").symlink_to(outside)
    (root / "config" / "broken.yaml").symlink_to(outside / "nothing.yaml")
    (root / "spare.yaml").write_text("customers:\n  spare: {komet: {code: SPARE}}\n")
    (root / "config" / "inside.yaml").symlink_to(root / "spare.yaml")
    (root / "config" / "round").symlink_to(root / "config")
    assert faults_of(root) == [
        "this symbolic link leads nowhere",
        "this symbolic link leads out of the repository",
        "this symbolic link leads out of the repository",
    ]
    for name in ("link.yaml", "folder", "broken.yaml"):
        (root / "config" / name).unlink()
    assert Address("customers", "spare") in load_config(root).resources


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    """A file is at most 5 MB."""
    text = "# " + "x" * (5 * 1024 * 1024) + "\n"
    assert faults_of(write(tmp_path / "usual", {"config/large.yaml": text})) == [
        "this file is larger than 5 MB"
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe in the folder is a fault, and nobody waits for its writer."""
    import os

    root = write(tmp_path / "usual")
    os.mkfifo(root / "config" / "pipe.yaml")
    assert faults_of(root) == ["this is no ordinary file"]


def test_windows_files_are_read(tmp_path: Path) -> None:
    """Carriage returns and a byte order mark change nothing, places included."""
    windows = b"\xef\xbb\xbf" + ORDERS.replace("\n", "\r\n").encode()
    configuration = load_config(write(tmp_path / "usual", {"config/orders.yaml": windows}))
    assert configuration.digest == load_config(write(tmp_path / "other")).digest
    assert str(configuration.locate(ORDER, ("vendor",))[0]) == "config/orders.yaml:3:13"


def test_loading_works_in_any_thread(tmp_path: Path) -> None:
    """Nothing rests on signals, which only the main thread gets."""
    found = []
    root = write(
        tmp_path / "usual", {"config/more.yaml.j2": "customers: { {{ vars.season }}: {komet: {code: S}} }\n"}
    )
    thread = threading.Thread(target=lambda: found.append(load_config(root)))
    thread.start()
    thread.join()
    assert Address("customers", "valentines") in found[0].resources


def test_slow_libraries_are_not_imported_for_nothing(tmp_path: Path) -> None:
    """jinja2 is imported for a template only, jsonschema for a fault only."""
    code = (
        "import sys; from pathlib import Path; from reconciler.config.load import load_config;"
        "load_config(Path(sys.argv[1]));"
        "assert not {'jinja2', 'jsonschema', 'difflib', 'zoneinfo', 'rich', 'httpx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(write(tmp_path / "usual"))], check=True)


def test_what_is_known_needs_neither_yaml_nor_schemas(tmp_path: Path) -> None:
    """What was parsed before is loaded without the libraries that parsing and judging take."""
    code = (
        "import sys; from pathlib import Path; from reconciler.config.load import load_config;"
        "load_config(Path(sys.argv[1]), cache=Path(sys.argv[2]));"
        "print({'yaml', 'jsonschema_rs', 'jsonschema', 'jinja2'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(write(tmp_path / "usual")), str(tmp_path / "state" / "cache")]
    told = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert "yaml" in told[0]
    assert told[1] == "set()\n"


def orders(count: int) -> str:
    """`count` orders of three items."""
    first, _, rest = ORDERS.partition("  valentines:\n")
    item = rest.splitlines()[-1]
    body = (
        rest
        + item.replace("freedom-60", "b").replace("25", "20")
        + "\n"
        + item.replace("freedom-60", "c")
        + "\n"
    )
    body = body.replace("c: {product: RSFRE60", "c: {product: RSFRE70")
    return first + "".join(f"  order-{number}:\n{body}" for number in range(count))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_random_text_is_a_fault_or_a_configuration(tmp_path: Path, text: str) -> None:
    """Whatever stands in a file, the answer is a configuration or a clear fault that can be shown."""
    root = write(tmp_path / "usual", {"config/random.yaml": text.encode("utf-8", "surrogatepass")})
    try:
        load_config(root)
    except ConfigurationError as error:
        assert render_diagnostics(error.diagnostics)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["reconciler.yaml", "config/customers.yaml", "config/orders.yaml"]),
    st.integers(0, 400),
    st.integers(0, 12),
    st.sampled_from(
        ["", " ", "\n", ":", "- ", "{", "]", '"', "'", "0", "~", "1e9", "*a", "&a ", "!x ", "<<: ", "💐"]
    ),
)
def test_a_mutated_configuration_is_a_fault_or_a_configuration(
    tmp_path: Path, file: str, at: int, cut: int, put: str
) -> None:
    """Cut something out of a sound file, put something in: never anything but a configuration or a fault."""
    usual = {"reconciler.yaml": PROJECT, "config/customers.yaml": CUSTOMERS, "config/orders.yaml": ORDERS}
    text = usual[file]
    try:
        load_config(write(tmp_path / "usual", {**usual, file: text[:at] + put + text[at + cut :]}))
    except ConfigurationError as error:
        assert render_diagnostics(error.diagnostics)
