"""Where a progress bar is drawn."""

import io
import sys

import pytest

from keras_vae.ops.terminal import shows_bars

from ..conftest import Terminal


class OutStream(io.StringIO):
    """As ipykernel's, which is no terminal."""

    __module__ = "ipykernel.iostream"


@pytest.mark.parametrize(
    ("stream", "no_color", "expected"),
    [
        (Terminal(), "", True),
        (Terminal(), "1", False),
        (OutStream(), "", True),
        (OutStream(), "1", False),
        (io.StringIO(), "", False),
        (object(), "", False),
    ],
)
def test_bars_are_for_terminals_and_notebooks(monkeypatch, stream, no_color, expected):
    monkeypatch.setenv("NO_COLOR", no_color)
    assert shows_bars(stream) is expected
    monkeypatch.setattr(sys, "stdout", stream)
    assert shows_bars() is expected


def test_without_a_stream_there_is_nothing_to_draw_on(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert shows_bars() is False
