"""Reading a token from where the project says it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.config.ordinary import NotOrdinary, TooLarge, read_ordinary
from reconciler.errors import TokenMissing
from reconciler.model.project import TokenSource
from reconciler.model.secret import Secret

MAX_BYTES = 4096
_NO_TOKEN = "What it holds is no token: it contains blanks, control characters or accents"


def read_token(source: TokenSource, root: Path, environ: Mapping[str, str]) -> Secret:
    """The token, without one newline at its end; TokenMissing names the variable or file, never the value.

    A relative file is one of the repository at `root`; an absolute one, as a secret store mounts it, may be
    anywhere.
    """
    secret = read_secret(source, root, environ)
    if " " in secret.reveal():
        raise TokenMissing(str(source), _NO_TOKEN)
    return secret


def read_secret(source: TokenSource, root: Path, environ: Mapping[str, str]) -> Secret:
    """The same of a secret that may hold blanks, as `Bearer ...` does."""
    text = _from_file(source, root) if source.env is None else _from_environment(source, source.env, environ)
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise TokenMissing(str(source), "It is empty")
    if not text.isprintable() or not text.isascii():
        raise TokenMissing(str(source), _NO_TOKEN)
    return Secret(text)


def _from_environment(source: TokenSource, name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise TokenMissing(str(source), "It is not set")
    return environ[name]


def _from_file(source: TokenSource, root: Path) -> str:
    place = _place(source, root)
    try:
        content = read_ordinary(place, MAX_BYTES)
    except NotOrdinary:
        raise TokenMissing(str(source), "It is no ordinary file") from None
    except TooLarge:
        raise TokenMissing(str(source), "It is larger than 4 kB") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise TokenMissing(str(source), f"It cannot be read: {reason.lower()}") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise TokenMissing(str(source), "It is not text") from None


def _place(source: TokenSource, root: Path) -> Path:
    file = Path(source.file or "")
    if file.is_absolute():
        return file
    top = root.resolve()
    place = (top / file).resolve()
    if not place.is_relative_to(top):
        raise TokenMissing(
            str(source), "A relative file must lie in the repository; name it by its absolute path"
        )
    return place
