"""Lines that must not be shown, since a secret may be written in them."""

from __future__ import annotations

import re

# Every repetition has a bound: a line may be 5 MB long, and be made so that searching it never ends.
_HOLDS_SECRET = re.compile(
    r"""(?ix) (?: token | secret | passw | api_?key | authorization ) [\w-]{0,40} ["']? \s{0,40} :"""
)
_NAMES_ITS_SOURCE = re.compile(
    r"""(?ix) token ["']? \s{0,40} : \s{0,40} (?: \{ \s{0,40} (?: env | file ) \s{0,40} : | \{\{ | $ )"""
)
_SECRET_FOLLOWS = re.compile(
    r"""(?i)(?:token|secret|passw\w{0,40}|api_?key)["']?\s{0,40}:\s{0,40}[|>]?[-+]?$"""
)
_LOOKS_RANDOM = re.compile(r"[\w%+-]{20}")
_HOLDS_PASSWORD = re.compile(r"://[^/\s:@]*:[^/\s@]*@|[?&](?:ssl)?password=")


def may_hold_secret(line: str) -> bool:
    """Whether a line looks as if a token, a password or the address of a webhook were written in it."""
    if _HOLDS_PASSWORD.search(line) or _LOOKS_RANDOM.search(_path_of_address(line)):
        return True
    return any(not _NAMES_ITS_SOURCE.match(line, found.start()) for found in _HOLDS_SECRET.finditer(line))


def _path_of_address(line: str) -> str:
    """What follows the host of the first web address in a line: there a webhook's key stands."""
    return line.partition("://")[2].partition("/")[2]


def may_begin_secret(line: str) -> bool:
    """Whether a line ends with the key of a secret, so that the next one may be it."""
    return _SECRET_FOLLOWS.search(line.rstrip()[-200:]) is not None
