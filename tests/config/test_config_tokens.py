"""Tokens: read from where the project says, and never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.config.tokens import read_token
from reconciler.errors import TokenMissing
from reconciler.model.project import TokenSource

VALUE = "4f1c9a7e-token"


def refusal(source: TokenSource, root: Path, environ: dict[str, str] | None = None) -> str:
    """What the user is told when there is no token."""
    with pytest.raises(TokenMissing) as caught:
        read_token(source, root, environ or {})
    return str(caught.value)


def test_a_token_comes_from_a_variable(tmp_path: Path) -> None:
    """The variable's text, without the newline at its end."""
    assert read_token(TokenSource(env="T"), tmp_path, {"T": VALUE + "\n"}).reveal() == VALUE


def test_a_token_comes_from_a_file(tmp_path: Path) -> None:
    """Relative to the repository, or absolute wherever a secret store puts it."""
    root = tmp_path / "repository"
    root.mkdir()
    (root / "token").write_text(VALUE + "\r\n")
    (tmp_path / "elsewhere").write_text(VALUE)
    assert read_token(TokenSource(file="token"), root, {}).reveal() == VALUE
    assert read_token(TokenSource(file=str(tmp_path / "elsewhere")), root, {}).reveal() == VALUE


def test_a_missing_token_names_its_place(tmp_path: Path) -> None:
    """The message names the variable or the file, and what is wrong with it."""
    (tmp_path / "empty").write_text("\n")
    assert "variable T" in refusal(TokenSource(env="T"), tmp_path)
    assert "empty" in refusal(TokenSource(env="T"), tmp_path, {"T": ""})
    assert "no such file" in refusal(TokenSource(file="nothing"), tmp_path)
    assert "is empty" in refusal(TokenSource(file="empty"), tmp_path)
    assert "is a directory" in refusal(TokenSource(file="."), tmp_path)


def test_a_relative_file_stays_in_the_repository(tmp_path: Path) -> None:
    """No dots and no link lead a relative path out."""
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "outside").write_text(VALUE)
    (root / "link").symlink_to(tmp_path / "outside")
    for name in ("../outside", "link"):
        assert "must lie in the repository" in refusal(TokenSource(file=name), root)


@pytest.mark.parametrize(
    "text", [VALUE + "\nmore", VALUE + "\x00", "\x1b[31m" + VALUE, "a " + VALUE, "é" + VALUE]
)
def test_what_is_no_token_is_refused_unseen(tmp_path: Path, text: str) -> None:
    """Control characters, blanks and accents are refused without showing the value."""
    (tmp_path / "token").write_text(text)
    assert VALUE not in refusal(TokenSource(file="token"), tmp_path)
    assert VALUE not in refusal(TokenSource(env="T"), tmp_path, {"T": text})


def test_a_large_or_binary_file_is_refused(tmp_path: Path) -> None:
    """At most 4 kB of text; a pipe is not waited for."""
    (tmp_path / "large").write_text("x" * 5000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    os.mkfifo(tmp_path / "pipe")
    assert "larger than 4 kB" in refusal(TokenSource(file="large"), tmp_path)
    assert "not text" in refusal(TokenSource(file="binary"), tmp_path)
    assert "no ordinary file" in refusal(TokenSource(file="pipe"), tmp_path)
