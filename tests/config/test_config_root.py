"""Finding the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config.root import find_root
from reconciler.errors import UsageError


def test_the_nearest_folder_with_a_project_file_is_the_root(tmp_path: Path) -> None:
    """From anywhere below it, as git does."""
    (tmp_path / "reconciler.yaml").touch()
    (tmp_path / "config" / "deep").mkdir(parents=True)
    assert find_root(tmp_path / "config" / "deep") == tmp_path.resolve()
    assert find_root(tmp_path) == tmp_path.resolve()


def test_a_folder_outside_is_told_what_to_do(tmp_path: Path) -> None:
    """The message names the file that is looked for and two ways out."""
    with pytest.raises(UsageError, match=r"no reconciler\.yaml .* -C DIR.*`reconciler init`"):
        find_root(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        find_root(tmp_path / "nowhere")
