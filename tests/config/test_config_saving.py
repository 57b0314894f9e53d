"""Files that are written are at every moment the old one or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config.saving import OWNER_ONLY, save_text, save_texts
from reconciler.errors import ReconcilerError


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_keeps_its_permissions_unless_others_are_asked_for(tmp_path: Path) -> None:
    """A new one is for everybody to read; a plan is for its owner, whoever could read what stood there."""
    path = tmp_path / "file"
    save_text(path, "one")
    assert mode(path) == 0o644
    path.chmod(0o664)
    save_text(path, "two")
    assert (mode(path), path.read_text(encoding="utf-8")) == (0o664, "two")
    save_text(path, "three", OWNER_ONLY)
    assert mode(path) == 0o600


def test_what_a_link_leads_to_is_written_where_a_configuration_has_one(tmp_path: Path) -> None:
    """And the link stays; a single file takes the link's place, so that nobody can lead a plan elsewhere."""
    (tmp_path / "real").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("real")
    save_texts(tmp_path, {"link": "new"})
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text(encoding="utf-8") == "new"
    save_text(tmp_path / "link", "plan", OWNER_ONLY)
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text(encoding="utf-8") == "new"


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """The file is named, the old one stands, and no draft lies beside it."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(ReconcilerError, match="folder cannot be written"):
        save_text(tmp_path / "folder", "text")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
