"""The ownership marker at the end of an order's comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.orders.marker import split_marker, with_marker
from reconciler.model.resource import Marker

markers = st.builds(
    Marker,
    st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True),
    st.from_regex(r"[a-z0-9][a-z0-9-]{0,60}", fullmatch=True),
)


@given(st.text(max_size=100), markers)
def test_what_was_written_is_read_back(comments: str, marker: Marker) -> None:
    """Comments and marker come back as they were, the comments trimmed; around them Komet may trim too."""
    if split_marker(comments)[1] is not None:
        return
    assert split_marker(with_marker(comments, marker)) == (comments.strip(), marker)
    assert split_marker(with_marker(comments, marker) + "  \n") == (comments.strip(), marker)


@pytest.mark.parametrize(
    "text",
    [
        "[rc:bloomnet-miami/weekly] and more",
        "[rc:Bloomnet/weekly]",
        "[rc:bloomnet-miami]",
        "[rc:bloomnet-miami/]",
        "[rc:/weekly]",
        "[rc:bloomnet-miami/weekly",
        "rc:bloomnet-miami/weekly",
        "[rc:a-project-name-that-is-too-long/weekly]",
        "[rc:bloomnet-miami/-weekly]",
        "",
    ],
)
def test_what_only_looks_like_a_marker_is_none(text: str) -> None:
    """A marker stands at the end, whole and in the form in which we write it."""
    assert split_marker(text) == (text.strip(), None)


def test_of_two_markers_the_last_counts() -> None:
    """What somebody copied into the comments is comment."""
    text = "see [rc:other/one] [rc:bloomnet-miami/weekly]"
    assert split_marker(text) == ("see [rc:other/one]", Marker("bloomnet-miami", "weekly"))
