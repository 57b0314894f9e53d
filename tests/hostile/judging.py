"""What is asked of every configuration, however hostile: a clear fault or a plan, and nothing that steers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace
from world import World, new_state

from reconciler.cli.screen import json_text
from reconciler.config.load import load_config
from reconciler.errors import ConfigurationError, ReconcilerError
from reconciler.komet.open import account_name
from reconciler.model.diagnostic import Diagnostic
from reconciler.plan.planner import Choices
from reconciler.report.diagnostics import render_diagnostics
from reconciler.report.document import diagnostic_document, plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.report.terminal import render_plan
from reconciler.workflow import plan_changes

_STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def steering(text: str) -> list[str]:
    """The characters of `text` that a terminal or a reader's eye would obey; a line end is none."""
    return sorted({f"U+{ord(found):04X}" for found in _STEERS.findall(text)})


@dataclass
class Judge:
    """Reads configurations in `folder` and plans them against one simulated account, which nobody changes."""

    folder: Path
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World.make(self.folder / "world")

    def judge(self, files: Mapping[str, str | bytes]) -> str:
        """How it ended, in one word; whatever else than a fault or a plan comes is raised."""
        with written(self.folder / "repository", files) as root:
            return self._judge(root)

    def close(self) -> None:
        """Let go of the databases."""
        self.world.close()

    def _judge(self, root: Path) -> str:
        try:
            configuration = load_config(root)
        except ConfigurationError as error:
            raise_unless_clear(error.diagnostics)
            return "fault"
        self.world.state.close()
        self.world.state, self.world.database = new_state(root / ".reconciler")
        try:
            account_name(configuration.project.komet)
            session = replace(self.world.session(writing=False), configuration=configuration)
            with session.connection:
                plan = plan_changes(session, Choices())
        except ConfigurationError as error:
            raise_unless_clear(error.diagnostics)
            return "fault against the account"
        except ReconcilerError as error:
            assert str(error), error
            return type(error).__name__
        document = plan_document(plan)
        raise_if_steering(render_plan(document, show_calls=True), json_text(document))
        assert plan_from_document(json.loads(json_text(document))) == plan
        return "plan" if plan.changes else "empty plan"


@contextmanager
def written(root: Path, files: Mapping[str, str | bytes]) -> Iterator[Path]:
    """A repository of `files` in the folder `root`, which is empty again afterwards."""
    paths = [root / name for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    try:
        yield root
    finally:
        for path in paths:
            path.unlink()


def raise_unless_clear(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Every fault says what and where, in words that fit on a screen and steer nothing."""
    assert diagnostics
    for each in diagnostics:
        assert each.summary, each
        assert each.origin is not None, each
        assert each.origin.line >= 1, each
        assert each.origin.column >= 1, each
    text = render_diagnostics(diagnostics)
    assert len(text) < 3_000_000
    raise_if_steering(text, json_text({"diagnostics": [diagnostic_document(each) for each in diagnostics]}))


def raise_if_steering(*texts: str) -> None:
    """None of `texts` holds a character that steers."""
    for text in texts:
        assert not steering(text), (steering(text), text[:2_000])
