"""Byte positions as character offsets, against Python's own decoding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.characters import characters
from tests import naive
from tests.conftest import spans, unicode_text


def starts_of(text: str) -> list[int]:
    """The bytes at which characters begin, and the end."""
    return [len(text[:k].encode()) for k in range(len(text) + 1)]


def counted(text: str, positions: list[int]) -> list[int]:
    """Characters before each position."""
    return characters(spans(text)[0]).before(np.array(positions, dtype=np.int64)).tolist()


@given(text=unicode_text, draw=st.data())
def test_characters_are_counted_whatever_the_order(text, draw):
    places = draw.draw(st.lists(st.sampled_from(starts_of(text)), max_size=12))

    assert counted(text, places) == [naive.characters(text.encode(), 0, place) for place in places]


@given(text=unicode_text, before=st.integers(240, 270), times=st.integers(1, 300))
def test_blocks_are_counted_on(text, before, times):
    text = "x" * before + text * times
    places = starts_of(text)[:: max(1, times // 4)]

    assert counted(text, places) == [naive.characters(text.encode(), 0, place) for place in places]


def test_characters_of_one_to_four_bytes_count_one_each():
    assert counted("aé日😀", [0, 1, 3, 6, 10]) == [0, 1, 2, 3, 4]


def test_a_piece_of_the_buffer_goes_on_where_the_one_before_it_ended():
    text = "é" * 600_000 + "ab"

    assert counted(text, [1_048_574, 1_048_576, 1_048_578, 1_200_002]) == [
        524_287,
        524_288,
        524_289,
        600_002,
    ]


@given(text=unicode_text, times=st.integers(1, 40), threads=st.integers(1, 3))
def test_threads_count_the_same(text, times, threads):
    text = text * times
    places, buffer = np.array(starts_of(text)), spans(text)[0]
    expected = characters(buffer).before(places)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dedup.characters._PIECE", 128)
        patch.setattr("dedup.characters._COUNTED", 5)
        found = characters(buffer, threads=threads).before(places)

    assert np.array_equal(found, expected)


def test_positions_of_any_shape_are_left_as_they_were():
    positions = np.array([[0, 2], [5, 8]])

    found = characters(spans("é日😀")[0]).before(positions)

    assert found.shape == (2, 2)
    assert positions.tolist() == [[0, 2], [5, 8]]


def test_ascii_needs_no_memory():
    assert not len(characters(spans("plain" * 1000)[0]).inner)


def test_no_positions_have_no_offsets():
    assert counted("abc", []) == []
    assert counted("", [0]) == [0]
